"""How a term becomes a box: what a piece is seen from outside, and where fences are needed.

The grammar of what is printed: Σ and ∏ reach as far right as their product goes; ∇ and log take the one thing
that follows them; a conditional or evaluated term ends at its bar. Each class of terms has its rule in names.py,
averages.py or arithmetic.py.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from sympy import Basic

from derive.errors import IllFormed
from derive.printing.boxes import Box, Fenced, letters


class Laid(NamedTuple):
    """A box and how tightly it holds together."""

    box: Box
    level: str


# What a piece is, seen from outside. Fences follow from this alone.
ATOM = "atom"  # a letter, f(x), E[…], a fraction
POWER = "power"  # x²
PREFIX = "prefix"  # ∇x, log x
OPEN = "open"  # Σ x: reaches to the right as far as it can
PRODUCT = "product"
EVALUATED = "evaluated"  # x|_{θ=0}
SUM = "sum"  # a + b, and -a
CASES = "cases"
_UNDER = {  # what may stand without fences …
    "term": {ATOM, POWER, PREFIX, OPEN, PRODUCT, EVALUATED},  # in a sum
    "factor": {ATOM, POWER},  # in a product, before the last
    "last": {ATOM, POWER, PREFIX, OPEN},  # in a product, at its end
    "operand": {ATOM, PREFIX, OPEN},  # after ∇ or log
    "scope": {ATOM, POWER, PREFIX, OPEN, PRODUCT},  # after Σ
    "base": {ATOM},  # under an exponent
    "evaluated": {ATOM, PREFIX},  # before a bar
}

_RULES: dict[type, Callable[[Any], Laid]] = {}


def lays(*classes: type) -> Callable[[Callable[[Any], Laid]], Callable[[Any], Laid]]:
    """Enter a rule for terms of some classes."""

    def enter(rule: Callable[[Any], Laid]) -> Callable[[Any], Laid]:
        _RULES.update(dict.fromkeys(classes, rule))
        return rule

    return enter


@lru_cache(maxsize=20_000)
def lay(node: Basic) -> Laid:
    """A term's box and level."""
    rule = _RULES.get(type(node))
    if rule is None:
        rule = next((r for cls, r in _RULES.items() if isinstance(node, cls)), None)
    if rule is None:
        raise IllFormed(f"{node!r} is a {type(node).__name__}, which has no printed form; build it of derive.terms")
    return rule(node)


def boxed(node: Basic) -> Box:
    """A term's box."""
    return lay(node).box


def fitted(role: str, piece: Laid) -> Box:
    """A piece's box, in fences where it would not hold together in that role."""
    return piece.box if piece.level in _UNDER[role] else Fenced(piece.box)


def plain(node: Basic) -> str:
    """All that is written in a term: an order that does not hang on how it is stored."""
    return letters(boxed(node))
