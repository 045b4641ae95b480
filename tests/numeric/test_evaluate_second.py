"""The second evaluator on gradients of gradients: second derivatives along one direction of one parameter."""

from __future__ import annotations

import copy
import random
from fractions import Fraction as F
from typing import Any

import numpy as np
import pytest
from sympy import Expr, Max, Rational, sqrt

from derive.notation import (
    T,
    a,
    expect,
    given_action,
    given_history,
    grad,
    mean,
    objective,
    path,
    pi,
    policy,
    process,
    reward,
    s,
    score,
    t,
    theta,
    total_return,
    trajectory_score,
)
from derive.terms import (
    ACTIONS,
    Action,
    At,
    Cases,
    Definition,
    Draw,
    Exp,
    Gradient,
    Letter,
    Log,
    Maximum,
    PathProbability,
    Samples,
    State,
    SumOver,
    TimeProduct,
    TimeSum,
    Variance,
    real_symbol,
)
from derive.wire import encode
from numeric.errors import UnevaluableError
from numeric.evaluate import agrees, value, values

from .evaluated import COIN, X, at, f_letter, n, p_letter, random_model, slopes, x, y

z = real_symbol("z")


def hessian(term: Any) -> Expr:
    return Gradient(Gradient(term, theta), theta)


CURVED = copy.deepcopy(COIN)
CURVED["letters"]["p/1"]["second"] = [[[1], "2"], [[5], "0"], [[9], "-2"]]
BY_HAND = {
    "of a letter": (hessian(p_letter(x)), F(0)),  # x = 5
    "of a mean": (hessian(mean(f_letter(x), x, p_letter(x))), F(4)),  # 2 · 2 - 3 · 0
    "of a square": (hessian(p_letter(x) ** 2), F(1, 8)),  # 2 ṗ² + 2 p p̈ = 2/16
    "of a logarithm": (hessian(Log(p_letter(x))), F(-9, 16)),  # p̈/p - (ṗ/p)²
    "of an inverse": (hessian(1 / p_letter(x)), F(27, 8)),  # 2 ṗ²/p³
    "of a power": (hessian(p_letter(x) ** n), F(1, 8)),  # 6 p ṗ²
    "of a variance": (  # Σ p̈ f² - 2 ṁ² - 2 m m̈ with m = 0, ṁ = 11/4
        hessian(Variance(f_letter(x), x, p_letter(x))),
        F(8) - F(121, 8),
    ),
    "by a real": (Gradient(Gradient(y**3, y), y), F(-4)),
    "by a real, of a root": (Gradient(Gradient(sqrt(y**2 + Rational(5, 9)), y), y), F(5, 9)),
    "of an exponential": (hessian(Exp(2 * theta)), F(9)),
    "of an exponent": (hessian(Exp(theta) ** (2 + 0 * theta)), F(9)),
    "of a letter that stands still": (hessian(f_letter(x)), F(0)),
    "a gradient times a gradient": (grad(p_letter(x) * grad(p_letter(x))), F(1, 16)),  # ṗ² + p p̈
    "a gradient in a logarithm": (grad(Log(-grad(Log(p_letter(x))))), F(3, 4)),  # (p̈/p - (ṗ/p)²) / (ṗ/p)
    "of samples": (  # ((p·f)²)¨ = 2 (11/4)²
        hessian(Samples(f_letter(Draw(1, X)) * f_letter(Draw(2, X)), x, p_letter(x), 2)),
        F(121, 8),
    ),
    "of a greatest": (hessian(Maximum(p_letter(x), x)), F(2)),
    "of a product over times": (hessian(TimeProduct(p_letter(x), t, 1, n)), F(1, 8)),
    "of a sum of cases": (hessian(SumOver(Cases(x, 1, p_letter(x) ** 2, 0), x)), F(4)),  # 2 · 1 + 2 · ½ · 2
    "at a place": (At(Gradient(Gradient(theta**3, theta), theta), theta, n), F(18)),
    "of a place": (Gradient(Gradient(At(theta**3, theta, 2 * y), y), y), F(-32)),  # 48 y
    "at a place that stands still": (grad(At(grad(theta**3), theta, n) * theta), F(27)),
    "of a definition": (
        hessian(Definition("d", (real_symbol("z"),), real_symbol("z") * p_letter(x) ** 2)(y)),
        F(-1, 12),
    ),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_values_by_hand(name: str) -> None:
    term, expected = BY_HAND[name]
    assert at(term, CURVED) == expected


def curved(seed: int, horizon: int = 2) -> dict[str, Any]:
    rng, model = random.Random(100 + seed), random_model(seed, horizon=horizon)
    rows = {z: slopes(rng, 2) for z in (0, 1)}
    model["letters"]["pi/2"]["second"] = [[[u, z], str(rows[z][u])] for u in (0, 1) for z in (0, 1)]
    return model


def test_the_hessian_is_the_second_difference() -> None:
    """For T = 2, J is a polynomial of degree 4 in h along π + h π̇ + h²/2 π̈: five points give its second derivative."""
    model = curved(5)
    letters = {k: {tuple(key): F(v) for key, v in rows} for k, rows in model["letters"]["pi/2"].items()}

    def moved(h: F) -> F:
        other = copy.deepcopy(model)
        entry = {
            k: letters["table"][k] + h * letters["tangent"][k] + h * h / 2 * letters["second"][k]
            for k in letters["table"]
        }
        other["letters"]["pi/2"] = {"table": [[list(k), str(v)] for k, v in entry.items()]}
        return F(at(objective(), other))

    h = F(1, 10**3)
    second = (-moved(2 * h) + 16 * moved(h) - 30 * moved(F(0)) + 16 * moved(-h) - moved(-2 * h)) / (12 * h * h)
    assert second == at(hessian(objective()), model) != 0


IDENTITIES = {
    "hessian of the objective": (
        hessian(objective()),
        expect(total_return() * (trajectory_score**2 + grad(trajectory_score))),
    ),
    "the Fisher information twice": (
        expect(score(1) ** 2),
        -expect(grad(score(1))),
    ),
    "of a conditional mean": (
        expect(given_history(hessian(Log(pi(1))), 1) * State(1)),
        -expect(given_history(score(1) ** 2, 1) * State(1)),
    ),
    "of a path": (hessian(Log(path)), TimeSum(grad(score(t)), t, 0, T - 1)),
    "of a probability": (hessian(PathProbability(process)) / path, trajectory_score**2 + grad(trajectory_score)),
    "order of sum and gradient": (
        hessian(mean(policy(a, State(0)) ** 2, a, policy(a, State(0)))),
        SumOver(hessian(policy(a, State(0)) ** 3), a),
    ),
    "of a value": (
        hessian(expect(given_action(reward(1), 0) * State(1))),
        hessian(expect(reward(1) * given_action(State(1), 0))),
    ),
}
FALSE = {
    "hessian without its second term": (hessian(objective()), expect(total_return() * trajectory_score**2)),
    "hessian by the wrong sign": (
        hessian(objective()),
        expect(total_return() * (trajectory_score**2 - grad(trajectory_score))),
    ),
    "Fisher with the wrong sign": (expect(score(1) ** 2), expect(grad(score(1)))),
    "a gradient squared is no hessian": (hessian(objective()), grad(objective()) ** 2),
    "the score at a sampled action": (expect(grad(grad(Log(policy(Action(0), State(0)))))), 0 * theta),
}


@pytest.mark.parametrize("name", IDENTITIES)
def test_identities_hold_on_random_models(name: str) -> None:
    lhs, rhs = map(encode, IDENTITIES[name])
    assert all(agrees(lhs, rhs, curved(seed)) for seed in range(3))


@pytest.mark.parametrize("name", FALSE)
def test_falsehoods_differ(name: str) -> None:
    lhs, rhs = map(encode, FALSE[name])
    assert not all(agrees(lhs, rhs, curved(seed)) for seed in range(3))


def test_floats_bend_as_fractions_do() -> None:
    model = curved(6)
    inner = Log(pi(0)) * pi(1) + sqrt(pi(0)) + Max(pi(0) ** 3, pi(1) ** 2) + Exp(pi(1)) + pi(0) ** pi(1)
    term = hessian(inner) - given_history(hessian(pi(1) ** 2), 1)
    states, actions = np.array([[0, 1, 0], [1, 1, 1]]), np.array([[1, 1], [0, 1]])
    found = values(encode(term), model, states, actions)
    for row in range(2):
        model["trajectory"] = [states[row].tolist(), actions[row].tolist()]
        assert found[row] == pytest.approx(float(at(term, model)), rel=1e-11)


G = Letter("g", (X,), parameter=theta)
REFUSED = {
    "three gradients": (Gradient(hessian(Exp(theta)), theta), "third derivatives"),
    "two parameters": (Gradient(Gradient(y * p_letter(x), theta), y), "gradient by theta inside a gradient by y"),
    "at a place that moves": (grad(At(grad(theta**3), theta, theta**2)), "that moves with it"),
    "a second corner": (Gradient(Gradient(Max(y**2, y**2 * (3 * y + 3)), y), y), "agree"),
    "a corner of the slope": (Gradient(Gradient(Max(y, y + p_letter(x) * (y + Rational(2, 3)) ** 2), y), y), "agree"),
    "a letter without a second derivative": (hessian(G(x)), "gives it no second derivatives"),
    "a root at zero": (Gradient(Gradient((y + Rational(2, 3)) ** Rational(3, 2), y), y), "division by zero"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(name: str) -> None:
    term, message = REFUSED[name]
    model = copy.deepcopy(CURVED)
    model["letters"]["g/1"] = {key: COIN["letters"]["p/1"][key] for key in ("table", "tangent")}
    with pytest.raises(UnevaluableError, match=message):
        at(term, model)


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ([[[1], "2"], [[5], "0"], [[9], "-1"]], "second derivative of p"),
        ([[[1], "2"], [[5], "-2"]], "not both"),
        ([[[1], "2"], [[5], "0"], [[9], "x"]], "fraction as text"),
        ("2", "no list"),
    ],
)
def test_odd_second_derivatives_are_refused(second: Any, message: str) -> None:
    model = copy.deepcopy(CURVED)
    model["letters"]["p/1"]["second"] = second
    with pytest.raises(UnevaluableError, match=message):
        value(encode(p_letter(x)), model)


def test_a_probability_of_zero_does_not_bend_below() -> None:
    model = copy.deepcopy(CURVED)
    rows = {"table": ("1", "0", "0"), "tangent": ("0", "0", "0"), "second": ("-1", "1", "0")}
    model["letters"]["p/1"] = {k: [[[e], v] for e, v in zip((1, 5, 9), row, strict=True)] for k, row in rows.items()}
    assert at(hessian(mean(f_letter(x), x, p_letter(x))), model) == -2 - 3
    model["letters"]["p/1"]["second"] = [[[1], "1"], [[5], "-1"], [[9], "0"]]
    with pytest.raises(UnevaluableError, match="its least value"):
        at(p_letter(x), model)


def test_actions_sampled_at_a_state_bend_with_the_policy() -> None:
    two = policy(Draw(1, ACTIONS), s) * Cases(Draw(2, ACTIONS), 1, 1, 0)
    own = mean(policy(a, s), a, policy(a, s)) * SumOver(Cases(a, 1, policy(a, s), 0), a)
    model = {**curved(1), "elements": {"s": 1}}
    assert at(hessian(Samples(two, a, policy(a, s), 2)), model) == at(hessian(own), model) != 0
