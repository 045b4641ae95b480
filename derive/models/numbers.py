"""Three kinds of exact numbers that a term can be evaluated in, behind the same operators `+ - * / **`.

* residues   modulo the prime 2^61 - 1: one random point decides an identity of rational functions, up to a
             stated error
* rationals  fractions: the values that are printed; also needed where two numbers are compared in order
* balls      intervals that are certain to contain the real number: where log, exp or a root has a value
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
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


def _ball(value: Any) -> arb:
    return value if isinstance(value, arb) else arb(as_rational(value))


def _none(kind: str, what: str) -> Callable[..., Any]:
    def refuse(*_: Any) -> Any:
        raise Unevaluable(f"{what} has no value in {kind}")

    return refuse


def _ball_log(x: arb) -> arb:
    if not x > 0:
        raise Unevaluable(f"log of {x}, which is not positive")
    return x.log()


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
    of=_ball,
    log=_ball_log,
    exp=lambda x: x.exp(),
    power=lambda x, y: x**y,
    least=lambda x, y: x.min(y),
    greatest=lambda x, y: x.max(y),
)
