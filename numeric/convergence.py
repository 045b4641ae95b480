"""An estimate against its number of samples, and the exact band that it lies in, which no sample is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from typing import Any

import numpy as np

from numeric.examples import Setting, drawn, evaluated, exact

__all__ = ["Convergence", "convergence", "sizes"]

Wire = Any
Value = Fraction | float
FIRST, PER_DECADE = 10, 12


@dataclass(frozen=True)
class Convergence:
    """The estimate of the first N of one sequence of samples, its exact mean and standard deviation at each N."""

    sizes: tuple[int, ...]
    estimates: tuple[float, ...]
    means: tuple[float, ...]
    deviations: tuple[float, ...]


def sizes(samples: int) -> tuple[int, ...]:
    """10, 12, 15, …, N: evenly on a logarithmic scale."""
    steps = max(1, round(PER_DECADE * np.log10(samples / FIRST)))
    return tuple(dict.fromkeys(int(n) for n in np.rint(np.geomspace(FIRST, samples, steps + 1))))


def convergence(wire: Wire, setting: Setting, samples: int, seed: int, *given: Wire) -> Convergence | None:
    """E[X] estimated by the mean of N samples, Var[X] by their mean square deviation, N up to `samples`.

    The mean has variance Var[X] / N. The mean square deviation has mean (1 - 1/N) σ² and variance
    (N-1)²/N³ (μ_4 - (N-3)/(N-1) σ⁴). None for a term that is neither, or whose samples are all alike.
    """
    wire = evaluated(wire, setting)
    found = drawn(wire, setting, samples, seed, *given)
    if found is None:
        return None
    moments = [exact(_power_of(wire, n), setting, *given) for n in (1, 2, 3, 4)[: 4 if wire[0] == "Variance" else 2]]
    spread = _positive(moments[1] - moments[0] ** 2)
    if spread == 0:
        return None
    at = sizes(samples)
    counts, index = np.array(at), np.array(at) - 1
    means = np.cumsum(found)[index] / counts
    if wire[0] != "Variance":
        deviations = (sqrt(spread / n) for n in at)
        return Convergence(at, _floats(means), (float(moments[0]),) * len(at), tuple(deviations))
    squares = np.cumsum((found - found.mean()) ** 2)[index] / counts - (means - found.mean()) ** 2
    fourth = _fourth_central(*moments)
    biased = tuple(float(spread * (1 - Fraction(1, n))) for n in at)
    return Convergence(at, _floats(squares), biased, tuple(sqrt(_of_the_square(spread, fourth, n)) for n in at))


def _floats(array: Any) -> tuple[float, ...]:
    return tuple(float(x) for x in array)


def _positive(value: Value) -> Value:
    """A variance; rounding alone could make it less than zero."""
    return value if value > 0 else Fraction(0)


def _power_of(wire: Wire, n: int) -> Wire:
    """E[X^n] of the X that an expectation or variance is of."""
    tag = "Mean" if wire[0] == "Variance" else wire[0]
    body = wire[1] if n == 1 else ("pow", wire[1], ("num", n, 1))
    return (tag, body, *wire[2:])


def _fourth_central(first: Value, second: Value, third: Value, fourth: Value) -> Value:
    """E[(X - E X)^4]."""
    return _positive(fourth - 4 * first * third + 6 * first**2 * second - 3 * first**4)


def _of_the_square(spread: Value, fourth: Value, n: int) -> float:
    """The variance of the mean square deviation of n samples. Source: Cramér 1946, §27.4."""
    return float(_positive((n - 1) ** 2 * (fourth - Fraction(n - 3, n - 1) * spread**2) / n**3))
