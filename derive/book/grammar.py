r"""Tokens -> parse tree, by recursive descent. Where two readings of a string are both common, reading stops.

    chain  := [expr] (relation expr)*           an empty first side continues the formula before
    expr   := [sign] term ((+|-) term)*
    term   := factor ((\cdot | \times | \odot | /)? factor)* [| _{value}]
    factor := atom [^ group | _ group | ']*
    atom   := number | symbol | symbol ( items ) | ( items ) | |expr| | ||expr|| | \frac | BIG_{items}^{expr} term
            | E_{items} [ expr | items ] | \nabla_x operand | \log operand | \max_{items} term | cases | matrix
    items  := part ((, | ; | "|" | || | :) part)*   part := expr [relation expr]*

`\log 2\pi`, `1/2x` and a bare bar behind a factor in brackets are refused: each has been misread by somebody.
"""

from __future__ import annotations

from derive.book import tree
from derive.book.branches import Branches
from derive.book.cursor import MAX_DEPTH, RELATIONS
from derive.book.tokens import Token
from derive.book.tree import Items, Node, Sym
from derive.book.vocabulary import ACCENTS, FONTS

_FACTORS = (Sym, tree.Num, tree.Call, tree.Group, tree.Pow)  # a b / c is (a b) / c, as a (b / c) is
_SEPARATORS = (",", ";", "|", "||", ":")
_FUNCTIONS = ("log", "ln", "exp", "sin", "cos", "tan", "sinh", "cosh", "tanh", "arctan", "det", "dim", "min", "max")


class Parser(Branches):
    """One pass over the tokens of a formula."""

    def chain(self) -> tree.Relation:
        """a = b = c; the first side is None when the formula opens with a relation."""
        start = self.now.start
        sides: list[Node | None] = [None if self.is_op(*RELATIONS) else self.expr()]
        operators: list[str] = []
        while True:
            self.layout_break()
            if self.is_op(":") and not operators and sides[0] is not None:  # f : S → A
                self.take()
                operators.append("in")
                sides.append(self.expr())
                continue
            if not self.is_op(*RELATIONS):
                return tree.Relation(start, self.last_end, tuple(sides), tuple(operators))
            operators.append(self.take().text)
            self.alignment()
            sides.append(self.expr())

    def items(self, *closing: str) -> Items:
        """Parts up to a closing token, which is left standing."""
        start, parts, separators = self.now.start, [], []
        while True:
            parts.append(self.part(*closing))
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

    def part(self, *closing: str) -> Node:
        start = self.now.start
        if self.is_op("*") and (self.peek().text in (*_SEPARATORS, ")", "]", "}") and self.peek().kind == "op"):
            token = self.take()
            return tree.Dot(token.start, token.end)
        if self.is_op(":") or (self.is_op(*closing) and self.tokens[self.at - 1].text == ":"):  # τ_{:t}, τ_{t:}
            return tree.Nothing(start, start)
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
        slashed = foreign = False
        while True:
            self.layout_break() if self.now.kind == "row" else None
            if self.is_op("*", "odot"):
                foreign = self.take().text == "odot" or foreign
                slashed = False
                factors.append(self.factor())
            elif self.is_op("/"):
                self.take()
                under = self.factor()
                over = factors[0] if len(factors) == 1 else tree.Mul(start, self.last_end, tuple(factors))
                if slashed or not all(isinstance(f, _FACTORS) for f in factors[:-1]):
                    raise self.stopped("a quotient with / of several factors; write \\frac")
                factors, slashed = [tree.Div(start, under.end, over, under)], True
            elif self.evaluates():
                whole = factors[0] if len(factors) == 1 else tree.Mul(start, self.last_end, tuple(factors))
                factors = [self.evaluated(start, whole)]
            elif self.starts_factor():
                if slashed and not self.is_command("sum", "prod"):
                    raise self.stopped("what the slash divides by is not clear; write \\frac")
                if self.now.kind == "number":
                    raise self.stopped("a number after a factor without a sign between them")
                factors.append(self.factor())
            else:
                break
        if foreign:
            return tree.Foreign(start, self.last_end, "operation", tuple(factors))
        return factors[0] if len(factors) == 1 else tree.Mul(start, self.last_end, tuple(factors))

    def factor(self) -> Node:
        self.alignment()
        node = self.marked(self.atom())
        if self.is_op("!"):
            raise self.stopped("a factorial")
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
        if token.kind == "begin":
            return self.cases() if token.text == "cases" else self.matrix()
        if token.kind == "command":
            self.take()
            return self.command(token)
        opening = {
            "(": self.group,
            "[": self.group,
            "set{": self.listed,
            "{": self.braces,
            "angle{": self.angled,
            "left.": self.opened,
            "|": self.size,
            "||": self.norm,
        }
        if token.kind == "op" and token.text in opening:
            return opening[token.text]()
        raise self.stopped("expected an expression")

    def command(self, token: Token) -> Node:
        """What a command begins that has just been taken."""
        name = token.text
        if name in ACCENTS:
            return self.accented(token, name)
        if name in FONTS:
            return self.lettered(token, name)
        if name in ("sup", "inf", "arg", "argmax", "argmin") or (name in ("min", "max") and self.is_op("_")):
            return self.best(token)
        if name in _FUNCTIONS:
            return self.function(token, name)
        whole = {
            "frac": self.fraction,
            "dfrac": self.fraction,
            "tfrac": self.fraction,
            "sqrt": self.root,
            "binom": self.binomial,
            "dbinom": self.binomial,
            "tbinom": self.binomial,
            "sum": self.big,
            "prod": self.big,
            "int": self.integral,
            "lim": self.limit,
            "limsup": self.limit,
            "liminf": self.limit,
            "nabla": self.gradient,
            "partial": self.gradient,
            "underset": self.underset,
        }
        if name in whole:
            return whole[name](token)
        return self.short(token)

    def short(self, token: Token) -> Node:
        name = token.text
        if name == "dots":
            return tree.Dots(token.start, token.end)
        if name in ("boxed", "cancel", "xcancel", "bcancel"):
            return self.braces()
        if name in ("underbrace", "overbrace"):
            return self.underbraced("_" if name == "underbrace" else "^")
        if name == "Pr":
            return self.symbol(token.start, "Pr", "rm", ())
        if name in ("infty", "emptyset"):
            return Sym(token.start, token.end, name)
        raise self.stopped(f"the command \\{name} cannot be read here", token)
