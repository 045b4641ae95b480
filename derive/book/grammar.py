r"""Tokens -> parse tree, by recursive descent. Where two readings of a string are both common, reading stops.

    chain  := [expr] (relation expr)*           an empty first side continues the formula before
    expr   := [sign] term ((+|-) term)*
    term   := factor ((\cdot | \times | /)? factor)*
    factor := atom [^ group]
    atom   := number | symbol | symbol ( items ) | ( items ) | \frac | BIG_{items}^{expr} term
            | E_{items} [ expr | items ] | \nabla_x operand | \log operand | cases
    items  := part ((, | ; | "|" | ||) part)*   part := expr [relation expr]*

`\log 2\pi`, `1/2x`, `f^\top` on a bracket and a bare bar are refused: each has been misread by somebody.
"""

from __future__ import annotations

from derive.book import tree
from derive.book.branches import Branches
from derive.book.cursor import MAX_DEPTH, RELATIONS
from derive.book.indices import CLOSING
from derive.book.tokens import Token
from derive.book.tree import Items, Node, Sym
from derive.book.vocabulary import ACCENTS, FONTS

_FACTORS = (Sym, tree.Num, tree.Call, tree.Group, tree.Pow)  # a b / c is (a b) / c, as a (b / c) is
_SEPARATORS = (",", ";", "|", "||", ":")


class Parser(Branches):
    """One pass over the tokens of a formula."""

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

    def items(self, *closing: str) -> Items:
        """Parts up to a closing token, which is left standing."""
        start, parts, separators = self.now.start, [], []
        while True:
            parts.append(self.part())
            while self.now.kind == "quad":
                self.take()
            if self.now.kind == "row" and self.depth and closing == ("}",):  # lines below an operator
                self.take()
                separators.append(",")
            elif self.is_op(*_SEPARATORS) and not self.is_op(*closing):
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
                if slashed or not all(isinstance(f, _FACTORS) for f in factors[:-1]):
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
        if self.is_op("|"):
            return self.size()
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

    def group(self) -> Node:
        token = self.take()
        items = self.bracketed(CLOSING[token.text])
        return tree.Group(token.start, self.last_end, token.text, items)

    def command(self, token: Token) -> Node:
        name = token.text
        self.take()
        if name in ACCENTS:
            return self.accented(token, name)
        if name in FONTS:
            return self.lettered(token, name)
        if name in ("frac", "dfrac", "tfrac"):
            return self.fraction(token)
        if name in ("sum", "prod"):
            return self.big(token)
        if name == "int":
            return self.integral(token)
        if name in ("arg", "argmax", "argmin") or (name in ("min", "max") and self.is_op("_")):
            return self.best(token)
        if name in ("log", "ln", "exp", "min", "max"):
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
        if name in ("boxed", "cancel"):
            return self.braces()
        if name == "underset":
            return self.underset(token)
        if name == "underbrace":
            return self.underbraced("_")
        if name == "overbrace":
            return self.underbraced("^")
        if name == "infty":
            return Sym(token.start, token.end, "infty")
        raise self.stopped(f"the command \\{name} cannot be read here", token)
