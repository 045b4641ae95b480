"""One form for a term: every node is rewritten, innermost first, by the rules for its kind until none applies.

Untrusted: what comes out is a theorem term = form. What was brought to its form once is not looked at again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sympy import Basic, Expr

from derive import kernel
from derive.binding import bound_name
from derive.errors import Endless, IllFormed, Refused
from derive.kernel import Theorem
from derive.rewriting import HOLE, Conversion, Given, below

Conversions = Mapping[type, Sequence[Conversion]]


class Effort:
    """How many more attempts at a rule there may be: a count, so that what is found does not hang on the machine."""

    def __init__(self, attempts: int) -> None:
        self.left = attempts

    def spend(self, cost: int) -> None:
        """Raises Endless where nothing is left."""
        self.left -= cost
        if self.left < 0:
            raise Endless("no proof was found within the effort allowed")


class Normaliser:
    """Rules by the kind of node that they rewrite, and how many more attempts at one there may be."""

    def __init__(self, rules: Conversions, effort: Effort) -> None:
        self.rules, self.effort = rules, effort
        self._done: dict[tuple[Basic, Given], Theorem] = {}
        self._of: dict[type, tuple[Conversion, ...]] = {}

    def normal(self, node: Expr, given: Given) -> Theorem:
        """⊢ node = its form."""
        key = (node, given)
        if key not in self._done:
            theorem = self._inside(node, given)
            while (step := self._here(theorem.rhs, given)) is not None:
                theorem = kernel.trans(theorem, step)
                theorem = kernel.trans(theorem, self._inside(theorem.rhs, given))
            self._done[key] = theorem
            self._done[theorem.rhs, given] = kernel.refl(theorem.rhs)
        return self._done[key]

    def _here(self, node: Expr, given: Given) -> Theorem | None:
        for convert in self._rules(type(node)):
            self.effort.spend(1)
            try:
                theorem = convert(node, given)
            except (Refused, IllFormed):
                continue
            if theorem.rhs != node:
                return theorem
        return None

    def _rules(self, kind: type) -> tuple[Conversion, ...]:
        if kind not in self._of:
            self._of[kind] = tuple(r for k, rules in self.rules.items() if issubclass(kind, k) for r in rules)
        return self._of[kind]

    def _inside(self, node: Expr, given: Given) -> Theorem:
        theorem = kernel.refl(node)
        refused: set[Expr] = set()
        while (step := self._first_inside(theorem.rhs, given, refused)) is not None:
            theorem = kernel.trans(theorem, step)
        return theorem

    def _first_inside(self, node: Expr, given: Given, refused: set[Expr]) -> Theorem | None:
        for i, child in enumerate(node.args):
            if not isinstance(child, Expr) or not child.args or child == bound_name(node) or child in refused:
                continue
            inner = self.normal(child, below(node, i, given))
            if inner.rhs == child:
                continue
            context = node.func(*(HOLE if j == i else a for j, a in enumerate(node.args)))
            try:
                return kernel.cong(inner, context, HOLE, given)
            except (Refused, IllFormed):
                refused.add(child)
        return None
