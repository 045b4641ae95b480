"""Forward-mode differentiation along all trajectories at once: values, first and second derivatives.

An array is [N], one entry a trajectory, or [1], the same for all. Its dtype is int64 (elements and times),
object (exact: the numbers of numeric/irrationals.py) or float64. A derivative of None is zero; where second
derivatives are taken, whatever moves has both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.errors import UnevaluableError
from numeric.evaluation import irrationals

__all__ = [
    "Jet",
    "constant",
    "exponential",
    "integers",
    "interleaved",
    "logarithm",
    "numbers",
    "padded",
    "parameter",
    "plus",
    "power",
    "scatter",
    "segment_sums",
    "sums_by_row",
    "times",
    "total",
]

Array = NDArray[Any]
LARGEST_INTEGER = 2**53


@dataclass(frozen=True, slots=True, eq=False)
class Jet:
    """x and its derivatives ẋ and ẍ along one direction of one parameter."""

    value: Array
    tangent: Array | None = None
    second: Array | None = None

    @property
    def parts(self) -> tuple[Array, ...]:
        """The value, and the derivatives that are not None."""
        return tuple(p for p in (self.value, self.tangent, self.second) if p is not None)

    def each(self, change: Callable[[Array], Array]) -> Jet:
        """The jet with every part changed in one way, which is linear."""
        return Jet(*(None if p is None else change(p) for p in (self.value, self.tangent, self.second)))  # type: ignore[arg-type]

    def rows(self, chosen: Array) -> Jet:
        """The entries of these trajectories; an entry that serves all stays."""
        return self if len(self.value) == 1 else self.each(lambda part: part[chosen])

    def spread(self, size: int) -> Jet:
        """The jet with one entry a trajectory."""
        return self.each(lambda part: np.broadcast_to(part, size))

    def live(self) -> NDArray[np.bool_]:
        """Where the value or a derivative is not exactly zero."""
        nonzero: NDArray[np.bool_] = np.logical_or.reduce([part != 0 for part in self.parts])
        return nonzero


_to_fraction = np.frompyfunc(lambda x: Fraction(int(x)), 1, 1)
_exact_log = np.frompyfunc(irrationals.logarithm, 1, 1)
_exact_exp = np.frompyfunc(irrationals.exponential, 1, 1)
_exact_power = np.frompyfunc(irrationals.power, 2, 1)


def constant(number: irrationals.Number, exact: bool) -> Jet:
    """A number that is the same on every trajectory."""
    array = np.empty(1, dtype=object if exact else np.float64)
    array[0] = number if exact else float(number)
    return Jet(array)


def parameter(value: Array, order: int) -> Jet:
    """A number as a function of itself, with derivatives 1 and 0."""
    return Jet(value, *(np.broadcast_to(constant_like(value, slope), len(value)) for slope in (1, 0)[:order]))


def numbers(jet: Jet, exact: bool) -> Jet:
    """The jet with its elements and times as real numbers."""
    if jet.value.dtype != np.int64:
        return jet
    return Jet(_to_fraction(jet.value) if exact else jet.value.astype(np.float64))


def integers(jet: Jet, what: str) -> NDArray[np.int64]:
    """The values as integers; an error names the first that is none."""
    if jet.value.dtype == np.int64:
        return jet.value
    for value in jet.value:
        if isinstance(value, (irrationals.Ball, irrationals.Logarithm)) or value != int(value):
            raise UnevaluableError(f"{what} is {value}, which is no integer")
        if abs(value) > LARGEST_INTEGER:
            raise UnevaluableError(f"{what} is {value}, beyond ±{LARGEST_INTEGER}")
    return np.array([int(v) for v in jet.value], dtype=np.int64)


def plus(a: Jet, b: Jet) -> Jet:
    """x + y."""
    return Jet(a.value + b.value, _plus(a.tangent, b.tangent), _plus(a.second, b.second))


def times(a: Jet, b: Jet) -> Jet:
    """x y, with derivatives ẋ y + x ẏ and ẍ y + 2 ẋ ẏ + x ÿ."""
    tangent = _plus(_times(a.tangent, b.value), _times(a.value, b.tangent))
    second = _plus(_times(a.second, b.value), _times(a.value, b.second))
    if second is not None and a.tangent is not None and b.tangent is not None:
        second = second + 2 * (a.tangent * b.tangent)
    return Jet(a.value * b.value, tangent, second)


def power(base: Jet, exponent: Jet) -> Jet:
    """x^y, with derivative y x^(y-1) ẋ where y stands still, and x^y (y log x)˙ where it moves."""
    value = _power(base.value, exponent.value)
    if exponent.tangent is not None:
        return _composed(times(exponent, logarithm(base)), value, value, value)
    if base.tangent is None:
        return Jet(value)
    first = _power_slope(base.value, exponent.value, 1)
    second = None if base.second is None else _power_slope(base.value, exponent.value, 2)
    return _composed(base, value, first, second)


def logarithm(x: Jet) -> Jet:
    """log x, with derivatives ẋ/x and ẍ/x - (ẋ/x)², for x > 0."""
    value = _log(x.value)
    if x.tangent is None:
        return Jet(value)
    inverse = _power(x.value, constant_like(x.value, -1))
    return _composed(x, value, inverse, constant_like(x.value, -1) * inverse * inverse)


def exponential(x: Jet) -> Jet:
    """e^x, with derivatives ẋ e^x and (ẍ + ẋ²) e^x."""
    value = np.asarray(_exact_exp(x.value)) if x.value.dtype == object else np.exp(x.value)
    return _composed(x, value, value, value)


def scatter(size: int, pieces: Sequence[tuple[Array, Jet]]) -> Jet:
    """One jet of `size` trajectories from pieces on disjoint rows; zero elsewhere."""
    depth = max(len(jet.parts) for _, jet in pieces)
    parts = [np.broadcast_to(0 * pieces[0][1].value[:1], size).copy() for _ in range(depth)]
    for rows, jet in pieces:
        for part, found in zip(parts, jet.parts, strict=False):
            part[rows] = found
    return Jet(*parts)


def interleaved(jets: Sequence[Jet]) -> Jet:
    """The entries of m jets on n trajectories, row after row: entry r m + k is that of jet k on trajectory r."""
    size = max(len(jet.value) for jet in jets)
    columns = [jet.spread(size).parts for jet in padded(jets)]
    return Jet(*(np.stack(parts, axis=1).reshape(-1) for parts in zip(*columns, strict=True)))


def segment_sums(jet: Jet, starts: Array) -> Jet:
    """The sums over the rows starts[i] … starts[i+1]-1."""
    return jet.each(lambda part: np.add.reduceat(part, starts))


def sums_by_row(jet: Jet, rows: Array, size: int) -> Jet:
    """The sums of the entries that belong to each of `size` rows; `rows` says in ascending order to which each does."""
    starts = np.flatnonzero(np.diff(rows, prepend=-1))
    sums = segment_sums(jet.spread(len(rows)), starts)
    return sums if len(starts) == size else scatter(size, [(rows[starts], sums)])


def total(jet: Jet, size: int) -> Jet:
    """The sum over `size` trajectories."""
    return segment_sums(jet.spread(size), np.zeros(1, dtype=np.int64))


def constant_like(array: Array, number: int) -> Array:
    """One entry, in the arithmetic of the array."""
    return constant(Fraction(number), array.dtype == object).value


def _log(x: Array) -> Array:
    if x.dtype == object:
        return np.asarray(_exact_log(x))
    if (x <= 0).any():
        raise UnevaluableError(f"log of {x[x <= 0][0]}, which is not positive")
    return np.log(x)


def _power(base: Array, exponent: Array) -> Array:
    if base.dtype == object:
        return np.asarray(_exact_power(base, exponent))
    whole = exponent == np.rint(exponent)
    if ((base == 0) & (exponent < 0)).any():
        raise UnevaluableError(f"division by zero: 0 to the power {exponent[exponent < 0][0]}")
    if ((base < 0) & ~whole).any():
        raise UnevaluableError(f"{base[base < 0][0]} to a power that is no integer")
    if (np.abs(exponent) > irrationals.LARGEST_EXPONENT).any():
        raise UnevaluableError(f"the exponent {np.abs(exponent).max()} is beyond ±{irrationals.LARGEST_EXPONENT}")
    return np.power(base, exponent)


def _power_slope(base: Array, exponent: Array, order: int) -> Array:
    """y x^(y-1), or y (y-1) x^(y-2); zero where the factor before the power is, whatever x is."""
    factor = exponent if order == 1 else exponent * (exponent + constant_like(exponent, -1))
    base, exponent, factor = np.broadcast_arrays(base, exponent, factor)
    slope = factor * constant_like(factor, 0)
    bent = factor != 0
    slope[bent] = factor[bent] * _power(base[bent], exponent[bent] + constant_like(exponent, -order))
    return slope


def _composed(x: Jet, value: Array, first: Array, second: Array | None) -> Jet:
    """f(x) from f, f' and f'' at x, with derivatives f' ẋ and f'' ẋ² + f' ẍ."""
    if x.tangent is None:
        return Jet(value)
    tangent = first * x.tangent
    if x.second is None or second is None:
        return Jet(value, tangent)
    return Jet(value, tangent, second * (x.tangent * x.tangent) + first * x.second)


def _plus(a: Array | None, b: Array | None) -> Array | None:
    return b if a is None else a if b is None else a + b


def _times(a: Array | None, b: Array | None) -> Array | None:
    return None if a is None or b is None else a * b


def padded(jets: Sequence[Jet]) -> list[Jet]:
    """The jets with as many parts each, zero where they had none."""
    depth = max(len(jet.parts) for jet in jets)
    return [Jet(*jet.parts, *(0 * jet.value for _ in range(depth - len(jet.parts)))) for jet in jets]
