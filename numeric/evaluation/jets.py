"""Forward-mode differentiation along all trajectories at once: an array of values and one of their tangents.

An array is [N], one entry a trajectory, or [1], the same for all. Its dtype is int64 (elements and times),
object (exact: the numbers of numeric/irrationals.py) or float64. A tangent of None is zero.
"""

from __future__ import annotations

from collections.abc import Sequence
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
    "extreme",
    "integers",
    "logarithm",
    "numbers",
    "plus",
    "power",
    "scatter",
    "segment_sums",
    "times",
    "total",
]

Array = NDArray[Any]
LARGEST_INTEGER = 2**53


@dataclass(frozen=True, slots=True, eq=False)
class Jet:
    """x and its derivative ẋ along one direction of one parameter."""

    value: Array
    tangent: Array | None = None

    def rows(self, chosen: Array) -> Jet:
        """The entries of these trajectories; an entry that serves all stays."""
        if len(self.value) == 1:
            return self
        return Jet(self.value[chosen], None if self.tangent is None else self.tangent[chosen])

    def spread(self, size: int) -> Jet:
        """The jet with one entry a trajectory."""
        tangent = None if self.tangent is None else np.broadcast_to(self.tangent, size)
        return Jet(np.broadcast_to(self.value, size), tangent)

    def live(self) -> NDArray[np.bool_]:
        """Where the value or the tangent is not exactly zero."""
        nonzero: NDArray[np.bool_] = self.value != 0
        return nonzero if self.tangent is None else nonzero | (self.tangent != 0)


_to_fraction = np.frompyfunc(lambda x: Fraction(int(x)), 1, 1)
_exact_log = np.frompyfunc(irrationals.logarithm, 1, 1)
_exact_exp = np.frompyfunc(irrationals.exponential, 1, 1)
_exact_power = np.frompyfunc(irrationals.power, 2, 1)


def constant(number: irrationals.Number, exact: bool) -> Jet:
    """A number that is the same on every trajectory."""
    array = np.empty(1, dtype=object if exact else np.float64)
    array[0] = number if exact else float(number)
    return Jet(array)


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
    if a.tangent is None or b.tangent is None:
        tangent = b.tangent if a.tangent is None else a.tangent
    else:
        tangent = a.tangent + b.tangent
    return Jet(a.value + b.value, tangent)


def times(a: Jet, b: Jet) -> Jet:
    """x y, with derivative ẋ y + x ẏ."""
    left = None if a.tangent is None else a.tangent * b.value
    right = None if b.tangent is None else a.value * b.tangent
    tangent = right if left is None else left if right is None else left + right
    return Jet(a.value * b.value, tangent)


def power(base: Jet, exponent: Jet) -> Jet:
    """x^y, with derivative y x^(y-1) ẋ + x^y log x ẏ."""
    value = _power(base.value, exponent.value)
    tangent = None
    if base.tangent is not None:
        tangent = _power_slope(base.value, exponent.value, base.tangent)
    if exponent.tangent is not None:
        along = value * _log(base.value) * exponent.tangent
        tangent = along if tangent is None else tangent + along
    return Jet(value, tangent)


def logarithm(x: Jet) -> Jet:
    """log x, with derivative ẋ/x, for x > 0."""
    value = _log(x.value)
    return Jet(value, None if x.tangent is None else x.tangent * _power(x.value, constant_like(x.value, -1)))


def exponential(x: Jet) -> Jet:
    """e^x, with derivative ẋ e^x."""
    value = np.asarray(_exact_exp(x.value)) if x.value.dtype == object else np.exp(x.value)
    return Jet(value, None if x.tangent is None else x.tangent * value)


def extreme(a: Jet, b: Jet, sign: int) -> Jet:
    """max(x, y) for sign 1, min(x, y) for sign -1; no derivative where x = y and ẋ ≠ ẏ."""
    size = max(len(a.value), len(b.value))
    x, y = a.spread(size), b.spread(size)
    first = np.fromiter((_exceeds(p, q, sign) for p, q in zip(x.value, y.value, strict=True)), np.int8, size)
    if a.tangent is not None or b.tangent is not None:
        dx, dy = (j.tangent if j.tangent is not None else 0 * j.value for j in (x, y))
        if ((first == 0) & (dx != dy)).any():
            raise UnevaluableError("the derivative of a min or max at a point where its two arguments agree")
        return Jet(np.where(first >= 0, x.value, y.value), np.where(first >= 0, dx, dy))
    return Jet(np.where(first >= 0, x.value, y.value))


def scatter(size: int, pieces: Sequence[tuple[Array, Jet]]) -> Jet:
    """One jet of `size` trajectories from pieces on disjoint rows; zero elsewhere."""
    value = np.broadcast_to(0 * pieces[0][1].value[:1], size).copy()
    tangent = value.copy() if any(jet.tangent is not None for _, jet in pieces) else None
    for rows, jet in pieces:
        value[rows] = jet.value
        if tangent is not None and jet.tangent is not None:
            tangent[rows] = jet.tangent
    return Jet(value, tangent)


def segment_sums(jet: Jet, starts: Array) -> Jet:
    """The sums over the rows starts[i] … starts[i+1]-1."""
    tangent = None if jet.tangent is None else np.add.reduceat(jet.tangent, starts)
    return Jet(np.add.reduceat(jet.value, starts), tangent)


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


def _power_slope(base: Array, exponent: Array, tangent: Array) -> Array:
    """y x^(y-1) ẋ, zero where y = 0 or ẋ = 0 whatever x is."""
    base, exponent, tangent = np.broadcast_arrays(base, exponent, tangent)
    moving = (exponent != 0) & (tangent != 0)
    slope = tangent * constant_like(base, 0)
    y = exponent[moving]
    slope[moving] = y * _power(base[moving], y + constant_like(base, -1)) * tangent[moving]
    return slope


def _exceeds(p: Any, q: Any, sign: int) -> int:
    """1, 0 or -1 as sign*p is above, equal to or below sign*q."""
    if isinstance(p, (Fraction, float)) and isinstance(q, (Fraction, float)):
        return sign * (int(p > q) - int(p < q))
    same = irrationals.equal(p, q)
    if same is None:
        raise UnevaluableError(f"a min or max of {p} and {q}, which float64 cannot tell apart")
    return 0 if same else sign if float(p) > float(q) else -sign
