"""Letters with what hangs on them: accents, fonts, indices, superscripts, primes; applications and expectations."""

from __future__ import annotations

from derive.book import tree
from derive.book.cursor import MAX_DEPTH, Cursor
from derive.book.tokens import Stopped, Token
from derive.book.tree import Items, Node, Sym
from derive.book.vocabulary import FONTS, GREEK

CLOSING = {"(": ")", "[": "]"}
_SAME_ACCENT = {"widehat": "hat", "overline": "bar", "widetilde": "tilde"}


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


class Indices(Cursor):
    """Letters, and what stands below, above and after them."""

    def bracketed(self, closing: str) -> Items:
        """Items and the token that closes them; row breaks inside a bracket are layout."""
        self.brackets += 1
        items = self.items(closing)
        self.expect(closing)
        self.brackets -= 1
        return items

    def script(self) -> Items:
        """What stands after ^ or _: one token, or a group in braces."""
        token = self.now
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.stopped(f"nested deeper than {MAX_DEPTH} levels")
        if self.is_op("{"):
            self.take()
            items = self.label() or self.bracketed("}")
        elif (
            token.kind in ("letter", "number", "text")
            or self.is_op("*", "'")
            or self.is_command("top", "star", "ast", "infty")
        ):
            items = self.label(single=True) or self.single(self.take())
        elif token.kind == "command" and token.text in FONTS:
            node = self.command(token)
            items = Items(token.start, self.last_end, (node,), ())
        else:
            raise self.stopped("expected an index")
        self.depth -= 1
        return items

    def single(self, token: Token) -> Items:
        node: Node = Sym(token.start, token.end, token.text)
        if token.kind == "number":
            if len(token.text) > 1:
                raise self.stopped("an index of several digits without braces", token)
            node = tree.Num(token.start, token.end, token.text)
        return Items(token.start, token.end, (node,), ())

    def label(self, single: bool = False) -> Items | None:
        """A word, a star or primes in place of an index; None when it is something else."""
        token, closing = self.now, self.at + 1
        if token.kind == "text" or self.is_op("*", "'") or self.is_command("top", "star", "ast"):
            while self.tokens[closing].kind == "op" and self.tokens[closing].text == "'" and token.text == "'":
                closing += 1
            if single or (self.tokens[closing].kind == "op" and self.tokens[closing].text == "}"):
                count = (1 if single else closing - self.at) - 1
                self.at = closing if not single else self.at + 1
                if not single:
                    self.take()
                name = {"star": "*", "ast": "*"}.get(token.text, token.text)
                node = (
                    tree.Text(token.start, token.end, name)
                    if token.kind == "text"
                    else Sym(token.start, token.end, name, primes=count)
                )
                return Items(token.start, token.end, (node,), ())
        return None

    def scripted(self, mark: str) -> Items | None:
        if self.is_op(mark):
            self.take()
            return self.script()
        return None

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
        head = Sym(start, self.last_end, name, font, accents, primes, sub, sup)
        if name == "E" and (font in ("bb", "rm") or self.is_op("[") or sub is not None):
            return self.expectation(head)
        if self.is_op("(") or (self.is_op("[") and name in ("J", "H", "V")):
            closing = CLOSING[self.take().text]
            items = self.bracketed(closing)
            return tree.Call(start, self.last_end, head, _values_named(items) if name == "pi" else items)
        return head

    def underset(self, token: Token) -> Node:
        r"""`\underset{\tau \sim \pi}{\mathbb{E}}[…]`: an expectation whose index stands right below."""
        self.expect("{")
        below = self.bracketed("}")
        word, font = self.name_in_braces()
        if word != "E" or self.is_op("_", "^", "'"):
            raise self.stopped("something with an index right below that is no expectation", token)
        return self.expectation(Sym(token.start, self.last_end, "E", font or "bb", sub=below))

    def name_in_braces(self) -> tuple[str, str]:
        r"""The letters of a group and their font: {E}, {old}, {\mathbb{E}}, {\mathbb E}."""
        self.expect("{")
        word = font = ""
        if self.now.kind == "command" and self.now.text in FONTS:
            font = FONTS[self.take().text]
            word = self.name_in_braces()[0] if self.is_op("{") else self.take().text
        elif self.is_op("{"):
            word, font = self.name_in_braces()
        while not font and self.now.kind in ("letter", "number"):
            word += self.take().text
        self.expect("}")
        return ("E", "bb") if word == "bb:E" else (word, font)

    def expectation(self, head: Sym) -> Node:
        if head.sup is not None or head.primes:
            raise self.stopped("an expectation with a superscript")
        if self.is_op("(", "[", "set{"):
            closing = {"(": ")", "[": "]", "set{": "set}"}[self.take().text]
            self.brackets += 1
            start = self.now.start
            body = self.part()
            given = None
            if self.is_op("|"):
                self.take()
                given = self.items(closing)
            self.expect(closing)
            self.brackets -= 1
            if isinstance(body, tree.Relation):
                raise Stopped("a relation inside an expectation", start, self.last_end, "relation")
            return tree.Expect(head.start, self.last_end, head.sub, body, given)
        if head.sub is not None and self.starts_factor():
            body = self.deeper(self.term)  # E_τ Σ_t …: the rest of the term
            return tree.Expect(head.start, body.end, head.sub, body, None)
        raise self.stopped("expected the bracket of an expectation")

    def accented(self, token: Token, name: str) -> Node:
        name = _SAME_ACCENT.get(name, name)
        if not self.is_op("{"):
            inner = self.take()
            if inner.kind != "letter":
                raise self.stopped("an accent on something that is no letter", inner)
            return self.symbol(token.start, inner.text, "", (name,))
        first = self.at
        self.take()
        node = self.bracketed("}").only
        if isinstance(node, Sym) and node.sub is None and node.sup is None:
            return self.symbol(token.start, node.name, node.font, (name, *node.accents), node.primes)
        words = " ".join(t.text for t in self.tokens[first + 1 : self.at - 1])
        return self.symbol(token.start, words, "", (name,))

    def lettered(self, token: Token, name: str) -> Node:
        """A letter in a font, or an upright word."""
        font, word = FONTS[name], ""
        if self.is_op("{"):
            word, inner = self.name_in_braces()
            font = inner or font
        elif self.now.kind == "letter":
            word = self.take().text
        if not word or (len(word) > 1 and word not in GREEK and font not in ("rm", "")):
            raise self.stopped(f"expected letters after \\{name}", token)
        if word in ("log", "ln", "exp") and font == "rm":
            return tree.Fun(token.start, (body := self.operand(word)).end, "log" if word == "ln" else word, body)
        return self.symbol(token.start, word, "" if name == "mathit" else font, ())
