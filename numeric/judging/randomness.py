"""Two answers for one batch: does the function draw at random, or remember earlier calls?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numeric.judging.calling import names_used

__all__ = ["draws_at_random"]

WORDS = (
    "rand",
    "rng",
    "shuffle",
    "permutation",
    "choice",
    "dropout",
    "multinomial",
    "sample",
    "bernoulli",
    "seed",
)


def draws_at_random(function: Callable[..., Any]) -> bool:
    """Whether the function, or one of its module's that it calls, names a source of randomness."""
    return any(word in name.lower() for name in names_used(function) for word in WORDS)
