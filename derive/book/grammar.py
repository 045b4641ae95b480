r"""Tokens -> parse tree, by recursive descent. Where two readings of a string are both common, reading stops.

    chain  := [expr] (relation expr)*           an empty first side continues the formula before
    expr   := [sign] term ((+|-) term)*
    term   := factor ((\cdot | \times | /)? factor)*
    factor := atom [^ group]
    atom   := number | symbol | symbol ( items ) | ( items ) | \frac | BIG_{items}^{expr} term | E_{items} [ expr | items ]
            | \nabla_x operand | \log operand | cases
    items  := part ((, | ; | "|" | ||) part)*   part := expr [relation expr]*

`\log 2\pi`, `1/2x`, `f^\top` on a bracket and a bare bar are refused: each has been misread by somebody.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from derive.book import tree
from derive.book.tokens import Stopped, Token
from derive.book.tree import Items, Node, Sym

MAX_DEPTH = 60
RELATIONS = frozenset({"=", ":=", "approx", "<=", ">=", "<", ">", "!=", "propto", "<-", "~", "in", "->"})
_SEPARATORS = (",", ";", "|", "||", ":")
_CLOSING = {"(": ")", "[": "]"}
_ACCENTS = frozenset({"hat", "widehat", "bar", "overline", "tilde", "widetilde", "vec", "dot"})
_SAME_ACCENT = {"widehat": "hat", "overline": "bar", "widetilde": "tilde"}
_FONTS = {"mathbb": "bb", "mathcal": "cal", "mathbf": "bf", "boldsymbol": "bf", "bm": "bf", "mathsf": "sf", "mathrm": "rm",
          "operatorname": "rm", "mathit": "", "mathop": "rm"}  # fmt: skip
_STARTERS = (
    frozenset({"frac", "dfrac", "tfrac", "sum", "prod", "nabla", "log", "ln", "exp", "underbrace", "boxed"})
    | _ACCENTS
    | set(_FONTS)
)
_CONSTANT = re.compile(
    r"^\(?\s*(?:terms?|constants?|something|const\.?)?\s*(?:that|which|not|do(?:es)?|don't|don’t|is|are|independent|depend(?:s|ing|ent)?"
    r"|w\.?r\.?t\.?|with respect|in|of|on|to|\s)*\s*$"
)


class Parser:
    """One pass over the tokens of a formula."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens, self.at, self.depth, self.brackets = tokens, 0, 0, 0

    # looking

    @property
    def now(self) -> Token:
        return self.tokens[self.at]

    def peek(self, ahead: int = 1) -> Token:
        return self.tokens[min(self.at + ahead, len(self.tokens) - 1)]

    def is_op(self, *texts: str) -> bool:
        return self.now.kind == "op" and self.now.text in texts

    def is_command(self, *texts: str) -> bool:
        return self.now.kind == "command" and self.now.text in texts

    def take(self) -> Token:
        token = self.now
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return token

    def expect(self, text: str) -> Token:
        if not self.is_op(text):
            raise self.stopped(f"expected {text}")
        return self.take()

    def stopped(self, why: str, token: Token | None = None) -> Stopped:
        token = token or self.now
        shown = token.text if token.kind != "end" else "end of the formula"
        return Stopped(f"{why}, found {shown}" if why.startswith("expected") else why, token.start, token.end, shown)

    @property
    def last_end(self) -> int:
        return self.tokens[max(self.at - 1, 0)].end

    # chains and items

    def chain(self) -> tree.Relation:
        """a = b = c; the first side is None when the formula opens with a relation."""
        start = self.now.start
        sides: list[Node | None] = [None if self.is_op(*RELATIONS) else self.expr()]
        operators: list[str] = []
        while True:
            self.layout_break()
            if not self.is_op(*RELATIONS):
                return tree.Relation(start, self.last_end, tuple(sides), tuple(operators))
            operators.append(self.take().text)
            self.alignment()
            sides.append(self.expr())

    def alignment(self) -> None:
        while self.is_op("&"):
            self.take()

    def layout_break(self) -> None:
        """Pass alignment marks, and a row break where the next row opens with a relation."""
        ahead = 0
        while self.peek(ahead).kind in ("row", "quad") or self.peek(ahead).text == "&":
            ahead += 1
        token, rows = self.peek(ahead), any(self.peek(i).kind == "row" for i in range(ahead))
        if token.kind == "op" and token.text in RELATIONS:
            self.at += ahead
        elif rows and token.kind == "op" and token.text in ("+", "-", "*"):
            if not self.brackets and self.row_has_relation(ahead):
                raise self.stopped("this row may go on with the sum above, or begin a new equation", token)
            self.at += ahead

    def row_has_relation(self, ahead: int) -> bool:
        depth = 0
        while (token := self.peek(ahead)).kind not in ("row", "end"):
            depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(token.text, 0) if token.kind == "op" else 0
            if depth == 0 and token.kind == "op" and token.text in RELATIONS:
                return True
            ahead += 1
        return False

    def items(self, *closing: str) -> Items:
        """Parts up to a closing token, which is left standing."""
        start, parts, separators = self.now.start, [], []
        while True:
            parts.append(self.part())
            while self.now.kind == "quad":
                self.take()
            if self.is_op(*_SEPARATORS) and not self.is_op(*closing):
                separators.append(self.take().text)
            elif self.is_op(*closing):
                return Items(start, self.last_end, tuple(parts), tuple(separators))
            else:
                raise self.stopped(f"expected {' or '.join(closing)}")

    def part(self) -> Node:
        start = self.now.start
        if self.is_op("*") and (self.peek().text in (*_SEPARATORS, ")", "]") and self.peek().kind == "op"):
            token = self.take()
            return tree.Dot(token.start, token.end)
        if self.is_op("<", "<=", ">", ">="):  # y_{<t}
            operator = self.take().text
            return tree.Relation(start, self.last_end, (None, self.expr()), (operator,))
        sides: list[Node | None] = [self.expr()]
        operators = []
        while self.is_op(*RELATIONS, "setminus"):
            operators.append(self.take().text)
            sides.append(self.expr())
        if not operators:
            assert sides[0] is not None
            return sides[0]
        return tree.Relation(start, self.last_end, tuple(sides), tuple(operators))

    # expressions

    def expr(self) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.stopped(f"nested deeper than {MAX_DEPTH} levels")
        start, terms = self.now.start, []
        self.alignment()
        sign = self.sign()
        terms.append((sign, self.term()))
        while True:
            self.layout_break()
            if not self.is_op("+", "-"):
                break
            sign = self.sign()
            self.alignment()
            terms.append((sign, self.term()))
        self.depth -= 1
        return terms[0][1] if terms == [(1, terms[0][1])] else tree.Add(start, self.last_end, tuple(terms))

    def sign(self) -> int:
        return -1 if self.is_op("+", "-") and self.take().text == "-" else 1

    def term(self) -> Node:
        start, factors = self.now.start, [self.factor()]
        slashed = False
        while True:
            self.layout_break() if self.now.kind == "row" else None
            if self.is_op("*"):
                self.take()
                slashed = False
                factors.append(self.factor())
            elif self.is_op("/"):
                self.take()
                under = self.factor()
                over = factors[0] if len(factors) == 1 else tree.Mul(start, self.last_end, tuple(factors))
                if slashed or len(factors) > 1:
                    raise self.stopped("a quotient with / of several factors; write \\frac")
                factors, slashed = [tree.Div(start, under.end, over, under)], True
            elif self.starts_factor():
                if slashed and not self.is_command("sum", "prod"):
                    raise self.stopped("what the slash divides by is not clear; write \\frac")
                if self.now.kind == "number":
                    raise self.stopped("a number after a factor without a sign between them")
                factors.append(self.factor())
            else:
                break
        return factors[0] if len(factors) == 1 else tree.Mul(start, self.last_end, tuple(factors))

    def starts_factor(self) -> bool:
        token = self.now
        return (
            token.kind in ("letter", "number", "text")
            or (token.kind == "begin" and token.text == "cases")
            or (token.kind == "op" and token.text in ("(", "[", "{", "set{"))
            or (token.kind == "command" and token.text in _STARTERS)
        )

    def factor(self) -> Node:
        node = self.atom()
        if self.is_op("^"):
            caret = self.take()
            exponent = self.script()
            only = exponent.only
            if (
                only is None
                or (isinstance(only, Sym) and only.name in ("T", "top", "*"))
                or isinstance(only, tree.Text)
            ):
                raise self.stopped("a superscript on a bracket or an application that is no power", caret)
            node = tree.Pow(node.start, self.last_end, node, only)
        if self.is_op("_", "'", "!"):
            raise self.stopped("an index on something that is no letter")
        return node

    def atom(self) -> Node:
        token = self.now
        if token.kind == "number":
            self.take()
            return tree.Num(token.start, token.end, token.text)
        if token.kind == "text":
            return self.words()
        if token.kind == "letter":
            self.take()
            font, name = ("bb", "E") if token.text == "bb:E" else ("", token.text)
            return self.symbol(token.start, name, font, ())
        if token.kind == "begin" and token.text == "cases":
            return self.cases()
        if token.kind == "command":
            return self.command(token)
        if self.is_op("(", "["):
            return self.group()
        if self.is_op("set{"):
            self.take()
            items = self.bracketed("set}")
            return tree.Set(token.start, self.last_end, items)
        if self.is_op("{"):
            return self.braces()
        raise self.stopped("expected an expression")

    def braces(self) -> Node:
        start = self.take().start
        items = self.bracketed("}")
        if items.only is None or isinstance(items.only, tree.Relation):
            raise self.stopped("a group in braces that is no single expression", self.tokens[self.at - 1])
        inner = items.only
        if isinstance(inner, Sym) and inner.sub is None and inner.sup is None:
            return self.symbol(start, inner.name, inner.font, inner.accents, inner.primes)
        return tree.Group(start, self.last_end, "(", items) if isinstance(inner, (tree.Add, tree.Mul)) else inner

    def bracketed(self, closing: str) -> Items:
        """Items and the token that closes them; row breaks inside a bracket are layout."""
        self.brackets += 1
        items = self.items(closing)
        self.expect(closing)
        self.brackets -= 1
        return items

    def group(self) -> Node:
        token = self.take()
        items = self.bracketed(_CLOSING[token.text])
        return tree.Group(token.start, self.last_end, token.text, items)

    def command(self, token: Token) -> Node:
        name = token.text
        self.take()
        if name in _ACCENTS:
            return self.accented(token, name)
        if name in _FONTS:
            return self.lettered(token, name)
        if name in ("frac", "dfrac", "tfrac"):
            return self.fraction(token)
        if name in ("sum", "prod"):
            return self.big(token)
        if name in ("log", "ln", "exp"):
            if self.is_op("_", "^"):
                raise self.stopped(f"an index or power on \\{name}")
            return tree.Fun(token.start, (body := self.operand(name)).end, "log" if name == "ln" else name, body)
        if name == "nabla":
            sub = self.scripted("_")
            if self.is_op("^"):
                raise self.stopped("a second derivative is not supported")
            body = self.operand(name)
            return tree.Grad(token.start, body.end, sub, body)
        if name == "dots":
            return tree.Dots(token.start, token.end)
        if name == "boxed":
            return self.braces()
        if name == "underbrace":
            return self.underbraced(token)
        if name == "infty":
            return Sym(token.start, token.end, "infty")
        raise self.stopped(f"the command \\{name} cannot be read here", token)

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
            closing = _CLOSING[self.take().text]
            return tree.Call(start, self.last_end, head, self.bracketed(closing))
        return head

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
        raise self.stopped("expected the bracket of an expectation")

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
        elif token.kind == "command" and token.text in _FONTS:
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
        font = _FONTS[name]
        if self.is_op("{"):
            self.take()
            letters = []
            while self.now.kind in ("letter", "number"):
                letters.append(self.take().text)
            self.expect("}")
        else:
            letters = [self.take().text] if self.now.kind == "letter" else []
        word = "".join(letters)
        if not word or (len(letters) > 1 and font not in ("rm", "")):
            raise self.stopped(f"expected letters after \\{name}", token)
        if word in ("log", "ln", "exp") and font == "rm":
            return tree.Fun(token.start, (body := self.operand(word)).end, "log" if word == "ln" else word, body)
        return self.symbol(token.start, word, "" if name == "mathit" else font, ())

    def fraction(self, token: Token) -> Node:
        differential = self.differential()
        if differential is not None:
            return self.derivative(token, differential)
        over, under = self.argument(), self.argument()
        return tree.Div(token.start, self.last_end, over, under)

    def argument(self) -> Node:
        if self.now.kind in ("number", "letter"):
            token = self.digit() if self.now.kind == "number" else self.take()
            return (
                Sym(token.start, token.end, token.text)
                if token.kind == "letter"
                else tree.Num(token.start, token.end, token.text)
            )
        if not self.is_op("{"):
            raise self.stopped("expected {")
        self.take()
        items = self.bracketed("}")
        if items.only is None or isinstance(items.only, tree.Relation):
            raise self.stopped("an argument that is no single expression", self.tokens[self.at - 1])
        return items.only

    def digit(self) -> Token:
        r"""One digit of a number without braces: TeX reads \frac12 as 1/2."""
        token = self.take()
        if len(token.text) == 1:
            return token
        if not (token.text.isdigit() and len(token.text) == 2) or self.at != self.tokens.index(token) + 1:
            raise self.stopped("an argument of several digits without braces", token)
        middle = token.start + (token.end - token.start) // 2
        first, second = (
            Token("number", d, *span)
            for d, span in zip(token.text, ((token.start, middle), (middle, token.end)), strict=True)
        )
        self.tokens = [*self.tokens[: self.at], second, *self.tokens[self.at :]]
        return first

    def differential(self) -> str | None:
        r"""d or \partial when both groups of the fraction open with it: a derivative, no quotient."""

        def sign(at: int) -> str | None:
            one, two = self.tokens[at : at + 2] if at + 1 < len(self.tokens) else (self.now, self.now)
            if one.text != "{" or (two.kind, two.text) not in (("letter", "d"), ("command", "partial")):
                return None
            return two.text

        first, depth, at = sign(self.at), 0, self.at
        if first is None:
            return None
        while at < len(self.tokens) - 1:
            depth += {"{": 1, "}": -1}.get(self.tokens[at].text, 0) if self.tokens[at].kind == "op" else 0
            at += 1
            if depth == 0:
                break
        return first if sign(at) == first else None

    def derivative(self, token: Token, sign: str) -> Node:
        self.at += 2
        body: Node | None = None
        if not self.is_op("}"):
            body = self.operand("nabla")
        self.expect("}")
        self.expect("{")
        self.take()
        by = self.atom()
        self.expect("}")
        if not isinstance(by, Sym):
            raise self.stopped("a derivative by something that is no letter", token)
        if body is None:
            body = self.operand("nabla")
        return tree.Grad(token.start, self.last_end, Items(by.start, by.end, (by,), ()), body)

    def big(self, token: Token) -> Node:
        sub = upper = None
        while self.is_op("_", "^"):
            if self.take().text == "_" and sub is None:
                sub = self.script()
            elif upper is None:
                upper = self.script()
            else:
                raise self.stopped("a second limit in the same place")
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.stopped(f"nested deeper than {MAX_DEPTH} levels")
        body = self.term()
        self.depth -= 1
        return tree.Big(token.start, body.end, token.text, sub, upper, body)

    def operand(self, operator: str) -> Node:
        r"""What \nabla or \log applies to: one application, bracket, fraction or operator."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.stopped(f"nested deeper than {MAX_DEPTH} levels")
        if self.is_op("+", "-"):
            raise self.stopped(f"what \\{operator} applies to is not clear")
        node = self.atom()
        self.depth -= 1
        if self.is_op("^"):
            raise self.stopped(f"whether the power is taken before or after \\{operator} is not clear")
        is_function = operator != "nabla"
        bare = isinstance(node, (Sym, tree.Num))
        if is_function and ((bare and self.starts_factor()) or (isinstance(node, tree.Group) and self.is_op("(", "["))):
            raise self.stopped(f"how far \\{operator} reaches is not clear")
        return node

    def underbraced(self, token: Token) -> Node:
        node = self.braces()
        if self.is_op("_"):
            self.take()
            at = self.at
            if not (self.is_op("{") and self.peek().kind == "text" and self.peek(2).text == "}"):
                raise self.stopped("an underbrace whose note is no plain text")
            self.at = at + 3
        return node

    def words(self) -> Node:
        r"""`\text{terms that don't depend on }\theta` as an expression; any other prose stops the reading."""
        token = self.take()
        said = " ".join(token.text.split())
        if re.search(r"depend|constant|independent|\bconst\b", said) and (match := _CONSTANT.match(said.split("$")[0])):
            after = said[match.end() :].strip(" $)")
            if after in ("", r"\theta", r"\phi"):
                parameter = Sym(token.start, token.end, after.strip("\\")) if after else None
                if parameter is None and self.now.kind == "letter":
                    inner = self.take()
                    parameter = Sym(inner.start, inner.end, inner.text)
                return tree.Constant(token.start, self.last_end, parameter)
        raise self.stopped(f"the words “{said[:60]}” inside the formula", token)

    def cases(self) -> Node:
        start = self.take().start
        rows: list[tuple[Node, Items | None]] = []
        while True:
            value = self.items("&", ",").only if not self.is_op("&") else None
            if value is None or isinstance(value, tree.Relation):
                raise self.stopped("a branch without a value")
            if self.is_op(","):
                self.take()
            self.expect("&")
            rows.append((value, self.condition()))
            if self.now.kind == "row":
                self.take()
            if self.now.kind == "finish":
                break
        if self.take().text != "cases":
            raise self.stopped("an environment that does not close")
        return tree.Branches(start, self.last_end, tuple(rows))

    def condition(self) -> Items | None:
        while self.now.kind == "quad":
            self.take()
        if self.now.kind == "text":
            words = self.take().text.strip(" ,.")
            if words in ("otherwise", "else"):
                while self.is_op(".", ","):
                    self.take()
                return None
            if words not in ("if", "when", "for"):
                raise self.stopped(f"the words “{words[:40]}” in a condition", self.tokens[self.at - 1])
        part = self.part()
        while self.is_op(",", "."):
            self.take()
        return Items(part.start, part.end, (part,), ())
