"""Independent samples on a finite model: exact averages over all tuples, what holds of them and what does not."""

from fractions import Fraction
from typing import Any

import pytest
from flint import fmpq

from derive.errors import Unevaluable, Unreadable
from derive.models import Model, decide, evaluate
from derive.models.degree import degree
from derive.notation import T, before, expect, k, mean, policy, t, theta
from derive.terms import (
    ACTIONS,
    STATES,
    Action,
    AtMost,
    Domain,
    Draw,
    Equation,
    Gradient,
    Hypothesis,
    Letter,
    Log,
    Positive,
    Samples,
    State,
    TimeSum,
    Var,
    Variance,
    time_symbol,
)

X = Domain("X")
x, N, i, j = Var("x", X), time_symbol("N"), time_symbol("i"), time_symbol("j")
f, fixed = Letter("f", (X,)), Letter("q", (X,), pmf=True)
moving = Letter("p", (X,), pmf=True, parameter=theta)
COIN = Model.from_dict(
    {  # f = (0, 3), q = (2/3, 1/3), p = (1/2, 1/2) moving by (-1, 1)
        "horizon": 0,
        "domains": {"X": [0, 1]},
        "indices": {"N": 2, "i": 1},
        "letters": {
            "f/1": {"table": [[[0], "0"], [[1], "3"]]},
            "q/1": {"table": [[[0], "2/3"], [[1], "1/3"]]},
            "p/1": {"table": [[[0], "1/2"], [[1], "1/2"]], "tangent": [[[0], "-1"], [[1], "1"]]},
        },
        "samples": {"X": [1, 0]},
    }
)


def sample_mean(index: Any = i, count: Any = N) -> Any:
    return TimeSum(f(Draw(index, X)), index, 1, count) / count


def sampled(body: Any, law: Letter = fixed, count: Any = N) -> Any:
    return Samples(body, x, law(x), count)


def spread(centre: Any, divisor: Any) -> Any:
    return TimeSum((f(Draw(i, X)) - centre) ** 2, i, 1, N) / divisor


def value(term: Any) -> Fraction:
    found = evaluate(term, COIN)
    assert isinstance(found, fmpq)
    return Fraction(int(found.p), int(found.q))


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (f(Draw(1, X)), "3"),
        (f(Draw(i + 1, X)), "0"),
        (sample_mean(), "3/2"),
        (sampled(f(Draw(1, X))), "1"),
        (sampled(f(Draw(1, X)) * f(Draw(2, X))), "1"),
        (sampled(f(Draw(1, X)) ** 2), "3"),
        (sampled(f(Draw(2, X)), count=3), "1"),
        (sampled(7, count=0), "7"),
        (sampled(sample_mean() ** 2), "2"),  # Var/N + mean² = 2/2 + 1
        (sampled(f(Draw(1, X)) * sampled(f(Draw(2, X)))), "1"),
        (Gradient(sampled(f(Draw(1, X)), moving), theta), "3"),
        (Gradient(sampled(f(Draw(1, X)) * f(Draw(2, X)), moving), theta), "9"),  # ∂(9p²)/∂p = 18p at 1/2
        (Gradient(sampled(moving(Draw(1, X)) * f(Draw(1, X)), moving), theta), "3"),  # ∂(3p²)/∂p
        (Gradient(sampled(sample_mean()), theta), "0"),
    ],
)
def test_value(term: Any, expected: str) -> None:
    assert value(term) == Fraction(expected)


@pytest.mark.parametrize(
    "term",
    [
        f(Draw(0, X)),
        f(Draw(3, X)),
        sampled(f(Draw(3, X))),
        sampled(f(Draw(0, X))),
        sampled(f(Draw(-1, X))),
        Gradient(sampled(f(Draw(3, X)), moving), theta),
    ],
)
def test_an_index_outside_the_samples_is_an_error(term: Any) -> None:
    with pytest.raises(Unevaluable, match="index outside the samples"):
        evaluate(term, COIN)


def test_a_negative_number_of_samples_is_an_error() -> None:
    with pytest.raises(Unevaluable, match="cannot be drawn"):
        evaluate(sampled(1, count=N - 3), COIN)


def test_plain_data_with_samples() -> None:
    assert Model.from_dict(COIN.to_dict()) == COIN
    assert COIN.to_dict()["samples"] == {"X": [1, 0]}
    for samples in ({"X": [2]}, {"X": "10"}, {"X": [True]}, [1]):
        with pytest.raises(Unreadable):
            Model.from_dict({**COIN.to_dict(), "samples": samples})
    unset = Model.from_dict({k: v for k, v in COIN.to_dict().items() if k != "samples"})
    with pytest.raises(Unevaluable, match="no samples of X"):
        evaluate(f(Draw(1, X)), unset)


truth = mean(f(x), x, fixed(x))
variance = Variance(f(x), x, fixed(x))
estimate = TimeSum(f(Draw(i, X)) * Gradient(Log(moving(Draw(i, X))), theta), i, 1, N) / N
gradient = Gradient(mean(f(x), x, moving(x)), theta)
several = (AtMost(2, N),)
others = TimeSum(f(Draw(j, X)), j, 1, N) - f(Draw(i, X))  # Σ_{j ≠ i} f(x_j)
centred = (f(Draw(i, X)) - others / (N - 1)) * Gradient(Log(moving(Draw(i, X))), theta)
value_letter = Letter("g", (STATES, ACTIONS))
action = Var("a", ACTIONS)
per_step = TimeSum(value_letter(State(t), Draw(i, ACTIONS)), i, 1, N) / N

TRUTHS: dict[str, tuple[Any, Any, tuple[Hypothesis, ...]]] = {
    "the mean is unbiased": (sampled(sample_mean()), truth, ()),
    "its variance falls as 1/N": (sampled(sample_mean() ** 2) - truth**2, variance / N, ()),
    "Bessel": (sampled(spread(sample_mean(j), N - 1)), variance, several),
    "a known mean needs no correction": (sampled(spread(truth, N)), variance, ()),
    "score function": (gradient, sampled(estimate, moving), ()),
    "leaving one out is unbiased": (
        gradient,
        sampled(TimeSum(centred, i, 1, N) / N, moving),
        (*several, Positive(moving)),
    ),
    "deviations cancel": (TimeSum(f(Draw(i, X)) - sample_mean(j), i, 1, N), 0, ()),
    "at every step": (
        expect(Samples(per_step, action, policy(action, State(t)), N)),
        expect(value_letter(State(t), Action(t))),
        (before(t, T),),
    ),
}
FALSEHOODS: dict[str, tuple[Any, Any, tuple[Hypothesis, ...]]] = {
    "1/N²": (sampled(sample_mean() ** 2) - truth**2, variance / N**2, ()),
    "no correction": (sampled(spread(sample_mean(j), N)), variance, several),
    "centred by a mean with itself": (
        gradient,
        sampled(
            TimeSum((f(Draw(i, X)) - sample_mean(j)) * Gradient(Log(moving(Draw(i, X))), theta), i, 1, N) / N, moving
        ),
        (Positive(moving),),
    ),
    "the law does not move": (Gradient(sampled(sample_mean(), moving), theta), 0, ()),
    "a sample is the mean": (f(Draw(i, X)), sample_mean(j), (AtMost(1, i), AtMost(i, N))),
    "two samples are one": (sampled(f(Draw(1, X)) * f(Draw(2, X))), sampled(f(Draw(1, X)) ** 2), several),
}


@pytest.mark.parametrize("name", TRUTHS)
def test_truths_hold(name: str) -> None:
    lhs, rhs, hypotheses = TRUTHS[name]
    outcome = decide(Equation(lhs, rhs), hypotheses)
    assert outcome.verdict == "holds", outcome
    assert isinstance(outcome.error_bound, Fraction)
    assert outcome.error_bound < Fraction(1, 10**12)


@pytest.mark.parametrize("name", FALSEHOODS)
def test_falsehoods_are_refuted_with_two_samples(name: str) -> None:
    lhs, rhs, hypotheses = FALSEHOODS[name]
    outcome = decide(Equation(lhs, rhs), hypotheses)
    assert outcome.verdict == "refuted", outcome
    found = outcome.counterexample
    assert found is not None
    assert found.assignment.get("N", "2") == "2"
    again = Model.from_dict(found.model.to_dict())
    assert again == found.model
    assert evaluate(lhs - rhs, again) != 0


def test_samples_of_a_pointwise_counterexample_are_printed() -> None:
    found = decide(
        Equation(*FALSEHOODS["a sample is the mean"][:2]), FALSEHOODS["a sample is the mean"][2]
    ).counterexample
    assert found is not None
    assert {name: found.assignment[name] for name in ("x_1", "x_2")} == {"x_1": "0", "x_2": "1"}


@pytest.mark.parametrize(
    ("claim", "hypotheses", "words"),
    [
        (Equation(sampled(spread(sample_mean(j), N - 1)), variance), (), "division by zero"),
        (Equation(f(Draw(i, X)), f(Draw(i, X)) + k), (), "outside the samples"),
        (Equation(sampled(f(Draw(i, X))), truth), (), "outside the samples"),
        (Equation(sampled(f(Draw(1, X))), truth), (AtMost(N, 0),), "vacuous"),
    ],
)
def test_unknown_says_why(claim: Equation, hypotheses: Any, words: str) -> None:
    outcome = decide(claim, hypotheses)
    assert outcome.verdict == "unknown", outcome
    assert words in outcome.reason


def test_the_bound_on_the_degree_counts_every_tuple() -> None:
    # three samples of two elements: each tuple has three weights and the body 1/f
    above, below = degree(sampled(1 / f(Draw(1, X)), count=3), elements=2, horizon=1)
    assert above >= 3 + 7
    assert below >= 8
