"""Second derivatives along one direction: by hand on a small model, what holds of them and what does not."""

from fractions import Fraction
from typing import Any

import pytest
from flint import arb, fmpq
from sympy import Pow, Rational

from derive.errors import Unevaluable
from derive.models import Model, decide, evaluate
from derive.models.degree import degree
from derive.notation import (
    a,
    expect,
    gamma,
    grad,
    k,
    mean,
    objective,
    path,
    policy,
    process,
    s,
    sigmoid,
    t,
    theta,
    total_return,
    trajectory_score,
)
from derive.terms import (
    ACTIONS,
    Action,
    Cases,
    Domain,
    Draw,
    Equation,
    Exp,
    Given,
    Gradient,
    Letter,
    Log,
    PathSum,
    Positive,
    Possible,
    Samples,
    State,
    SumOver,
    TimeProduct,
    TimeSum,
    Var,
    Variance,
)

f = Letter("f", (ACTIONS,), parameter=theta)
still = Letter("g", (ACTIONS,))
X = Domain("X")
x, law = Var("x", X), Letter("p", (X,), pmf=True, parameter=theta)
# one state; p = π(1|0) = 1/4 with ṗ = 1, p̈ = 6; f(1) = 2 with ḟ = 3, f̈ = 5, f(0) = 1 at rest; g = (0, 1)
MODEL = Model.from_dict(
    {
        "horizon": 2,
        "domains": {"S": [0], "A": [0, 1], "X": [0, 1]},
        "indices": {"T": 2, "t": 1},
        "elements": {"a": 1, "s": 0},
        "reals": {"gamma": "1/2", "theta": ["log", "3"]},
        "letters": {
            "rho_0/1": {"table": [[[0], "1"]]},
            "P/3": {"table": [[[0, 0, 0], "1"], [[0, 0, 1], "1"]]},
            "r/3": {"table": [[[0, 0, 0], "0"], [[0, 1, 0], "1"]]},
            "pi/2": {
                "table": [[[0, 0], "3/4"], [[1, 0], "1/4"]],
                "tangent": [[[0, 0], "-1"], [[1, 0], "1"]],
                "second": [[[0, 0], "-6"], [[1, 0], "6"]],
            },
            "f/1": {
                "table": [[[0], "1"], [[1], "2"]],
                "tangent": [[[0], "0"], [[1], "3"]],
                "second": [[[0], "0"], [[1], "5"]],
            },
            "g/1": {"table": [[[0], "0"], [[1], "1"]]},
            "p/1": {
                "table": [[[0], "3/4"], [[1], "1/4"]],
                "tangent": [[[0], "-1"], [[1], "1"]],
                "second": [[[0], "-6"], [[1], "6"]],
            },
        },
        "trajectory": [[0, 0, 0], [1, 1]],
    }
)


def twice(body: Any) -> Any:
    return grad(grad(body))


def value(term: Any) -> Fraction:
    found = evaluate(term, MODEL)
    assert isinstance(found, fmpq)
    return Fraction(int(found.p), int(found.q))


first, second = policy(Action(0), State(0)), policy(Action(1), State(1))
both = Samples(Cases(Draw(1, X), 1, Cases(Draw(2, X), 1, 1, 0), 0), x, law(x), 2)


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (twice(f(a)), "5"),
        (twice(f(a) ** 3), "168"),  # 6 f ḟ² + 3 f² f̈ = 108 + 60
        (twice(1 / f(a)), "1"),  # 2 ḟ²/f³ - f̈/f² = 18/8 - 5/4
        (twice(Pow(f(a) + 2, Rational(1, 2))), "31/32"),  # √h at 4, with ḣ = 3, ḧ = 5: ḧ/4 - ḣ²/32
        (twice(f(a) * policy(a, s) * gamma), "77/8"),  # γ (f̈ p + 2 ḟ ṗ + f p̈) = (5/4 + 6 + 12)/2
        (twice(Log(policy(a, s))), "8"),  # 24 - 16
        (twice(sigmoid(theta)), "-3/32"),  # σ(1-σ)(1-2σ) at 3/4
        (twice(Exp(2 * theta)), "36"),
        (twice(mean(f(a), a, policy(a, s))), "53/4"),  # -6·1 + (6·2 + 2·3 + 5/4)
        (twice(SumOver(f(a), a)), "5"),
        (twice(Variance(still(a), a, policy(a, s))), "1"),  # p - p²: 6 (1 - 2p) - 2
        (twice(TimeSum(f(a) * k, k, 0, 2)), "15"),
        (twice(TimeProduct(f(a) + k, k, 0, 1)), "43"),  # f² + f: 2 ḟ² + (2f + 1) f̈
        (twice(Cases(t, 1, f(a), 7)), "5"),
        (twice(path), "5"),  # p²: 2 + 2 p p̈
        (twice(PathSum(path * path, process)), "-1/2"),  # q² for q = p² + (1-p)²: q̇ = -1, q̈ = 4 - 6
        (twice(objective()), "9"),  # p + γp
        (twice(expect(still(Action(0)) * still(Action(1)))), "5"),
        (twice(Given(still(Action(0)) * still(Action(1)), 2, process)), "6"),
        (twice(both), "5"),
        (grad(policy(a, s) * grad(Log(policy(a, s)))), "6"),
        (twice(theta), "0"),
        (twice(still(a)), "0"),
    ],
)
def test_value(term: Any, expected: str) -> None:
    assert value(term) == Fraction(expected)


def test_what_needs_a_logarithm_is_a_ball() -> None:
    assert evaluate(twice(Log(f(a)) * f(a)) - twice(f(a)) * Log(f(a)), MODEL).overlaps(arb("9.5"))  # f̈ + ḟ²/f


@pytest.mark.parametrize(
    ("term", "words"),
    [
        (grad(twice(f(a))), "third derivatives"),
        (Gradient(grad(gamma * f(a)), gamma), "mixed derivatives"),
        (twice(policy(a, s) * Log(gamma - 1)), "not positive"),
    ],
)
def test_what_has_no_value(term: Any, words: str) -> None:
    with pytest.raises(Unevaluable, match=words):
        evaluate(term, MODEL)


def test_a_model_without_second_derivatives_is_not_enough() -> None:
    data = MODEL.to_dict()
    del data["letters"]["f/1"]["second"]
    with pytest.raises(Unevaluable, match="no value at"):
        evaluate(twice(f(a)), Model.from_dict(data))


def test_second_derivatives_of_a_distribution_sum_to_zero() -> None:
    data = MODEL.to_dict()
    data["letters"]["p/1"]["second"] = [[[0], "1"], [[1], "6"]]
    with pytest.raises(Unevaluable, match="second derivatives of the distribution 'p/1' sum to 7"):
        Model.from_dict(data, [law])
    assert Model.from_dict(MODEL.to_dict()) == MODEL


score = grad(Log(policy(a, s)))
fisher = mean(score**2, a, policy(a, s))
path_score = grad(Log(path))
TRUTHS: dict[str, tuple[Any, Any, tuple[Any, ...]]] = {
    "Fisher is the mean curvature": (fisher, -mean(twice(Log(policy(a, s))), a, policy(a, s)), (Positive(policy),)),
    "of a logarithm": (twice(Log(policy(a, s))), twice(policy(a, s)) / policy(a, s) - score**2, (Positive(policy),)),
    "Hessian of the objective": (
        twice(objective()),
        expect(total_return() * (trajectory_score**2 + grad(trajectory_score))),
        (Positive(policy),),
    ),
    "of a sigmoid": (twice(sigmoid(theta)), sigmoid(theta) * (1 - sigmoid(theta)) * (1 - 2 * sigmoid(theta)), ()),
    "of a product": (
        twice(f(a) * policy(a, s)),
        twice(f(a)) * policy(a, s) + 2 * grad(f(a)) * grad(policy(a, s)) + f(a) * twice(policy(a, s)),
        (),
    ),
    "of a path": (twice(path), path * (path_score**2 + grad(path_score)), (Possible(process),)),
    "of the entropy": (
        twice(SumOver(policy(a, s) * Log(policy(a, s)), a)),
        SumOver(twice(policy(a, s)) * Log(policy(a, s)) + grad(policy(a, s)) ** 2 / policy(a, s), a),
        (Positive(policy),),
    ),
}
FALSEHOODS: dict[str, tuple[Any, Any, tuple[Any, ...]]] = {
    "Fisher, its sign": (fisher, mean(twice(Log(policy(a, s))), a, policy(a, s)), (Positive(policy),)),
    "the square left out": (
        twice(objective()),
        expect(total_return() * grad(trajectory_score)),
        (Positive(policy),),
    ),
    "the mixed term once": (
        twice(f(a) * policy(a, s)),
        twice(f(a)) * policy(a, s) + grad(f(a)) * grad(policy(a, s)) + f(a) * twice(policy(a, s)),
        (),
    ),
    "curvature of a letter": (twice(f(a)), 0, ()),
    "a square of a gradient": (twice(f(a)), grad(f(a)) ** 2, ()),
}


@pytest.mark.parametrize("name", TRUTHS)
def test_truths_hold(name: str) -> None:
    lhs, rhs, hypotheses = TRUTHS[name]
    outcome = decide(Equation(lhs, rhs), hypotheses)
    assert outcome.verdict == "holds", outcome
    if isinstance(outcome.error_bound, Fraction):
        assert outcome.error_bound < Fraction(1, 10**9)


@pytest.mark.parametrize("name", FALSEHOODS)
def test_falsehoods_are_refuted(name: str) -> None:
    lhs, rhs, hypotheses = FALSEHOODS[name]
    outcome = decide(Equation(lhs, rhs), hypotheses)
    assert outcome.verdict == "refuted", outcome
    found = outcome.counterexample
    assert found is not None
    again = Model.from_dict(found.model.to_dict())
    assert again == found.model
    assert evaluate(lhs - rhs, again) != 0


def test_a_counterexample_prints_second_derivatives() -> None:
    found = decide(Equation(twice(f(a)), 0)).counterexample
    assert found is not None
    assert found.assignment == {"a": "0", "∇²f(0)": "1"}
    assert "∇²f(0) = 1" in found.text


def test_the_bound_on_the_degree() -> None:
    assert degree(twice(1 / f(a)), 2, 1)[1] >= 3
    assert degree(twice(f(a) ** 2), 2, 1)[0] >= 2
