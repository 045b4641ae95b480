"""The second evaluator on independent samples: values by hand, pointwise statements, and what it must refuse."""

from __future__ import annotations

from fractions import Fraction as F
from typing import Any

import pytest

from derive.notation import (
    a,
    expect,
    given_history,
    grad,
    initial,
    k,
    mean,
    policy,
    reward,
    s,
    t,
)
from derive.terms import ACTIONS, STATES, Action, Cases, Draw, Letter, Log, Samples, State, SumOver, TimeSum, Var
from derive.wire import encode
from numeric.errors import UnevaluableError
from numeric.evaluate import agrees, value, values

from .evaluated import COIN, X, at, bare, f_letter, n, p_letter, random_model, x, y

SIGMA = Var("w", X)
SAMPLED = {
    "one sample is a mean": (Samples(f_letter(Draw(1, X)), x, p_letter(x), 1), F(0)),
    "a product of two": (Samples(f_letter(Draw(1, X)) * f_letter(Draw(2, X)), x, p_letter(x), 2), F(0)),
    "a square": (Samples(f_letter(Draw(1, X)) ** 2, x, p_letter(x), 2), F(5)),  # 4/2 + 9/3
    "the variance of an average": (  # 5/3
        Samples(TimeSum(f_letter(Draw(t, X)), t, 1, n) ** 2 / 9, x, p_letter(x), n),
        F(5, 3),
    ),
    "the sample variance is unbiased": (
        Samples(
            TimeSum((f_letter(Draw(t, X)) - TimeSum(f_letter(Draw(k, X)), k, 1, n) / n) ** 2, t, 1, n) / (n - 1),
            x,
            p_letter(x),
            n,
        ),
        F(5),
    ),
    "both equal": (Samples(Cases(Draw(1, X), Draw(2, X), 1, 0), x, p_letter(x), 2), F(7, 18)),  # 1/4 + 1/9 + 1/36
    "no sample": (Samples(y, x, p_letter(x), 0), F(-2, 3)),
    "the gradient of two": (  # d (p.f)^2 = 2 · 0 · 11/4; d p.f = 11/4
        grad(Samples((f_letter(Draw(1, X)) + 1) * (f_letter(Draw(2, X)) + 2), x, p_letter(x), 2)),
        F(33, 4),  # 11/4 · 2 + 1 · 11/4
    ),
    "a score of one sample": (  # E[Σ_i f(x_i) ∇log p(x_i)] = 2 · 11/4
        Samples(TimeSum(f_letter(Draw(t, X)) * grad(Log(p_letter(Draw(t, X)))), t, 1, 2), x, p_letter(x), 2),
        F(11, 2),
    ),
    "the score of another sample": (
        Samples(f_letter(Draw(1, X)) * grad(Log(p_letter(Draw(2, X)))), x, p_letter(x), 2),
        F(0),
    ),
    "a weight that mentions a sample": (  # E_x Σ_z 1{z = x_1} f(z) = E f, twice removed
        Samples(Samples(f_letter(Draw(1, X)), x, Cases(x, Draw(1, X), 1, 0), 1), x, p_letter(x), 1),
        F(0),
    ),
    "an outer sample inside an inner average of another kind": (
        Samples(SumOver(Cases(SIGMA, Draw(2, X), f_letter(SIGMA) ** 2, 0), SIGMA), x, p_letter(x), 2),
        F(5),
    ),
}


@pytest.mark.parametrize("name", SAMPLED)
def test_samples_by_hand(name: str) -> None:
    term, expected = SAMPLED[name]
    assert at(term, COIN) == expected


def test_samples_from_the_policy_at_a_state_of_the_trajectory() -> None:
    """N actions drawn at s_1: the mean of their scores' products, against the mean over one action."""
    model = random_model(3)
    drawn = policy(Draw(1, ACTIONS), State(1))
    taken = Cases(Draw(1, ACTIONS), Action(1), 1, 0)
    at_s1 = policy(a, State(1))
    lhs = expect(Samples(taken * reward(0) * Log(drawn) ** 0, a, at_s1, 2))
    assert at(lhs, model) == at(expect(policy(Action(1), State(1)) * reward(0)), model)
    group = Samples(drawn * policy(Draw(2, ACTIONS), State(1)), a, at_s1, 2)
    assert at(expect(group), model) == at(expect(mean(at_s1, a, at_s1) ** 2), model)
    assert at(grad(expect(group)), model) == at(grad(expect(mean(at_s1, a, at_s1) ** 2)), model) != 0
    own = Samples(drawn * policy(Draw(1, ACTIONS), State(1)), a, at_s1, 2)
    assert at(expect(own), model) != at(expect(group), model)


def test_averages_over_trajectories_inside_samples() -> None:
    """A sampled start state: the trajectories of an inner expectation are its own, the samples are not."""
    model = random_model(5)
    started = expect(Cases(State(0), Draw(1, STATES), reward(0), 0))
    sampled = Samples(started / initial(Draw(1, STATES)), s, initial(s), 2)
    assert at(sampled, model) == at(expect(reward(0)), model)
    pointwise = Samples(given_history(reward(1), 1) * Cases(State(1), Draw(2, STATES), 1, 0), s, initial(s), 2)
    assert at(expect(pointwise), model) == at(expect(reward(1) * initial(State(1))), model)


def test_samples_of_two_sets_are_independent() -> None:
    both = Samples(Samples(Draw(1, STATES) * Draw(1, ACTIONS), a, policy(a, s), 1), s, initial(s), 1)
    model = {**random_model(2), "elements": {"s": 1}}
    assert at(both, model) == at(mean(s, s, initial(s)), model) * at(mean(a, a, policy(a, s)), model)


POINTWISE = {**COIN, "samples": {"X": [5, 1, 5]}}


def test_pointwise_statements_take_the_samples_of_the_model() -> None:
    assert at(TimeSum(f_letter(Draw(t, X)), t, 1, n), POINTWISE) == -3 + 2 - 3
    assert at(f_letter(Draw(2, X)) - Samples(f_letter(Draw(2, X)), x, p_letter(x), 2), POINTWISE) == 2
    term = Draw(1, X) * State(1)
    with_path = {**random_model(0), **{"samples": {"X": [4]}}, "trajectory": [[0, 1, 1], [0, 0]]}
    with_path["domains"] = {**with_path["domains"], "X": [4, 5]}
    assert at(term, with_path) == 4
    found = values(encode(term), {**with_path, "trajectory": None}, [[0, 1, 1], [1, 0, 0]], [[0, 0], [1, 1]])
    assert found.tolist() == [4, 0]


def test_samples_of_probability_zero_are_never_evaluated() -> None:
    sure = {**COIN, "letters": {**COIN["letters"], "p/1": {"table": [[[1], "1"], [[5], "0"], [[9], "0"]]}}}
    assert at(Samples(Log(p_letter(Draw(2, X))) + f_letter(Draw(1, X)), x, p_letter(x), 2), sure) == 2


FALSE = {
    "samples are not one and the same": (
        Samples(f_letter(Draw(1, X)) * f_letter(Draw(2, X)), x, p_letter(x), 2),
        mean(f_letter(x) ** 2, x, p_letter(x)),
    ),
    "dividing by N is biased": (
        Samples((f_letter(Draw(1, X)) - f_letter(Draw(2, X))) ** 2 / 4, x, p_letter(x), 2),
        mean(f_letter(x) ** 2, x, p_letter(x)),
    ),
    "a baseline of the other samples is no matter, its own is": (
        Samples((f_letter(Draw(1, X)) ** 2) * grad(Log(p_letter(Draw(1, X)))), x, p_letter(x), 2),
        Samples(f_letter(Draw(1, X)) * f_letter(Draw(2, X)) * grad(Log(p_letter(Draw(1, X)))), x, p_letter(x), 2),
    ),
}


@pytest.mark.parametrize("name", FALSE)
def test_falsehoods_differ(name: str) -> None:
    assert not agrees(*map(encode, FALSE[name]), COIN)


three = Letter("q", (X,), pmf=True)
REFUSED = {
    "beyond the last": (Samples(f_letter(Draw(3, X)), x, p_letter(x), 2), "sample 3 of X is outside"),
    "before the first": (Samples(f_letter(Draw(0, X)), x, p_letter(x), 2), "sample 0 of X is outside"),
    "no negative index": (Samples(f_letter(Draw(-1, X)), x, p_letter(x), 2), "sample -1 of X is outside"),
    "none are drawn": (Samples(f_letter(Draw(1, X)), x, p_letter(x), 0), "outside"),
    "a negative number of samples": (Samples(y, x, p_letter(x), -1), "number of samples is -1"),
    "half a sample": (Samples(y, x, p_letter(x), y), "no integer"),
    "free, without samples": (f_letter(Draw(1, X)), "give the model samples"),
    "in the weight alone": (Samples(y, x, p_letter(Draw(1, X)), 1), "give the model samples"),
    "too many": (Samples(f_letter(Draw(1, X)), x, p_letter(x), 40), "more than 200000"),
    "far too many": (Samples(f_letter(Draw(1, X)), x, p_letter(x), 10**9), "more than 200000"),
    "no trajectory": (Samples(State(0) * Draw(1, X), x, p_letter(x), 2), "give the model a trajectory"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(name: str) -> None:
    term, message = REFUSED[name]
    with pytest.raises(UnevaluableError, match=message):
        at(term, COIN)


@pytest.mark.parametrize("given", [{"X": [7]}, {"X": ["1"]}, {"X": 1}, {"Y": [1]}, [1], {"X": []}, None])
def test_odd_samples_are_refused(given: Any) -> None:
    with pytest.raises(UnevaluableError):
        at(Draw(1, X) + 0 * y, {**COIN, "samples": given})


@pytest.mark.parametrize(
    "wire", [("Draw", ("num", 1, 1)), ("Samples", *[("num", 1, 1)] * 4), ("Draw", *[("num", 1, 1)] * 2)]
)
def test_what_is_no_sample_is_refused(wire: Any) -> None:
    with pytest.raises(UnevaluableError):
        value(wire, bare())
