"""A rule: a name, the words that a sheet prints, and a conversion of one node; and the register of all rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sympy import Expr

import derive.axioms  # noqa: F401  (admits the laws)
from derive.errors import IllFormed, Refused
from derive.kernel import Theorem, law
from derive.rewriting import Conversion, Given
from derive.terms import Expectation, Mean, PathSum, Samples, SumOver, TimeSum
from derive.terms import Given as Conditional

SUMS = (TimeSum, SumOver, PathSum)
AVERAGES = (Mean, Samples, Expectation, Conditional)


@dataclass(frozen=True)
class Rule:
    """A reason: `name` in the source, `words` on the sheet, `nodes` that it looks at.

    A rule is applied everywhere, innermost first (`outside_in`: outermost first); a `once` rule at one place.
    """

    name: str
    words: str
    convert: Conversion
    nodes: tuple[type, ...] = (Expr,)
    once: bool = False
    outside_in: bool = False

    def __call__(self, *args: Any) -> Rule:
        """The rule with arguments, such as split(t)."""
        whole: Callable[..., Theorem] = self.convert
        return replace(self, convert=lambda node, given: whole(node, given, *args))

    def apply(self, node: Expr, given: Given) -> Theorem:
        """⊢ node = what the rule makes of it."""
        if not isinstance(node, self.nodes):
            raise Refused("{} works on {}", self.name, ", ".join(k.__name__ for k in self.nodes))
        return self.convert(node, given)


RULES: dict[str, Rule] = {}


def rule(
    words: str, *nodes: type, once: bool = False, outside_in: bool = False
) -> Callable[[Callable[..., Theorem]], Rule]:
    def register(convert: Callable[..., Theorem]) -> Rule:
        name = convert.__name__
        RULES[name] = Rule(name, words, convert, nodes or (Expr,), once, outside_in)
        return RULES[name]

    return register


def first_of(*laws: str) -> Conversion:
    """The first of several laws that applies and changes the node."""

    def convert(node: Expr, given: Given) -> Theorem:
        refusal: Exception = Refused("no law applies")
        for name in laws:
            try:
                theorem = law(name, node, given=given)
            except (Refused, IllFormed) as fault:
                refusal = fault
                continue
            if theorem.rhs != node:
                return theorem
        raise refusal

    return convert
