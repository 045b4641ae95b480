"""Sums, products, integrals, maxima: operators that say below what they run over."""

from __future__ import annotations

from dataclasses import replace

from derive.book import tree
from derive.book.cursor import MAX_DEPTH
from derive.book.prefixes import Prefixes
from derive.book.tokens import Token
from derive.book.tree import Items, Node, Sym

_OF_LISTS = {"sup": "max", "inf": "min"}


class Ranges(Prefixes):
    """What runs over something and takes the rest of its term."""

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
        self.alignment()
        body = self.term()
        self.depth -= 1
        return tree.Big(token.start, body.end, token.text, sub, upper, body)

    def best(self, token: Token) -> Node:
        r"""`\max_\theta …`, `\arg\max_{a} …`: the rest of the term is what is made best."""
        name = _OF_LISTS.get(token.text, token.text)
        if name == "arg":
            if not self.is_command("max", "min"):
                raise self.stopped("expected max or min")
            name += self.take().text
        return self.made_best(token.start, name, self.scripted("_"))

    def named_best(self, head: Sym) -> Node:
        r"""\operatorname{argmax}_a …, \text{max}(…)."""
        if head.sub is None and head.sup is None and head.name in ("max", "min"):
            return tree.Fun(head.start, (body := self.operand(head.name)).end, head.name, body)
        if head.sup is not None:
            raise self.stopped(f"a superscript on {head.name}")
        return self.made_best(head.start, head.name.lower(), head.sub)

    def made_best(self, start: int, name: str, sub: Items | None) -> Node:
        if self.is_op("^"):
            raise self.stopped(f"a superscript on \\{name}")
        self.alignment()
        if sub is None and self.is_op("(", "[", "set{") and not name.startswith("arg"):
            return tree.Fun(start, (body := self.operand(name)).end, name, body)
        while self.now.kind == "quad":
            self.take()
        body = self.deeper(self.term)
        return tree.Best(start, body.end, name, sub, body)

    def limit(self, token: Token) -> Node:
        r"""\lim_{n \to \infty} …: read, without a value."""
        sub = self.scripted("_")
        body = self.deeper(self.term)
        return tree.Foreign(token.start, body.end, token.text, (*(sub.parts if sub else ()), body))

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
    return replace(node, accents=(), primes=0, sub=None, sup=None)


def _is_region(sub: Items, variables: list[Node]) -> bool:
    """The variable itself, or the set it runs over."""
    only = sub.only
    if not isinstance(only, Sym) or only.sub is not None or only.sup is not None:
        return False
    same = len(variables) == 1 and isinstance(variables[0], Sym) and variables[0].head == only.head
    return same or (only.font in ("cal", "bb") and only.name.isupper())
