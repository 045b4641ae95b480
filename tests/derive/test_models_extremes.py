"""Maxima over a domain, and roots: their values, their derivatives, and where they have none."""

from fractions import Fraction
from typing import Any

import pytest
from flint import arb, fmpq
from sympy import Max, Min, Rational, sqrt

from derive.errors import Unevaluable
from derive.models import Model, decide, evaluate
from derive.models.degree import degree
from derive.notation import a, gamma, grad, policy, s, theta
from derive.terms import ACTIONS, Equation, Gradient, Letter, Log, Maximum, Positive, SumOver, Var, real_symbol

b = Var("b", ACTIONS)
x, y = real_symbol("x"), real_symbol("y")
f, moving = Letter("f", (ACTIONS,)), Letter("m", (ACTIONS,), parameter=theta)
tied = Letter("n", (ACTIONS,), parameter=theta)
MODEL = Model.from_dict(
    {
        "horizon": 0,
        "domains": {"A": [0, 1, 2], "S": [0]},
        "elements": {"a": 1},
        "reals": {"x": "4/9", "y": "-2", "gamma": "1/2"},
        "letters": {
            "f/1": {"table": [[[0], "1"], [[1], "-5"], [[2], "3"]]},
            "m/1": {
                "table": [[[0], "1"], [[1], "4"], [[2], "3"]],
                "tangent": [[[0], "5"], [[1], "7"], [[2], "6"]],
                "second": [[[0], "2"], [[1], "-3"], [[2], "8"]],
            },
            "n/1": {"table": [[[0], "2"], [[1], "2"], [[2], "0"]], "tangent": [[[0], "1"], [[1], "3"], [[2], "0"]]},
        },
    }
)


def value(term: Any) -> Fraction:
    found = evaluate(term, MODEL)
    assert isinstance(found, fmpq)
    return Fraction(int(found.p), int(found.q))


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (Maximum(f(b), b), "3"),
        (-Maximum(-f(b), b), "-5"),
        (Maximum(f(b) * f(a), b), "25"),
        (SumOver(Maximum(f(b) * f(a), b), a), "37"),  # 3 + 25 + 9
        (grad(Maximum(moving(b), b)), "7"),
        (grad(-Maximum(-moving(b), b)), "5"),
        (grad(Max(moving(a), 2)), "7"),
        (grad(Min(moving(a), 2)), "0"),
        (grad(grad(Maximum(moving(b), b))), "-3"),
        (grad(Maximum(moving(b), b) ** 2), "56"),
        (sqrt(x), "2/3"),
        (x ** Rational(-1, 2), "3/2"),
        (x ** Rational(3, 2), "8/27"),
        (sqrt(x - x * gamma * 2), "0"),
        (Gradient(sqrt(moving(a)), theta), "7/4"),
    ],
)
def test_value(term: Any, expected: str) -> None:
    assert value(term) == Fraction(expected)


def test_a_root_that_is_no_fraction_is_a_ball() -> None:
    found = evaluate(sqrt(gamma), MODEL)
    assert isinstance(found, arb)
    assert (found**2).overlaps(arb(fmpq(1, 2)))


@pytest.mark.parametrize(
    ("term", "words"),
    [
        (sqrt(y), "roots are those of positive numbers"),
        (sqrt(y * 0 + Log(gamma)), "roots are those of positive numbers"),
        ((x * gamma * 2 - x) ** Rational(-1, 2), "roots are those of positive numbers"),
        (Gradient(sqrt(moving(a) - 4), theta), "division by zero"),
        (grad(Maximum(tied(b), b)), "corner"),
        (grad(Max(tied(a), 2)), "corner"),
    ],
)
def test_what_has_no_value(term: Any, words: str) -> None:
    with pytest.raises(Unevaluable, match=words):
        evaluate(term, MODEL)


TRUTHS = {
    "constants pass": (Maximum(f(b) + x, b), Maximum(f(b), b) + x, ()),
    "of a single number": (Maximum(x, b), x, ()),
    "a maximum does not fall below its mean": (
        Max(SumOver(policy(b, s) * f(b), b), Maximum(f(b), b)),
        Maximum(f(b), b),
        (),
    ),
    "squares of roots": (sqrt(f(a) ** 2), Max(f(a), -f(a)), ()),
    "the best changes as itself": (
        grad(Maximum(moving(b), b) ** 2),
        2 * Maximum(moving(b), b) * grad(Maximum(moving(b), b)),
        (),
    ),
}
FALSEHOODS = {
    "of a sum": (Maximum(f(b) + moving(b), b), Maximum(f(b), b) + Maximum(moving(b), b), ()),
    "the best is the mean": (SumOver(policy(b, s) * f(b), b), Maximum(f(b), b), ()),
    "a root of a square": (sqrt(f(a) ** 2), f(a), ()),
    "a root of a sum": (sqrt(policy(a, s) + gamma), sqrt(policy(a, s)) + sqrt(gamma), (Positive(policy),)),
}


@pytest.mark.parametrize("name", TRUTHS)
def test_truths_hold(name: str) -> None:
    lhs, rhs, hypotheses = TRUTHS[name]
    outcome = decide(Equation(lhs, rhs), hypotheses)
    assert outcome.verdict == "holds", outcome
    assert outcome.error_bound == "equal at random fractions" or str(outcome.error_bound).startswith("agrees")


@pytest.mark.parametrize("name", FALSEHOODS)
def test_falsehoods_are_refuted(name: str) -> None:
    lhs, rhs, hypotheses = FALSEHOODS[name]
    outcome = decide(Equation(lhs, rhs), hypotheses)
    assert outcome.verdict == "refuted", outcome
    assert outcome.counterexample is not None
    again = Model.from_dict(outcome.counterexample.model.to_dict())
    assert evaluate(lhs - rhs, again) != 0


def test_the_bound_on_the_degree_is_that_of_what_is_compared() -> None:
    assert degree(Maximum(f(b) ** 2, b), 3, 1) == (2, 0)
    assert degree(Max(f(b) ** 2, 1 / f(b)), 3, 1) == (2, 1)
