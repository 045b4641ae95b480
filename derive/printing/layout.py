"""Terms and statements as presentation trees, with parentheses exactly where they are needed."""

from __future__ import annotations

from typing import Any

from derive.binding import free
from derive.printing import arithmetic, averages  # noqa: F401  (enter the rules of their terms)
from derive.printing.boxes import Box, Number, Row, Sign, listed
from derive.printing.names import symbol
from derive.printing.pieces import boxed
from derive.terms import (
    Always,
    AtMost,
    Coincide,
    Equation,
    Inequality,
    PathProbability,
    Positive,
    Possible,
    Var,
)


def layout(node: Any) -> Box:
    """The presentation tree of a term, a letter, a definition, a process or a statement."""
    if isinstance(node, Equation):
        return Row((layout(node.lhs), Sign("=", "relation"), layout(node.rhs)))
    if isinstance(node, Inequality):
        return Row((layout(node.lesser), Sign("≤", "relation"), layout(node.greater)))
    if isinstance(node, Always):
        return _always(node)
    if isinstance(node, AtMost):
        return _at_most(node)
    if isinstance(node, Positive):
        return Row((symbol(node.letter), Sign(">", "relation"), Number("0")))
    if isinstance(node, Coincide):
        return Row((symbol(node.letter), Sign("=", "relation"), symbol(node.other)))
    if isinstance(node, Possible):
        return Row((layout(PathProbability(node.process)), Sign(">", "relation"), Number("0")))
    return boxed(node)


def _at_most(fact: AtMost) -> Box:
    constant, rest = fact.greater.as_coeff_Add()
    strict = constant == -1 and rest != 0
    greater, sign = (rest, "<") if strict else (fact.greater, "≤")
    return Row((layout(fact.lesser), Sign(sign, "relation"), layout(greater)))


def _always(fact: Always) -> Box:
    """lhs = rhs, ∀ s, a: the elements that it speaks of are named, unless there are none."""
    equation = layout(Equation(fact.lhs, fact.rhs))
    elements = sorted((n for n in free(fact.lhs) | free(fact.rhs) if isinstance(n, Var)), key=lambda n: n.name)
    if not elements:
        return equation
    return Row((equation, Sign(",", "comma"), Sign("∀", "prefix"), listed(tuple(map(layout, elements)))))
