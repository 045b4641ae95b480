"""The second evaluator on maxima, minima and roots: values by hand, corners, and values that float64 cannot order."""

from __future__ import annotations

import random
from fractions import Fraction as F

import mpmath
import numpy as np
import pytest
from sympy import Max, Min, Rational, sqrt

from derive.notation import a, expect, grad, mean, policy, reward, s, theta
from derive.terms import ACTIONS, Action, Cases, Exp, Gradient, Letter, Log, Maximum, State, SumOver, Var
from derive.wire import encode
from numeric.errors import UnevaluableError
from numeric.evaluate import agrees, value, values
from numeric.evaluation.irrationals import Ball, either, exceeds, logarithm, power, to_ball

from .evaluated import COIN, X, at, bare, f_letter, n, p_letter, random_model, x, y

z = Var("z", X)
HALF = Rational(1, 2)
BY_HAND = {
    "over a domain": (Maximum(f_letter(x), x), F(2)),
    "of a product": (Maximum(f_letter(x) * p_letter(x), x), F(1)),
    "of a constant": (Maximum(y, x), F(-2, 3)),
    "of the other sign": (Maximum(-f_letter(x), x), F(3)),
    "under a sum, of both": (SumOver(Maximum(f_letter(x) * f_letter(z), z), x), F(4 + 9 + 0)),
    "its gradient is that of the greatest": (grad(Maximum(p_letter(x), x)), F(1)),
    "its gradient where another is greater": (grad(Maximum(p_letter(x) * f_letter(x) ** 2, x)), F(-9, 4)),
    "a tie below the greatest is no corner": (Gradient(Max(y, 2 * y + Rational(2, 3), y**2), y), F(-4, 3)),
    "a tie of what moves together": (Gradient(Max(2 * y, y + y), y), F(2)),
    "least": (Min(y, -n, y * y), F(-3)),
    "gradient of a least": (Gradient(Min(y, y**2), y), F(1)),
    "root of a square": (sqrt(f_letter(x) ** 2 / 4), F(3, 2)),
    "root of a fraction": (sqrt(f_letter(x) ** 2 + 7), F(4)),
    "a power of a root": ((f_letter(x) ** 2) ** Rational(3, 2), F(27)),
    "an inverse root": ((f_letter(x) ** 2 + 7) ** -HALF, F(1, 4)),
    "a cube root": ((n**2 - 1) ** Rational(1, 3), F(2)),
    "root of zero": (sqrt(f_letter(x) + 3), F(0)),
    "gradient of a root": (Gradient(sqrt(y**2 + Rational(5, 9)), y), F(-2, 3)),  # y / sqrt(1)
}


@pytest.mark.parametrize("name", BY_HAND)
def test_values_by_hand(name: str) -> None:
    term, expected = BY_HAND[name]
    found = at(term, COIN)
    assert found == expected
    assert type(found) is F


def test_the_greedy_value_at_each_state_of_the_trajectory() -> None:
    q = Letter("q", (ACTIONS,))
    model = random_model(1)
    model["letters"]["q/1"] = {"table": [[[0], "-1"], [[1], "5/2"]]}
    assert at(expect(Maximum(q(a) - State(1), a)), model) == F(5, 2) - at(expect(State(1)), model)
    greedy = expect(Maximum(policy(a, State(1)), a))
    by_state = {tuple(key): F(v) for key, v in model["letters"]["pi/2"]["table"]}
    best = [max(by_state[0, i], by_state[1, i]) for i in (0, 1)]
    assert at(greedy, model) == best[0] + (best[1] - best[0]) * at(expect(State(1)), model)
    mine = Maximum(policy(a, s), a)
    assert not agrees(encode(mine), encode(mean(policy(a, s), a, policy(a, s))), {**model, "elements": {"s": 0}})


def test_floats_choose_as_fractions_do() -> None:
    model = random_model(6)
    term = Max(reward(0), State(1), Action(0)) - Maximum(policy(a, State(0)), a) + sqrt(policy(Action(0), State(1)))
    states, actions = np.array([[0, 1, 0], [1, 1, 1]]), np.array([[1, 1], [0, 1]])
    found = values(encode(term), model, states, actions)
    for row in range(2):
        model["trajectory"] = [states[row].tolist(), actions[row].tolist()]
        assert found[row] == pytest.approx(float(at(term, model)), rel=1e-12)


def test_floats_have_no_slope_at_a_corner() -> None:
    corner = Gradient(Max(y, 2 * y + State(0) - 1), y)
    model = {**random_model(0), "reals": {"gamma": "1/2", "y": "1"}}
    assert values(encode(corner), model, [[1, 0, 0]], [[0, 0]]).tolist() == [2]
    with pytest.raises(UnevaluableError, match="agree"):
        values(encode(corner), model, [[0, 0, 0]], [[0, 0]])


REFUSED = {
    "a corner": (Gradient(Max(y, 2 * y + Rational(2, 3)), y), "agree"),
    "a corner of equal letters": (grad(Maximum(Cases(x, 1, 2, 5, 3, 6) * p_letter(x), x)), "agree"),
    "root of a negative": (sqrt(y), "root of -2/3"),
    "slope of a root at zero": (Gradient(sqrt(y + Rational(2, 3)), y), "division by zero"),
    "not to be told apart": (Gradient(Max(Log(2 * Exp(y)) * y, Log(2) * y + y**2), y), "tell apart"),
    "an inverse root of zero": ((f_letter(x) + 3) ** -HALF, "division by zero"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(name: str) -> None:
    term, message = REFUSED[name]
    with pytest.raises(UnevaluableError, match=message):
        at(term, {**COIN, "elements": {"x": 5, "z": 1}})


def test_a_maximum_of_what_cannot_be_told_apart_holds_both() -> None:
    two, three = Log(2), Log(3)
    one, other = encode((two + three) ** 2), encode(two**2 + 2 * two * three + three**2)
    assert agrees(("max", one, other), one, bare())
    assert not agrees(("max", one, other), encode((two + three) ** 2 + Rational(1, 10**12)), bare())


def test_balls_of_extremes_and_roots_hold_the_value() -> None:
    rng = random.Random(0)
    for _ in range(300):
        q = [F(rng.randint(1, 99), rng.randint(1, 99)) for _ in range(3)]
        root = power(q[0], F(1, 2))
        with mpmath.workdps(60):
            true = [mpmath.sqrt(mpmath.mpf(f.numerator) / f.denominator) for f in q]
            if isinstance(root, Ball):
                assert abs(true[0] - root.mid) <= root.radius <= 1e-14
            blurred = [Ball(float(t), rng.random() / 10) for t in true]
            for sign in (1, -1):
                hull = either(list(blurred), sign)
                exact = max(true) if sign == 1 else min(true)
                assert abs(exact - hull.mid) <= hull.radius
            apart = exceeds(blurred[0], blurred[1])
            assert not apart or true[0] > true[1]
            near = F(float(mpmath.log(true[0])))  # next to a logarithm, on either side: float64 cannot tell
            assert q[0] == 1 or not (exceeds(logarithm(q[0]), 2 * near) or exceeds(2 * near, logarithm(q[0])))
            assert exceeds(to_ball(q[0]), to_ball(q[1]), -1) == (q[0] < q[1])


def test_large_roots_are_exact_and_bounded() -> None:
    assert power(F(10**400 + 0, 9), F(1, 2)) == F(10**200, 3)
    assert isinstance(power(F(2), F(1, 10**9)), Ball)
    with pytest.raises(UnevaluableError):
        value(("Maximum", ("num", 1, 1), ("num", 1, 1)), bare())
    assert at(Maximum(theta, x), COIN) == pytest.approx(float(mpmath.log(1.5)))
