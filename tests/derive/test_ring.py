"""Arithmetic: equal as rational functions of atoms, at any depth, and never more than that."""

from fractions import Fraction
from random import Random

import pytest
from sympy import Add, Expr, Integer, Mul, Pow, Rational, Symbol

from derive.errors import Refused
from derive.notation import T, a, density, gamma, k, n, policy, s, t, x
from derive.ring import MAX_EXPONENT, denominators, divides, equal_by_arithmetic, positive_by_coefficients
from derive.terms import Apply, Exp, Letter, SumOver, TimeSum, real_symbol

c = Letter("c", (None,))
y, z, w = (real_symbol(name) for name in "yzw")
m = Symbol("m", integer=True)
ATOMS = (y, z, w, c(k))


def random_term(rng: Random, depth: int) -> Expr:
    if depth == 0:
        return rng.choice([*ATOMS, Rational(rng.randint(-3, 3), rng.choice([1, 2]))])
    left, right = random_term(rng, depth - 1), random_term(rng, depth - 1)
    kind = rng.randint(0, 4)
    return (left + right, left * right, left - right, left**2, left * (1 + y**2) ** -1)[kind]


def value(term: Expr, at: dict[Expr, Fraction]) -> Fraction:
    if isinstance(term, Rational):
        return Fraction(int(term.p), int(term.q))
    if isinstance(term, Pow):
        return value(term.base, at) ** int(term.exp)
    if isinstance(term, Add):
        return sum((value(b, at) for b in term.args), Fraction(0))
    if isinstance(term, Mul):
        product = Fraction(1)
        for b in term.args:
            product *= value(b, at)
        return product
    return at[term]


def test_equal_exactly_when_values_are_equal() -> None:
    rng, same, differ = Random(0), 0, 0
    for _ in range(250):
        left = random_term(rng, 3)
        right = rng.choice([left.expand(), random_term(rng, 2), left + rng.choice([0, y - y, 1, y]), left.expand() * 1])
        points = [{b: Fraction(rng.randint(1, 10**6), 7) for b in ATOMS} for _ in range(2)]
        try:
            true = all(value(left, p) == value(right, p) for p in points)
        except ZeroDivisionError:
            continue
        assert equal_by_arithmetic(left, right) == true, (left, right)
        same, differ = same + true, differ + (not true)
    assert min(same, differ) > 50


def test_arithmetic_reaches_below_binders_and_renames() -> None:
    assert equal_by_arithmetic(TimeSum((c(k) + 1) ** 2, k, 0, T), TimeSum(c(n) ** 2 + 2 * c(n) + 1, n, 0, T))
    assert not equal_by_arithmetic(TimeSum(2 * c(k), k, 0, T), 2 * TimeSum(c(k), k, 0, T))  # that is a law's business
    assert equal_by_arithmetic(SumOver(policy(a, s) * (y + z), a), SumOver(policy(a, s) * z + y * policy(a, s), a))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (gamma ** (k + 1), gamma * gamma**k), (gamma ** (2 * k - t), (gamma**k) ** 2 / gamma**t),
        (2 ** (k + 1), 2 * 2**k),
        (gamma ** (k - t) * gamma**t, gamma**k), ((-1) ** (k + 2), (-1) ** k),
    ],
)  # fmt: skip
def test_symbolic_exponents_add(left: Expr, right: Expr) -> None:
    assert equal_by_arithmetic(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (gamma ** (k + 1), gamma**k), (gamma**k, gamma**t), (gamma**k * z**k, gamma**k + z**k), (y / z, z / y),
        (Exp(y) * Exp(z), Exp(y + z)), (c(k), c(k + 1)), (density(x), density(x) ** 2), (2**k, Integer(2) * k),
    ],
)  # fmt: skip
def test_what_arithmetic_does_not_give(left: Expr, right: Expr) -> None:
    assert not equal_by_arithmetic(left, right)


def test_huge_exponents_are_refused() -> None:
    with pytest.raises(Refused, match=f"beyond {MAX_EXPONENT}"):
        equal_by_arithmetic((y + 1) ** (MAX_EXPONENT + 1), y)


def test_what_may_divide() -> None:
    assert denominators(y / z + TimeSum(1 / c(k), k, 0, T)) == {z**-1, c(k) ** -1}
    assert divides(y**-1)
    assert divides(c(k) ** t)
    assert divides(Pow(0, t, evaluate=False))
    assert divides(Pow(y, Rational(-1, 2)))
    assert not divides(gamma ** (k - t))  # γ ≠ 0 is granted
    assert not divides(y**2)
    assert not divides(Pow(2, -k))


def test_positive_by_its_coefficients() -> None:
    positive = lambda b: isinstance(b, (Apply, Exp))  # noqa: E731
    e = Exp(y)
    assert positive_by_coefficients(1 - 1 / (1 + e), positive)
    assert positive_by_coefficients(e * (2 + e) - e, positive)
    assert not positive_by_coefficients(e - 1, positive)
    assert not positive_by_coefficients(e + y, positive)
    assert not positive_by_coefficients(e - e + Integer(0), positive)
    assert not positive_by_coefficients(-e, positive)


def test_the_exponent_of_another_name_is_another_power() -> None:
    assert not equal_by_arithmetic(gamma**m, gamma**k)
