"""Fractions, derivatives, sums, and how far an operator before its operand reaches."""

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

    def operand(self, operator: str) -> Node:
        r"""What \nabla or \log applies to: one application, bracket, fraction or operator."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.stopped(f"nested deeper than {MAX_DEPTH} levels")
        if self.is_op("+", "-"):
            raise self.stopped(f"what \\{operator} applies to is not clear")
        if operator in ("min", "max") and not self.is_op("(", "["):
            raise self.stopped(f"\\{operator} of something that is no list in brackets")
        node = self.atom()
        self.depth -= 1
        if self.is_op("^"):
            raise self.stopped(f"whether the power is taken before or after \\{operator} is not clear")
        is_function = operator != "nabla"
        bare = isinstance(node, (Sym, tree.Num))
        if is_function and ((bare and self.starts_factor()) or (isinstance(node, tree.Group) and self.is_op("(", "["))):
            raise self.stopped(f"how far \\{operator} reaches is not clear")
        return node

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

    def best(self, token: Token) -> Node:
        r"""`\max_\theta …`, `\arg\max_{a} …`: the rest of the term is what is made best."""
        name = token.text
        if name == "arg":
            if not self.is_command("max", "min"):
                raise self.stopped("expected max or min")
            name += self.take().text
        sub = self.scripted("_")
        if self.is_op("^"):
            raise self.stopped(f"a superscript on \\{name}")
        body = self.deeper(self.term)
        return tree.Best(token.start, body.end, name, sub, body)

    def size(self) -> Node:
        """|x|, where an expression may begin."""
        start = self.take().start
        body = self.deeper(self.expr)
        self.expect("|")
        return tree.Size(start, self.last_end, body)

    def integral(self, token: Token) -> Node:
        r"""`\int_\tau f(\tau) d\tau`, `\int f(x) dx`: the variables stand in the differentials, or else below."""
        if self.is_command("int"):
            raise self.stopped("a double integral; write one sign for each variable")
        sub, upper = self.scripted("_"), self.scripted("^")
        if upper is not None:
            raise self.stopped("an integral between limits", token)
        body = self.deeper(self.term)
        factors = list(body.factors) if isinstance(body, tree.Mul) else [body]
        variables: list[Node] = []
        while len(factors) > 2 and _is_differential(factors[-2]) and isinstance(factors[-1], Sym):
            variables.insert(0, factors.pop())
            factors.pop()
        if not variables and sub is not None:
            variables = list(sub.parts)
        if not variables:
            raise self.stopped("an integral that does not say over what", token)
        if sub is not None and variables != list(sub.parts) and not _is_region(sub, variables):
            raise self.stopped("an integral whose limits are not known here", token)
        over = Items(token.start, self.last_end, tuple(variables), (",",) * (len(variables) - 1))
        inside = factors[0] if len(factors) == 1 else tree.Mul(body.start, body.end, tuple(factors))
        return tree.Big(token.start, self.last_end, "int", over, None, inside)


def _is_differential(node: Node) -> bool:
    return isinstance(node, Sym) and node.name == "d" and node.font in ("", "rm") and node == _plain(node)


def _plain(node: Sym) -> Sym:
    return Sym(node.start, node.end, node.name, node.font)


def _is_region(sub: Items, variables: list[Node]) -> bool:
    """The variable itself, or the set it runs over."""
    only = sub.only
    if not isinstance(only, Sym) or only.sub is not None or only.sup is not None:
        return False
    same = len(variables) == 1 and isinstance(variables[0], Sym) and variables[0].head == only.head
    return same or (only.font in ("cal", "bb") and only.name.isupper())
