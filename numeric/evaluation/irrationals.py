"""Real numbers beside `Fraction`: log q exactly, every other one as a float64 with its rounding error.

A number is a `Fraction`, a `Logarithm` or a `Ball`; operators between them give the most exact of the three.
"""

from __future__ import annotations

import math
from fractions import Fraction

from numeric.errors import UnevaluableError

__all__ = [
    "Ball",
    "Logarithm",
    "Number",
    "either",
    "equal",
    "exceeds",
    "exponential",
    "logarithm",
    "power",
    "to_ball",
]

EPSILON = 2.0**-52  # twice the unit roundoff: the other half pays for the rounding of the radius itself
LARGEST_EXPONENT = 10_000
LARGEST_BITS = 1_000_000
LOGARITHM_BITS = 4_096  # beyond, log q is kept as a ball


class _Irrational:
    """The operators that a `Logarithm` and a `Ball` share; an exact zero stays exact."""

    __slots__ = ()

    def __radd__(self, other: Number) -> Number:
        return self + other  # type: ignore[operator]

    def __rmul__(self, other: Number) -> Number:
        return self * other  # type: ignore[operator]

    def __float__(self) -> float:
        return to_ball(self).mid  # type: ignore[arg-type]


class Ball(_Irrational):
    """A real number x with |x - mid| <= radius. Each operation adds its own rounding to the radius.

    Source: Higham 2002, Accuracy and Stability of Numerical Algorithms, §3.3 (running error analysis).
    """

    __slots__ = ("mid", "radius")

    def __init__(self, mid: float, radius: float) -> None:
        if not (math.isfinite(mid) and math.isfinite(radius)):
            raise UnevaluableError(f"a value of {mid} ± {radius} is beyond float64; scale the statement or the model")
        self.mid, self.radius = mid, radius

    def __repr__(self) -> str:
        return f"Ball({self.mid!r}, {self.radius!r})"

    def __add__(self, other: Number) -> Number:
        if _is_zero(other):
            return self
        ball = to_ball(other)
        return _rounded(self.mid + ball.mid, self.radius + ball.radius)

    def __mul__(self, other: Number) -> Number:
        if _is_zero(other):
            return Fraction(0)
        ball = to_ball(other)
        spread = abs(self.mid) * ball.radius + abs(ball.mid) * self.radius + self.radius * ball.radius
        return _rounded(self.mid * ball.mid, spread)


class Logarithm(_Irrational):
    """log q for a positive rational q other than 1; sums and integer multiples are logarithms again."""

    __slots__ = ("of",)

    def __init__(self, of: Fraction) -> None:
        self.of = of

    def __repr__(self) -> str:
        return f"Logarithm({self.of})"

    def __add__(self, other: Number) -> Number:
        if isinstance(other, Logarithm) and _bits(self.of) + _bits(other.of) <= LOGARITHM_BITS:
            return logarithm(self.of * other.of)
        return self if _is_zero(other) else to_ball(self) + other

    def __mul__(self, other: Number) -> Number:
        if isinstance(other, Fraction) and other.denominator == 1 and abs(other) * _bits(self.of) <= LOGARITHM_BITS:
            return logarithm(self.of ** int(other))
        return to_ball(self) * other


Number = Fraction | Logarithm | Ball


def _is_zero(number: Number) -> bool:
    return isinstance(number, (int, Fraction)) and number == 0


def _bits(number: Fraction) -> int:
    return number.numerator.bit_length() + number.denominator.bit_length()


def _rounded(mid: float, radius: float) -> Ball:
    return Ball(mid, (radius + EPSILON * abs(mid)) * (1 + 4 * EPSILON) + math.ulp(0.0))


def to_ball(number: Number) -> Ball:
    """The number as a float64 with its error."""
    if isinstance(number, Ball):
        return number
    if isinstance(number, Logarithm):
        above, below = math.log(number.of.numerator), math.log(number.of.denominator)
        return _rounded(above - below, 4 * EPSILON * (above + below))
    try:
        return _rounded(float(number), 0.0)
    except OverflowError as cause:
        raise UnevaluableError("a value is beyond float64; scale the statement or the model") from cause


def equal(left: Number, right: Number) -> bool | None:
    """left = right, exactly where both are exact; balls differ when disjoint, otherwise None: undecided."""
    if isinstance(left, Logarithm) and isinstance(right, Logarithm):
        return left.of == right.of
    if not isinstance(left, Ball) and not isinstance(right, Ball):
        return left == right  # log q is never rational for q != 1, and a Logarithm equals no Fraction
    return False if _apart(to_ball(left), to_ball(right)) else None


def exceeds(left: Number, right: Number, sign: int = 1) -> bool:
    """Whether sign·left > sign·right for certain: balls do when disjoint."""
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return sign * left > sign * right
    if isinstance(left, Logarithm) and isinstance(right, Logarithm):
        return sign * left.of > sign * right.of
    a, b = to_ball(left), to_ball(right)
    return _apart(a, b) and sign * a.mid > sign * b.mid


def _apart(a: Ball, b: Ball) -> bool:
    """Whether two balls have no point in common."""
    return abs(a.mid - b.mid) > (a.radius + b.radius) * (1 + 4 * EPSILON) + EPSILON * abs(a.mid - b.mid)


def either(numbers: list[Number], sign: int) -> Ball:
    """A ball around the greatest of several for sign 1, the least for -1, whichever of them that is."""
    balls = [to_ball(number) for number in numbers]
    low, high = (max(sign * b.mid + side * b.radius for b in balls) for side in (-1, 1))
    return _rounded(sign * (low + high) / 2, (high - low) / 2 + 2 * EPSILON * max(abs(low), abs(high)))


def logarithm(x: Number) -> Number:
    """log x, for x > 0."""
    if isinstance(x, Fraction):
        if x <= 0:
            raise UnevaluableError(f"log of {x}, which is not positive")
        return Fraction(0) if x == 1 else Logarithm(x)
    ball = to_ball(x)
    if ball.mid <= ball.radius:
        raise UnevaluableError(f"log of {ball.mid} ± {ball.radius}, which may not be positive")
    return _rounded(math.log(ball.mid), ball.radius / (ball.mid - ball.radius) + EPSILON * abs(math.log(ball.mid)))


def exponential(x: Number) -> Number:
    """e^x; exact for x = 0 and x = log q."""
    if isinstance(x, Logarithm):
        return x.of
    if _is_zero(x):
        return Fraction(1)
    ball = to_ball(x)
    try:
        mid = math.exp(ball.mid)
        return _rounded(mid, mid * (math.expm1(ball.radius) + 2 * EPSILON))
    except OverflowError as cause:
        raise UnevaluableError(f"exp of {ball.mid} is beyond float64") from cause


def power(base: Number, exponent: Number) -> Number:
    """base^exponent: exact for an integer exponent, with 0^0 = 1, and where a root is a fraction."""
    if isinstance(exponent, Fraction):
        if exponent.denominator == 1:
            return _integer_power(base, int(exponent))
        if (root := _root(base, exponent.denominator)) is not None:
            return _integer_power(root, exponent.numerator)
    return exponential(exponent * logarithm(base))


def _integer_power(base: Number, n: int) -> Number:
    if abs(n) > LARGEST_EXPONENT:
        raise UnevaluableError(f"the exponent {n} is beyond ±{LARGEST_EXPONENT}")
    if isinstance(base, Fraction):
        if base == 0 and n < 0:
            raise UnevaluableError(f"division by zero: 0 to the power {n}")
        if abs(n) > 1 and abs(n) * _bits(base) > LARGEST_BITS:
            raise UnevaluableError(f"a power with exponent {n} would have more than {LARGEST_BITS} bits")
        return base**n
    if n < 0:
        return _reciprocal(to_ball(_integer_power(base, -n)))
    result, square = to_ball(Fraction(1)), to_ball(base)
    while n:
        if n % 2:
            result = result * square  # type: ignore[assignment]
        square, n = (square * square if n > 1 else square), n // 2  # type: ignore[assignment]
    return result


def _root(base: Number, n: int) -> Number | None:
    """The n-th root: of a fraction where it is one, and for n = 2 of any number; otherwise None."""
    if isinstance(base, Fraction):
        if base < 0:
            raise UnevaluableError(f"the root of {base}, which is negative")
        if n > LARGEST_EXPONENT:
            return None
        roots = [_whole_root(part, n) for part in (base.numerator, base.denominator)]
        if roots[0] ** n == base.numerator and roots[1] ** n == base.denominator:
            return Fraction(roots[0], roots[1])
    if n != 2:
        return None
    ball = to_ball(base)
    if ball.mid <= ball.radius:
        raise UnevaluableError(f"the root of {ball.mid} ± {ball.radius}, which may be negative")
    return _rounded(math.sqrt(ball.mid), ball.radius / math.sqrt(ball.mid) * (1 + 4 * EPSILON))


def _whole_root(x: int, n: int) -> int:
    """The greatest integer whose n-th power is at most x, for x >= 0."""
    low, high = 0, 1 << (x.bit_length() // n + 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if middle**n <= x else (low, middle)
    return low


def _reciprocal(ball: Ball) -> Ball:
    size = abs(ball.mid)
    if size <= ball.radius:
        raise UnevaluableError(f"division by {ball.mid} ± {ball.radius}, which may be zero")
    return _rounded(1 / ball.mid, ball.radius / (size * (size - ball.radius)))
