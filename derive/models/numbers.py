"""Three kinds of exact numbers that a term can be evaluated in, behind the same operators `+ - * / **`.

* residues   modulo the prime 2^61 - 1: one random point decides an identity of rational functions, up to a
             stated error
* rationals  fractions: the values that are printed; also needed where two numbers are compared in order
* balls      fractions, until a log, an exp or a root makes intervals of them that are certain to contain the real
             number; the root of a square, e^0 and log 1 stay fractions
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from math import isqrt
from typing import Any

from flint import arb, fmpq, nmod

from derive.errors import Unevaluable

PRIME = 2**61 - 1


@dataclass(frozen=True)
class Numbers:
    """A kind of numbers: how to make one from a fraction, and which operations it has beyond arithmetic."""

    name: str
    of: Callable[[Any], Any]
    log: Callable[[Any], Any]
    exp: Callable[[Any], Any]
    power: Callable[[Any, Any], Any]
    least: Callable[[Any, Any], Any]
    greatest: Callable[[Any, Any], Any]


def as_fraction(value: Any) -> Fraction:
    """A rational number of any kind as a fraction of the standard library."""
    if isinstance(value, fmpq):
        return Fraction(int(value.p), int(value.q))
    return Fraction(value)


def as_rational(value: Any) -> fmpq:
    """An exact rational from an integer, a fraction, or text such as "1/2"; never from a float."""
    if isinstance(value, fmpq):
        return value
    if isinstance(value, (int, str, Fraction)) and not isinstance(value, bool):
        try:
            fraction = Fraction(value)
        except (ValueError, ZeroDivisionError):
            raise Unevaluable(f"{value!r} is no fraction; write it as text, for example '1/2'") from None
        return fmpq(fraction.numerator, fraction.denominator)
    raise Unevaluable(f"{value!r} is a {type(value).__name__}; write exact numbers as text, for example '1/2'")


def _residue(value: Any) -> nmod:
    if isinstance(value, nmod):
        return value
    fraction = as_fraction(value)
    return nmod(fraction.numerator, PRIME) / nmod(fraction.denominator, PRIME)


def _real(value: Any) -> fmpq | arb:
    return value if isinstance(value, arb) else as_rational(value)


def as_ball(value: Any) -> arb:
    """A number as an interval that is certain to contain it."""
    return value if isinstance(value, arb) else arb(as_rational(value))


def same(one: Any, other: Any) -> bool:
    """Equal numbers; for balls, not certainly different."""
    if isinstance(one, arb) or isinstance(other, arb):
        return bool(as_ball(one).overlaps(as_ball(other)))
    return bool(one == other)


def at_most(one: Any, other: Any) -> bool:
    """Certainly not greater."""
    if isinstance(one, arb) or isinstance(other, arb):
        return bool(as_ball(one) <= as_ball(other))
    return bool(one <= other)


def exceeds(one: Any, other: Any) -> bool:
    """Certainly greater."""
    if isinstance(one, arb) or isinstance(other, arb):
        return bool(as_ball(one) > as_ball(other))
    return bool(one > other)


def _none(kind: str, what: str) -> Callable[..., Any]:
    def refuse(*_: Any) -> Any:
        raise Unevaluable(f"{what} has no value in {kind}")

    return refuse


def _ball_log(x: Any) -> Any:
    if not x > 0:
        raise Unevaluable(f"log of {x}, which is not positive")
    return fmpq(0) if isinstance(x, fmpq) and x == 1 else as_ball(x).log()


def _ball_exp(x: Any) -> Any:
    return fmpq(1) if isinstance(x, fmpq) and x == 0 else as_ball(x).exp()


def _ball_power(x: Any, y: Any) -> Any:
    """x^y for x > 0, and 0^y = 0 for y > 0."""
    if x == 0 and y > 0:
        return x
    if not x > 0:
        raise Unevaluable(
            f"{x} to the power {y} has no real value that is certain: roots are those of positive numbers"
        )
    if isinstance(x, fmpq) and isinstance(y, fmpq) and y.q == 2:
        root = _rational_root(x)
        return as_ball(x) ** as_ball(y) if root is None else root ** int(y.p)
    return as_ball(x) ** as_ball(y)


def _rational_root(x: fmpq) -> fmpq | None:
    """√x of a positive fraction, where it is one."""
    p, q = isqrt(int(x.p)), isqrt(int(x.q))
    return fmpq(p, q) if p * p == x.p and q * q == x.q else None


def _least(x: Any, y: Any) -> Any:
    return min(x, y) if isinstance(x, fmpq) and isinstance(y, fmpq) else as_ball(x).min(as_ball(y))


def _greatest(x: Any, y: Any) -> Any:
    return max(x, y) if isinstance(x, fmpq) and isinstance(y, fmpq) else as_ball(x).max(as_ball(y))


_in_residues = partial(_none, "residues")
_in_rationals = partial(_none, "rationals")
RESIDUES = Numbers(
    "residues",
    of=_residue,
    log=_in_residues("log"),
    exp=_in_residues("exp"),
    power=_in_residues("a root"),
    least=_in_residues("min"),
    greatest=_in_residues("max"),
)
RATIONALS = Numbers(
    "rationals",
    of=as_rational,
    log=_in_rationals("log"),
    exp=_in_rationals("exp"),
    power=_in_rationals("a root"),
    least=min,
    greatest=max,
)
BALLS = Numbers(
    "balls",
    of=_real,
    log=_ball_log,
    exp=_ball_exp,
    power=_ball_power,
    least=_least,
    greatest=_greatest,
)
