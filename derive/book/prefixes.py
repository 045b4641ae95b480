"""Fractions, derivatives, functions, and how far an operator before its operand reaches."""

from __future__ import annotations

from derive.book import tree
from derive.book.cursor import MAX_DEPTH
from derive.book.indices import Indices
from derive.book.tokens import Token
from derive.book.tree import Items, Node, Sym


class Prefixes(Indices):
    """What opens with a command and takes what follows."""

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

    def root(self, token: Token) -> Node:
        if self.is_op("["):
            raise self.stopped("a root that is no square root")
        return tree.Fun(token.start, self.last_end, "sqrt", self.argument())

    def binomial(self, token: Token) -> Node:
        over, under = self.argument(), self.argument()
        items = Items(over.start, under.end, (over, under), (",",))
        return tree.Fun(token.start, self.last_end, "binom", tree.Group(over.start, under.end, "(", items))

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
        twice = self.squared()
        body: Node | None = None
        if not self.is_op("}"):
            body = self.operand("nabla")
        self.expect("}")
        self.expect("{")
        self.take()
        if twice:
            by, again = self.by_twice(token)
        else:
            by = again = self.atom()
        self.expect("}")
        if not isinstance(by, (Sym, tree.Call)) or not isinstance(again, (Sym, tree.Call)):
            raise self.stopped("a derivative by something that is no letter", token)
        if body is None:
            body = self.operand("nabla")
        sub = Items(by.start, by.end, (by,), ())
        body = tree.Grad(token.start, self.last_end, sub, body) if twice else body
        return tree.Grad(token.start, self.last_end, sub, body)

    def squared(self) -> bool:
        """Whether the sign of a derivative carries a 2."""
        if not self.is_op("^"):
            return False
        caret = self.take()
        only = self.script().only
        if not (isinstance(only, tree.Num) and only.text == "2"):
            raise self.stopped("a derivative of another order than 1 and 2", caret)
        return True

    def by_twice(self, token: Token) -> tuple[Node, Node]:
        r"""θ, of \partial\theta^2."""
        by = self.atom()
        only = by.sup.only if isinstance(by, Sym) and by.sup is not None else None
        if not (isinstance(by, Sym) and isinstance(only, tree.Num) and only.text == "2"):
            raise self.stopped("a second derivative by two letters", token)
        plain = Sym(by.start, by.end, by.name, by.font, by.accents, by.primes, by.sub)
        return plain, plain

    def gradient(self, token: Token) -> Node:
        r"""\nabla_\theta f, \nabla^2 f, \partial_\theta f."""
        sub, twice = self.scripted("_"), self.squared()
        sub = sub or self.scripted("_")
        if self.is_op("\u22c5", "*") or not (self.starts_factor() or self.is_op("+", "-")):
            raise self.stopped("a gradient of nothing")
        body = self.operand("nabla")
        inner = tree.Grad(token.start, body.end, sub, body) if twice else body
        return tree.Grad(token.start, body.end, sub, inner)

    def function(self, token: Token, name: str) -> Node:
        r"""\log x, \exp(x), \min(x, y)."""
        power = None
        if self.is_op("^") and name not in ("log", "ln", "exp", "min", "max"):  # \\cos^2 x
            self.take()
            power = self.script().only
        if self.is_op("_", "^"):
            raise self.stopped(f"an index or power on \\{name}")
        body = self.operand(name)
        if power is not None:
            inner = tree.Fun(token.start, body.end, name, body)
            return tree.Pow(token.start, body.end, inner, power)
        return tree.Fun(token.start, body.end, "log" if name == "ln" else name, body)

    def operand(self, operator: str) -> Node:
        r"""What \nabla or \log applies to: one application, bracket, fraction or operator."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.stopped(f"nested deeper than {MAX_DEPTH} levels")
        if self.is_op("+", "-"):
            raise self.stopped(f"what \\{operator} applies to is not clear")
        if operator in ("min", "max") and not self.is_op("(", "[", "set{"):
            raise self.stopped(f"\\{operator} of something that is no list in brackets")
        node = self.atom()
        self.depth -= 1
        if self.is_op("^") and not (self.peek().text in ("top", "T") or self.peek(2).text in ("top", "T")):
            raise self.stopped(f"whether the power is taken before or after \\{operator} is not clear")
        if operator not in ("log", "ln", "exp"):
            return node
        bare = isinstance(node, (Sym, tree.Num))
        again = isinstance(node, tree.Group) and self.is_op("(", "[") and operator != "exp"
        if (bare and self.starts_factor()) or again:
            raise self.stopped(f"how far \\{operator} reaches is not clear")
        return node
