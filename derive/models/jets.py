"""Jets (x, ẋ, …): a number and its derivatives along one direction of a parameter, of first or second order.

(xy)˙ = ẋy + xẏ and (xy)¨ = ẍy + 2ẋẏ + xÿ.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Jet = tuple[Any, ...]


def times(one: Jet, other: Jet) -> Jet:
    """The product of two jets of the same order."""
    x, y = one[0], other[0]
    if len(one) == 1:
        return (x * y,)
    if len(one) == 2:
        return x * y, one[1] * y + x * other[1]
    slope, second = one[1] * y + x * other[1], one[1] * other[1]
    return x * y, slope, one[2] * y + second + second + x * other[2]


def vanishes(jet: Jet) -> bool:
    """Whether a number and all its derivatives are zero."""
    return all(x == 0 for x in jet)


def highest(env: Any, weight: Jet, body: Sequence[Callable[[Any], Any] | None]) -> Any:
    """The highest derivative of weight · body; what a zero stands before is not evaluated."""
    found, order = env.zero, len(weight) - 1
    for k, (factor, part) in enumerate(zip(reversed(weight), body, strict=True)):
        if part is None or factor == 0:
            continue
        value = factor * part(env)
        found = found + value + value if order == 2 and k == 1 else found + value
    return found
