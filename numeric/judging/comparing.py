"""Two estimators on the same cases: the same expectation? a variance that is no larger?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.errors import EstimatorError
from numeric.judging.asked import Asked
from numeric.judging.case import Case
from numeric.judging.picture import fraction_text, picture
from numeric.judging.probing import chosen_cases
from numeric.judging.shrinking import minimise, size
from numeric.judging.trial import DOUBLE, UNITS, Trial, tried
from numeric.judging.watch import Watch, time_limit

__all__ = ["Difference", "first_difference", "larger_variance"]

Floats = NDArray[np.float64]
ROUNDING = 1e-9  # of the larger variance


@dataclass(frozen=True)
class Difference:
    """The smallest case found on which two estimators differ, both values, and a picture."""

    case: Case
    ours: Any
    theirs: Any
    text: str


def first_difference(f: Callable[..., Any], g: Callable[..., Any], asked: Asked) -> Difference | None:
    """A case on which E[f] ≠ E[g]; None when there is none among those drawn."""

    watches = Watch(f), Watch(g)

    def differs(one: Trial, other: Trial) -> bool:
        unit = UNITS["float32"] if watches[0].lower or watches[1].lower else DOUBLE
        return bool(np.abs(one.expected - other.expected).max() > one.bound(unit) + other.bound(unit))

    def words(one: Trial, other: Trial) -> tuple[Any, Any, str]:
        place = np.unravel_index(np.abs(one.expected - other.expected).argmax(), one.expected.shape)
        ours, theirs = float(one.expected[place]), float(other.expected[place])
        at = ", ".join(str(int(i)) for i in place)
        return (
            one.expected.tolist(),
            other.expected.tolist(),
            (f"E[{_name(f)}][{at}] = {fraction_text(ours)}, E[{_name(g)}][{at}] = {fraction_text(theirs)}"),
        )

    return _smallest(f, g, asked, watches, differs, words)


def larger_variance(f: Callable[..., Any], g: Callable[..., Any], asked: Asked) -> Difference | None:
    """A case on which Σ Var[f] > Σ Var[g]; None when there is none among those drawn."""

    def differs(one: Trial, other: Trial) -> bool:
        return one.variance > other.variance + ROUNDING * max(1.0, one.variance)

    def words(one: Trial, other: Trial) -> tuple[Any, Any, str]:
        return (
            one.variance,
            other.variance,
            (f"Var[{_name(f)}] = {fraction_text(one.variance)} > Var[{_name(g)}] = {fraction_text(other.variance)}"),
        )

    return _smallest(f, g, asked, (Watch(f), Watch(g)), differs, words)


def _smallest(
    f: Callable[..., Any],
    g: Callable[..., Any],
    asked: Asked,
    watches: tuple[Watch, Watch],
    differs: Callable[[Trial, Trial], bool],
    words: Callable[[Trial, Trial], tuple[Any, Any, str]],
) -> Difference | None:
    with time_limit(asked.timeout, watches[0].name):
        questions = (
            asked.question(),
            asked.question(),
        )  # each with what its kind has learnt of its own function

        def pair(case: Case) -> tuple[Trial, Trial]:
            return tried(f, case, questions[0], watches[0]), tried(g, case, questions[1], watches[1])

        def still(case: Case) -> bool:
            try:
                return differs(*pair(case))
            except EstimatorError:
                return False

        found = [case for case in chosen_cases((f, g), asked, questions, watches) if differs(*pair(case))]
        if not found:
            return None
        case = minimise(min(found, key=size), still, same_shape=asked.kind == "jax")
        ours, theirs, line = words(*pair(case))
        return Difference(case, ours, theirs, f"{picture(case)}\n{line}")


def _name(function: Callable[..., Any]) -> str:
    return str(getattr(function, "__name__", "it"))
