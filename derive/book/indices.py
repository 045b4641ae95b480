"""Letters with what hangs on them: accents, fonts, indices, superscripts, primes; applications and expectations."""

from __future__ import annotations

from dataclasses import replace

from derive.book import tree
from derive.book.scripts import Scripts
from derive.book.tokens import Stopped, Token, closing_brace
from derive.book.tree import Items, Node, Sym
from derive.book.vocabulary import FONTS, GREEK

CLOSING = {"(": ")", "[": "]", "set{": "set}", "angle{": "angle}"}
_SAME_ACCENT = {"widehat": "hat", "overline": "bar", "widetilde": "tilde", "underline": "bar"}
_OF_BRACKETS = frozenset({"J", "H", "V", "D"})  # functionals: H[π] is an application, γ[r + V] a product
_INSIDE = frozenset({",", "|", "||", ";", ":", *("=", "<=", ">=", "<", ">", "!=", "~", "in")})
_BEST = {"argmax": "argmax", "argmin": "argmin", "Argmax": "argmax", "Argmin": "argmin", "max": "max", "min": "min"}


def _values_named(items: Items) -> Items:
    """π(a = 1) is π(1)."""
    parts = []
    for part in items.parts:
        named = isinstance(part, tree.Relation) and part.operators == ("=",) and isinstance(part.sides[1], tree.Num)
        first = part.sides[0] if isinstance(part, tree.Relation) else None
        plain = isinstance(first, Sym) and first == Sym(first.start, first.end, "a")
        value = part.sides[1] if isinstance(part, tree.Relation) and named and plain else part
        assert value is not None
        parts.append(value)
    return Items(items.start, items.end, tuple(parts), items.separators)


def _preferences(items: Items) -> Items:
    """y_1 ≻ y_2 | x: two arguments with a > between them, the one that is preferred first."""
    parts: list[Node] = []
    separators: list[str] = []
    for n, part in enumerate(items.parts):
        sides = part.sides if isinstance(part, tree.Relation) and part.operators in ((">",), ("<",)) else ()
        if sides and isinstance(sides[0], Sym) and isinstance(sides[1], Sym):
            ordered = sides if isinstance(part, tree.Relation) and part.operators == (">",) else sides[::-1]
            parts += [side for side in ordered if side is not None]
            separators.append(">")
        else:
            parts.append(part)
        separators += items.separators[n : n + 1]
    return Items(items.start, items.end, tuple(parts), tuple(separators))


class Indices(Scripts):
    """Letters, and what stands below, above and after them."""

    def symbol(self, start: int, name: str, font: str, accents: tuple[str, ...], primes: int = 0) -> Node:
        sub = sup = None
        while self.is_op("'", "_", "^"):
            mark = self.take()
            if mark.text == "'":
                primes += 1
            elif mark.text == "_" and sub is None:
                sub = self.script()
            elif mark.text == "^" and sup is None:
                sup = self.script()
                if isinstance(sup.only, Sym) and sup.only.name == "'":
                    primes, sup = primes + sup.only.primes + 1, None
            else:
                raise self.stopped("a second index in the same place", mark)
        if self.scripts and sup is None and self.is_command("star"):  # \pi_{\theta\star}
            token = self.take()
            sup = Items(token.start, token.end, (Sym(token.start, token.end, "*"),), ())
        head = Sym(start, self.last_end, name, font, accents, primes, sub, sup)
        if name == "E" and (font in ("bb", "rm") or self.is_op("[") or sub is not None):
            return self.expectation(head)
        if name in _BEST and font == "rm" and not accents:
            return self.named_best(head)
        if self.applies(head):
            closing = CLOSING[self.take().text]
            items = _preferences(self.bracketed(closing))
            return tree.Call(start, self.last_end, head, _values_named(items) if name == "pi" else items)
        if self.is_op("[") and len(inside := self.inside()) == 1 and inside[0].text in ("i", "j", "k", "l", "n", "t"):
            self.take()
            return tree.Indexed(start, self.last_end, head, self.bracketed("]"), None)
        return head

    def applies(self, head: Sym) -> bool:
        """Whether what opens here holds the arguments of a letter; X(…) is one also where it may be a product."""
        if self.is_op("("):
            return True
        if self.is_op("["):
            listed = any(t.kind == "op" and t.text in _INSIDE for t in self.inside())
            return listed or head.name in _OF_BRACKETS or (head.font in ("bb", "rm") and len(head.name) > 1)
        return self.is_op("set{") and (head.font == "bb" or len(head.name) > 1 or head.name in ("1", "P"))

    def named_best(self, head: Sym) -> Node:
        raise NotImplementedError

    def underset(self, token: Token) -> Node:
        r"""`\underset{\tau \sim \pi}{\mathbb{E}}[…]`, `\underset{a}{\max} …`: an operator with its index below."""
        self.expect("{")
        below = self.bracketed("}")
        if self.peek().kind == "command" and self.peek().text in (
            "arg",
            "max",
            "min",
            "argmax",
            "argmin",
            "sup",
            "inf",
        ):
            word, font = self.operator_in_braces(), "rm"
        else:
            word, font = self.name_in_braces()
        if self.is_op("_", "^", "'") or (word != "E" and word not in _BEST):
            raise self.stopped("something with an index right below that is no expectation and no maximum", token)
        head = Sym(token.start, self.last_end, word, font or "bb", sub=below)
        return self.expectation(head) if word == "E" else self.named_best(head)

    def operator_in_braces(self) -> str:
        r"""argmax, of {\arg\max}."""
        self.expect("{")
        word = ""
        while self.now.kind == "command":
            word += self.take().text
        self.expect("}")
        return {"sup": "max", "inf": "min"}.get(word, word)

    def name_in_braces(self) -> tuple[str, str]:
        r"""The letters of a group and their font: {E}, {old}, {\mathbb{E}}, {\mathbb E}, {\cal D}, {arg\,max}."""
        self.expect("{")
        word = font = ""
        if self.now.kind == "command" and self.now.text in FONTS:
            font = FONTS[self.take().text]
            if self.is_op("{"):
                word = self.name_in_braces()[0]
        elif self.is_op("{"):
            word, font = self.name_in_braces()
        while self.now.kind in ("letter", "number", "text") or self.is_command("arg", "max", "min"):
            word += self.take().text.strip()
        self.expect("}")
        return ("E", "bb") if word == "bb:E" else (word, font)

    def expectation(self, head: Sym) -> Node:
        if head.sup is not None:
            only = head.sup.only
            if head.sub is None and isinstance(only, Sym) and only.name in ("pi", "mu") and not head.primes:
                head = replace(head, sub=head.sup, sup=None)
            else:
                raise self.stopped("an expectation with a superscript")
        if head.primes:
            raise self.stopped("an expectation with a prime")
        if self.is_op("(", "[", "set{"):
            return self.averaged(head, CLOSING[self.take().text])
        if head.sub is not None and self.starts_factor():
            body = self.deeper(self.term)  # E_τ Σ_t …: the rest of the term
            return tree.Expect(head.start, body.end, head.sub, body, None)
        raise self.stopped("expected the bracket of an expectation")

    def averaged(self, head: Sym, closing: str) -> Node:
        self.brackets += 1
        start = self.now.start
        with self.bars("given"):
            body = self.part()
            given = None
            if isinstance(body, tree.Relation) and body.operators == ("~",) and head.sub is None:
                return self.drawn(head, body, closing)
            if self.is_op("|"):
                self.take()
                given = self.items(closing)
        self.expect(closing)
        self.brackets -= 1
        if isinstance(body, tree.Relation):
            raise Stopped("a relation inside an expectation", start, self.last_end, "relation")
        return tree.Expect(head.start, self.last_end, head.sub, body, given)

    def drawn(self, head: Sym, first: Node, closing: str) -> Node:
        """E[q ~ P, o ~ π(·|q)] f: what is drawn stands in the bracket, and the rest of the term is averaged."""
        parts = [first]
        while self.is_op(","):
            self.take()
            parts.append(self.part())
        self.expect(closing)
        self.brackets -= 1
        sub = Items(first.start, self.last_end, tuple(parts), (",",) * (len(parts) - 1))
        while self.now.kind in ("row", "quad") or self.is_op("&"):
            self.take()
        body = self.deeper(self.term)
        return tree.Expect(head.start, body.end, sub, body, None)

    def accented(self, token: Token, name: str) -> Node:
        name = _SAME_ACCENT.get(name, name)
        if not self.is_op("{"):
            inner = self.take()
            if inner.kind == "command" and inner.text in FONTS:
                node = self.lettered(inner, inner.text, bare=True)
                assert isinstance(node, Sym)
                return self.symbol(token.start, node.name, node.font, (name,))
            if inner.kind != "letter":
                raise self.stopped("an accent on something that is no letter", inner)
            return self.symbol(token.start, inner.text, "", (name,))
        if self.names_expectation():
            self.name_in_braces()
            return self.symbol(token.start, "E", "bb", (name,))
        first = self.at
        self.take()
        inside = self.bracketed("}").only
        if isinstance(inside, Sym) and inside.sub is None and inside.sup is None:
            return self.symbol(token.start, inside.name, inside.font, (name, *inside.accents), inside.primes)
        if isinstance(inside, Sym) and not self.is_op("_", "^", "'"):  # \hat{A_t} is \hat A_t
            found = replace(inside, start=token.start, end=self.last_end, accents=(name, *inside.accents))
            return self.called(found)
        words = " ".join(t.text for t in self.tokens[first + 1 : self.at - 1])
        return self.symbol(token.start, words, "", (name,))

    def names_expectation(self) -> bool:
        """Whether the braces here hold E alone, in some font."""
        close = closing_brace(self.tokens, self.at)
        held = [t for t in self.tokens[self.at : close] if t.text not in ("{", "}")] if close is not None else []
        letters = [t.text for t in held if t.kind == "letter"]
        return letters in (["E"], ["bb:E"]) and all(t.kind == "letter" or t.text in FONTS for t in held)

    def called(self, head: Sym) -> Node:
        r"""A letter that is whole, with its arguments: \hat{A_t}(s)."""
        if not self.applies(head):
            return head
        closing = CLOSING[self.take().text]
        return tree.Call(head.start, self.last_end, head, self.bracketed(closing))

    def lettered(self, token: Token, name: str, bare: bool = False) -> Node:
        """A letter in a font, or an upright word."""
        font, word = FONTS[name], ""
        if self.is_op("{"):
            word, inner = self.name_in_braces()
            font = inner or font
        elif self.now.kind in ("letter", "number"):
            word = self.take().text
        if not word or (len(word) > 1 and word not in GREEK and font not in ("rm", "", "sf", "bf")):
            raise self.stopped(f"expected letters after \\{name}", token)
        if word in ("log", "ln", "exp") and font == "rm":
            return tree.Fun(token.start, (body := self.operand(word)).end, "log" if word == "ln" else word, body)
        font = "" if name in ("mathit", "it", "mathnormal") else font
        if bare:
            return Sym(token.start, self.last_end, word, font)
        return self.symbol(token.start, word, font, ())
