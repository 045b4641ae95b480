"""The second evaluator against values computed by hand, against identities, and what it must refuse."""

from __future__ import annotations

import copy
import json
import math
import random
from fractions import Fraction as F
from typing import Any

import mpmath
import numpy as np
import pytest
from sympy import Integer, Max, Min, Rational

from derive.notation import (
    a,
    expect,
    gamma,
    given_action,
    given_history,
    grad,
    initial,
    k,
    mean,
    objective,
    path,
    pi,
    policy,
    process,
    return_to_go,
    reward,
    reward_letter,
    s,
    s_next,
    score,
    sigmoid,
    t,
    theta,
    total_return,
    trajectory_score,
    transition,
)
from derive.terms import (
    STATES,
    Action,
    At,
    Cases,
    Definition,
    Domain,
    Exp,
    Expectation,
    Gradient,
    Letter,
    Log,
    PathSum,
    Process,
    State,
    SumOver,
    TimeProduct,
    TimeSum,
    Var,
    Variance,
    real_symbol,
    time_symbol,
)
from derive.wire import encode
from numeric.errors import UnevaluableError
from numeric.evaluate import agrees, as_model, confirms, value, values
from numeric.evaluation.irrationals import Ball, Number, exponential, logarithm, power
from numeric.exact import objective as exact_objective
from numeric.exact import objective_gradient
from numeric.policies import softmax_probabilities
from numeric.worlds import number_line, quiz_bandit

from .cases import walled
from .evaluated import COIN, X, at, bare, exact, f_letter, n, p_letter, random_model, world_model, x, y

T = time_symbol("T")


SPINE = {
    "log trick": (grad(Log(path)), trajectory_score),
    "policy gradient": (grad(objective()), expect(total_return() * trajectory_score)),
    "reward to go": (
        grad(objective()),
        expect(TimeSum(gamma**t * return_to_go(t) * score(t), t, 0, T - 1)),
    ),
    "past reward": (expect(TimeSum(TimeSum(reward(k) * score(t), k, 0, t - 1), t, 0, T - 1)), Integer(0)),
    "baseline": (
        expect(TimeSum(given_history(return_to_go(t), t) * score(t), t, 0, T - 1)),
        Integer(0),
    ),
    "action value": (
        grad(objective()),
        expect(TimeSum(gamma**t * given_action(return_to_go(t), t) * score(t), t, 0, T - 1)),
    ),
    "tower": (expect(given_history(return_to_go(1), 1)), expect(return_to_go(1))),
    "return recursion": (return_to_go(0), reward(0) + gamma * return_to_go(1)),
    "score identity": (mean(grad(Log(policy(a, State(1)))), a, policy(a, State(1))), Integer(0)),
    "normalisation": (PathSum(path, process), Integer(1)),
    "expectation as a sum": (expect(total_return()), PathSum(path * total_return(), process)),
    "entropy gradient": (
        grad(mean(-Log(policy(a, State(0))), a, policy(a, State(0)))),
        mean(-Log(policy(a, State(0))) * grad(Log(policy(a, State(0)))), a, policy(a, State(0))),
    ),
    "log of a product": (
        Log(path),
        Log(initial(State(0))) + TimeSum(Log(pi(t)) + Log(transition(State(t + 1), State(t), Action(t))), t, 0, T - 1),
    ),
}
FALSE = {
    "no discount": (
        grad(objective()),
        expect(TimeSum(return_to_go(t) * score(t), t, 0, T - 1)),
    ),
    "own reward counted as past": (
        expect(TimeSum(TimeSum(reward(k) * score(t), k, 0, t), t, 0, T - 1)),
        Integer(0),
    ),
    "baseline that sees the action": (
        expect(TimeSum(given_action(return_to_go(t), t) * score(t), t, 0, T - 1)),
        Integer(0),
    ),
    "one score only": (grad(objective()), expect(total_return() * score(0))),
    "sign": (grad(objective()), -expect(total_return() * trajectory_score)),
    "conditioned too early": (given_history(return_to_go(1), 1), given_history(return_to_go(1), 0)),
    "entropy without log": (mean(-Log(policy(a, State(0))), a, policy(a, State(0))), Integer(1)),
}


@pytest.mark.parametrize("name", SPINE)
def test_identities_hold_on_random_models(name: str) -> None:
    lhs, rhs = map(encode, SPINE[name])
    for seed, sizes in enumerate([(2, 2, 2), (3, 2, 2), (2, 3, 2)]):
        assert agrees(lhs, rhs, random_model(seed, *sizes))


@pytest.mark.parametrize("name", FALSE)
def test_mutations_differ_on_random_models(name: str) -> None:
    lhs, rhs = map(encode, FALSE[name])
    assert not all(agrees(lhs, rhs, random_model(seed)) for seed in range(3))


def test_number_line_pays_the_square_of_p() -> None:
    p = F(3, 10)
    model = world_model(number_line(), exact([[1 - p, p]] * 5), exact([[F(-1), F(1)]] * 5))
    assert at(objective(), model) == p**2
    assert at(grad(objective()), model) == 2 * p
    floats = world_model(number_line(), [[0.7, 0.3]] * 5, [[-1.0, 1.0]] * 5)
    assert floats == model


def test_quiz_bandit() -> None:
    p = F(3, 4)
    slope = p * (1 - p)  # the sigmoid's derivative
    model = world_model(quiz_bandit(), exact([[1 - p, p]]), exact([[-slope, slope]]))
    assert at(grad(objective()), model) == slope
    estimate = reward(0) * score(0)
    assert at(expect(estimate**2) - expect(estimate) ** 2, model) == slope * (1 - p) ** 2


def test_gradient_is_the_limit_of_differences() -> None:
    model, step = random_model(5), F(1, 10**6)

    def moved(direction: int) -> F:
        other = copy.deepcopy(model)
        entry = other["letters"]["pi/2"]
        tangents = {tuple(key): F(v) for key, v in entry["tangent"]}
        entry["table"] = [[key, str(F(v) + direction * step * tangents[tuple(key)])] for key, v in entry["table"]]
        return F(at(objective(), other))

    # J is a polynomial of degree 2 along the tangent for T = 2: the central difference is exact.
    assert (moved(1) - moved(-1)) / (2 * step) == at(grad(objective()), model)
    assert (moved(1) - moved(0)) / step != at(grad(objective()), model)


BY_HAND = {
    "mean": (mean(f_letter(x), x, p_letter(x)), F(0)),  # 1 - 1 + 0
    "variance": (Variance(f_letter(x), x, p_letter(x)), F(5)),  # 2 + 3
    "sum over a domain": (SumOver(f_letter(x), x), F(-1)),
    "free variable": (f_letter(x) * p_letter(x), F(-1)),
    "gradient of a mean": (grad(mean(f_letter(x), x, p_letter(x))), F(11, 4)),  # 2 + 3/4
    "gradient of a log": (grad(Log(p_letter(x))), F(-3, 4)),
    "gradient of a variance": (  # Σ ṗ f² - 2 · 0 · 11/4 = 4 - 9/4
        grad(Variance(f_letter(x), x, p_letter(x))),
        F(7, 4),
    ),
    "gradient of a quotient": (grad(1 / p_letter(x)), F(9, 4)),  # (1/4) / (1/9)
    "time sum": (TimeSum(y**t, t, 0, n), F(1) - F(2, 3) + F(4, 9) - F(8, 27)),
    "empty sum": (TimeSum(1 / Integer(1) * y, t, n, n - 2), F(0)),
    "time product": (TimeProduct(t + 1, t, 0, n), F(24)),
    "empty product": (TimeProduct(y, t, n, n - 1), F(1)),
    "power of zero": ((n - 3) ** (2 * n - 6), F(1)),
    "root": ((y**2 + Rational(1, 3)) ** Rational(1, 2), math.sqrt(7) / 3),
    "gradient of an exponent": (Gradient(3**y, y), 3 ** (-2 / 3) * math.log(3)),
    "maximum": (Max(y, -n), F(-2, 3)),
    "minimum": (Min(y, -n), F(-3)),
    "exponential of a log": (Exp(2 * theta), F(9, 4)),
    "sigmoid": (sigmoid(theta), F(3, 5)),
    "sigmoid's derivative": (grad(sigmoid(theta)), F(6, 25)),
    "a logarithm goes again": (Exp(Log(y**2) - Log(y**2 / 5)), F(5)),
    "gradient by a real": (Gradient(y**3 + theta * y, y), 4 / 3 + math.log(1.5)),
    "at": (At(Gradient(theta**3, theta), theta, n), F(27)),
    "gradient through at": (Gradient(At(theta**2, theta, 5 * y), y), F(-100, 3)),  # 50 y
    "gradient of a power's exponent": (Gradient(Exp(theta) ** n / Exp(n * theta), theta), F(0)),
    "cases, first branch": (Cases(x, 1, 10, 5, 20, 5, 30, 40), F(20)),
    "cases, default": (Cases(n, 1, 1 / Integer(1) + Log(-n), 7), F(7)),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_nodes_by_hand(name: str) -> None:
    term, expected = BY_HAND[name]
    found = at(term, COIN)
    assert type(found) is type(expected)
    assert found == (expected if type(expected) is F else pytest.approx(expected, rel=1e-15))


def test_zero_weight_is_never_evaluated() -> None:
    model = copy.deepcopy(COIN)
    model["letters"]["p/1"] = {"table": [[[1], "1"], [[5], "0"], [[9], "0"]]}
    assert at(mean(Log(p_letter(x)) + f_letter(x), x, p_letter(x)), model) == 2
    deterministic = world_model(number_line(), exact([[F(0), F(1)]] * 5), exact([[F(0), F(0)]] * 5))
    assert at(expect(Log(path)), deterministic) == 0
    assert at(expect(given_history(Log(path), 2)), deterministic) == 0
    with pytest.raises(UnevaluableError, match="log of 0"):
        at(PathSum(Log(path), process), deterministic)


def test_pointwise_terms_and_the_given_trajectory() -> None:
    model = random_model(1)
    model["trajectory"] = [[0, 1, 1], [1, 0]]
    table = {tuple(key): F(v) for key, v in model["letters"]["r/3"]["table"]}
    assert at(return_to_go(0), model) == table[0, 1, 1] + F(1, 2) * table[1, 0, 1]
    assert at(State(1) * 0 + return_to_go(1), model) == table[1, 0, 1]
    for known in (given_history(reward(0), 1), given_action(reward(0), 1), given_history(reward(0), 2)):
        assert at(known, model) == table[0, 1, 1]


def test_conditional_expectation_by_hand() -> None:
    model = random_model(2)
    model["trajectory"] = [[1, 0, 0], [0, 1]]
    moves = {tuple(key): F(v) for key, v in model["letters"]["P/3"]["table"]}
    pays = {tuple(key): F(v) for key, v in model["letters"]["r/3"]["table"]}
    assert at(given_action(reward(0), 0), model) == sum(moves[z, 1, 0] * pays[1, 0, z] for z in (0, 1))


def test_definitions_take_values_of_the_trajectory() -> None:
    """V(s) = E[G_0 1{s_0 = s}] / E[1{s_0 = s}] at s = s_1: the expectation has trajectories of its own."""
    model = random_model(4)
    start = Cases(State(0), s, 1, 0)
    v = Definition("V", (s,), expect(return_to_go(0) * start) / expect(start))
    assert agrees(encode(given_history(return_to_go(0), 0)), encode(v(State(0))), model)
    assert not agrees(encode(given_history(return_to_go(1), 1)), encode(v(State(1))), model)
    one_step = Process(initial, policy, transition, 1)
    start_next = Expectation(Cases(State(0), s, reward(0), 0), one_step) / Expectation(start, one_step)
    short = Definition("W", (s,), start_next)
    assert agrees(encode(given_history(reward(1), 1)), encode(short(State(1))), model)
    assert at(grad(expect(short(State(1)))), model) == at(grad(expect(reward(1))), model) != 0


def test_a_process_may_have_a_defined_policy() -> None:
    sign = Definition("q", (a, s), Cases(a, 1, sigmoid(theta), 1 - sigmoid(theta)), "given")
    sigmoidal = Process(initial, sign, transition, T)
    model = random_model(0)
    model["reals"]["theta"] = ["log", "3"]
    score_sum = TimeSum(grad(Log(sign(Action(t), State(t)))), t, 0, T - 1)
    lhs = grad(Expectation(total_return(), sigmoidal))
    assert at(lhs, model) == at(Expectation(total_return() * score_sum, sigmoidal), model)
    assert at(lhs, model) != 0


def test_rows_of_trajectories() -> None:
    model = random_model(6)
    states, actions = np.array([[0, 1, 0], [1, 1, 1]]), np.array([[1, 1], [0, 1]])
    term = total_return() * trajectory_score - given_history(return_to_go(0), 0) + Log(path) + expect(reward(0))
    found = values(encode(term), model, states, actions)
    assert found.dtype == np.float64
    for row in range(2):
        model["trajectory"] = [states[row].tolist(), actions[row].tolist()]
        assert found[row] == pytest.approx(float(at(term, model)), rel=1e-12)
    assert values(encode(Integer(3)), model, states, actions).tolist() == [3, 3]
    assert values(encode(Max(State(0), Action(1))), model, states, actions).tolist() == [1, 1]
    assert values(encode(Min(State(0), Action(0))), model, states, actions).tolist() == [0, 0]


def test_sampled_rows_average_to_the_expectation() -> None:
    model = random_model(8)
    rng = np.random.default_rng(0)
    rows = 20_000
    start, moves, acts = (
        {tuple(key): float(F(v)) for key, v in model["letters"][name]["table"]} for name in ("rho_0/1", "P/3", "pi/2")
    )
    states, actions = np.zeros((rows, 3), dtype=int), np.zeros((rows, 2), dtype=int)
    states[:, 0] = rng.random(rows) < start[(1,)]
    for time in range(2):
        act = np.array([acts[1, z] for z in (0, 1)])[states[:, time]]
        actions[:, time] = rng.random(rows) < act
        move = np.array([[moves[1, z, u] for u in (0, 1)] for z in (0, 1)])[states[:, time], actions[:, time]]
        states[:, time + 1] = rng.random(rows) < move
    sample = values(encode(total_return() * trajectory_score), model, states, actions)
    error = sample.std() / math.sqrt(rows)
    assert abs(sample.mean() - float(at(grad(objective()), model))) < 5 * error


def test_dynamic_programming_agrees() -> None:
    world, logits = walled(0)
    along = np.random.default_rng(1).normal(size=logits.shape)
    chances = softmax_probabilities(logits)
    tangent = chances * (along - (chances * along).sum(axis=1, keepdims=True))
    parts = (world.initial, world.transition, world.reward, world.discount, world.horizon)
    model = as_model(*parts, chances, tangent, world.terminal)
    # The tables are rounded to float64; some 2000 trajectories of 7 factors with rewards up to 2.
    assert float(at(objective(), model)) == pytest.approx(exact_objective(world, chances), rel=1e-13)
    slope = float((objective_gradient(world, logits) * along).sum())
    assert float(at(grad(objective()), model)) == pytest.approx(slope, rel=1e-12)


def test_balls_hold_the_value() -> None:
    """Random expressions of logarithms and exponentials, against 60 digits."""
    rng = random.Random(0)
    checked = 0
    for _ in range(300):
        ball, true = irrational(rng, 4)
        if isinstance(ball, Ball):
            checked += 1
            with mpmath.workdps(60):
                assert abs(true - ball.mid) <= ball.radius
                assert ball.radius <= 1e-9 * max(1, abs(true))
    assert checked > 200


def irrational(rng: random.Random, depth: int) -> tuple[Number, Any]:
    if depth == 0:
        q = F(rng.randint(1, 9), rng.randint(1, 9))
        return q, mpmath.mpf(q.numerator) / q.denominator
    (left, x), (right, z) = irrational(rng, depth - 1), irrational(rng, depth - 1)
    with mpmath.workdps(60):
        match rng.randrange(5):
            case 0:
                return left + right, x + z  # type: ignore[operator]
            case 1:
                return left * right, x * z  # type: ignore[operator]
            case 2 if x > 0.1:
                return logarithm(left), mpmath.log(x)
            case 3 if abs(x) < 3:
                return exponential(left), mpmath.exp(x)
            case _ if abs(z) > 0.1:
                return left * power(right, F(-2)), x / z**2  # type: ignore[operator]
            case _:
                return left + right, x + z  # type: ignore[operator]


def test_terminal_states_absorb() -> None:
    ending = as_model(
        [1.0, 0.0], [[[0.5, 0.5]], [[0.5, 0.5]]], np.ones((2, 1, 2)), 1.0, 3, [[1.0]] * 2, [[0.0]] * 2, [0, 1]
    )
    assert at(objective(), ending) == 1 + F(1, 2) + F(1, 4)


def test_confirms_what_was_printed() -> None:
    model = random_model(0)
    lhs, rhs = map(encode, FALSE["no discount"])
    left, right = (str(value(side, model)) for side in (lhs, rhs))
    assert confirms(lhs, rhs, model, left, right)
    assert confirms(lhs, rhs, json.loads(json.dumps(model)), left, right)
    assert not confirms(lhs, rhs, model, right, left)
    assert not confirms(lhs, lhs, model, left, left)
    assert not confirms(lhs, rhs, model, left, str(F(right) + F(1, 10**12)))


def test_confirms_intervals() -> None:
    log2, log3 = encode(Log(Integer(2)) ** 2), encode(Log(Integer(3)) ** 2)
    assert confirms(log2, log3, bare(), "[0.48, 0.481]", "[1.2, 1.21]")
    assert not confirms(log2, log3, bare(), "[0.47, 0.48]", "[1.2, 1.21]")
    assert not confirms(log2, log2, bare(), "[0.48, 0.481]", "[0.48, 0.481]")
    with pytest.raises(UnevaluableError, match="a printed value"):
        confirms(log2, log3, bare(), "about a half", "1")


def test_transcendental_sides_are_compared_within_their_own_rounding() -> None:
    two, three = Log(Integer(2)), Log(Integer(3))
    assert agrees(encode((two + three) ** 2), encode(two**2 + 2 * two * three + three**2), bare())
    assert not agrees(encode(two * three), encode(two * three + Rational(1, 10**14)), bare())
    assert agrees(encode(Log(Integer(12)) - 2 * two), encode(three), bare())
    assert type(at(two**2, bare())) is float
    square = encode(two**2)
    cancelled = ("add", ("add", ("num", 10**15, 1), square), ("num", -(10**15), 1))
    with pytest.raises(UnevaluableError, match="too much rounding"):
        agrees(cancelled, square, bare())


HORIZON_2 = random_model(3)
INDEX = {
    "state after the last": (expect(reward(T)), "outside the trajectory"),
    "action after the last": (expect(score(T)), "outside the trajectory"),
    "state before the first": (expect(State(-1)), "times start at 0"),
    "action before the first": (expect(TimeSum(reward(t - 1), t, 0, 1)), "times start at 0"),
    "condition before the first": (expect(given_action(reward(0), -1)), "positions start|the first is 0"),
    "condition after the last": (expect(given_action(reward(0), T)), "outside the trajectory"),
    "half a step": (expect(State(Rational(1, 2))), "no integer"),
}


@pytest.mark.parametrize("name", INDEX)
def test_an_index_outside_never_wraps(name: str) -> None:
    term, message = INDEX[name]
    with pytest.raises(UnevaluableError, match=message):
        at(term, HORIZON_2)


ERRORS = {
    "log of zero": (Log(f_letter(x) + 3), "log of 0"),
    "log of a negative": (Log(f_letter(x)), "log of -3"),
    "division by zero": (1 / (f_letter(x) + 3), "division by zero"),
    "no second derivative": (grad(grad(Log(p_letter(x)))), "gives it no second derivatives"),
    "unknown letter": (Letter("g", (X,))(x), "no letter g/1"),
    "unknown real": (real_symbol("z") + 1, "gives z no value"),
    "unknown time": (time_symbol("m") + 1, "gives m no value"),
    "unknown variable": (Var("q", X) + 1, "gives q no value"),
    "missing entry": (Letter("f", (Domain("Y", (1, 7)),))(Var("w", Domain("Y", (1, 7)))), "no entry"),
    "letter without tangent": (grad(Letter("f", (X,), parameter=theta)(x)), "no tangent"),
    "state outside a trajectory": (State(0) + 1, "give the model a trajectory"),
    "huge exponent": (y**100_000, "beyond ±10000"),
    "huge sum": (TimeSum(y, t, 0, 10**9), "more than 10000 terms"),
    "replaced under a letter": (At(p_letter(x), theta, y), "letters depend on it"),
    "root of a negative": (y ** Rational(1, 2), "the root of -2/3"),
    "exponential out of range": (Exp(n * 1000), "beyond float64"),
    "derivative at a kink": (Gradient(Max(y, 2 * y + Rational(2, 3)), y), "agree"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors_name_the_value(name: str) -> None:
    term, message = ERRORS[name]
    with pytest.raises(UnevaluableError, match=message):
        at(term, {**COIN, "elements": {"x": 5, "w": 7}})


@pytest.mark.parametrize(
    "wire",
    [
        ("Equation", ("num", 1, 1), ("num", 1, 1)),
        ("__import__", ("num", 1, 1)),
        ("num", 1, 0),
        ("num", True, 1),
        ("num", "1", 1),
        (),
        None,
        "num",
        ("Log",),
        ("State", ("num", 0, 1), ("num", 0, 1)),
        ("letter", "f", (), False, None),
        ("Apply", ("letter", "p", (None,), True, None), ("num", 0, 1)),
        ("Apply", ("letter", "f", (None,), False, None), ("num", 10**20, 1)),
        ("Gradient", ("num", 1, 1), ("time", "t")),
        ("domain", "S", ("a",)),
    ],
)
def test_what_is_no_term_is_refused(wire: Any) -> None:
    with pytest.raises(UnevaluableError):
        value(wire, bare())


def test_numbers_are_bounded() -> None:
    with pytest.raises(UnevaluableError, match="bits"):
        value(("pow", ("num", 10**4_000, 1), ("num", 9_000, 1)), bare())


def test_depth_is_bounded() -> None:
    wire: Any = ("num", 1, 1)
    for _ in range(5_000):
        wire = ("Log", ("Exp", wire))
    with pytest.raises(UnevaluableError, match="deeper"):
        value(wire, bare())


def test_size_is_bounded() -> None:
    model = random_model(0, n_states=3, n_actions=3)
    model["indices"]["T"] = 6
    with pytest.raises(UnevaluableError, match="more than 200000"):
        at(objective(), model)


def test_lists_serve_as_tuples() -> None:
    wire = json.loads(json.dumps(encode(grad(objective()))))
    assert value(wire, HORIZON_2) == at(grad(objective()), HORIZON_2)


@pytest.mark.parametrize(
    ("key", "part", "entry", "message"),
    [
        ("pi/2", "table", [[0, 0], "2/3"], "sums to"),
        ("pi/2", "table", [[0, 0], "-1/3"], "is a probability"),
        ("pi/2", "table", [[0, 0], 0.5], "fraction as text"),
        ("pi/2", "table", [[0, 0], "1/0"], "fraction as text"),
        ("pi/2", "table", [[0], "1/2"], "takes 2 arguments"),
        ("pi/2", "table", [[0, 1], "1/2"], "two entries"),
        ("pi/2", "tangent", [[0, 0], "99"], "tangent of pi"),
    ],
)
def test_a_model_that_is_none_is_refused(key: str, part: str, entry: Any, message: str) -> None:
    model = copy.deepcopy(HORIZON_2)
    rows = model["letters"][key][part]
    rows[[row[0] for row in rows].index([0, 0])] = entry
    with pytest.raises(UnevaluableError, match=message):
        at(grad(objective()), model)


def test_laws_of_arrays_are_completed_or_refused() -> None:
    third = [1 / 3, 1 / 3, 1 / 3]
    model = as_model([1.0], np.ones((1, 3, 1)), np.ones((1, 3, 1)), 1.0, 1, [third], [[1.0, -0.5, -0.5]])
    assert sum(F(v) for _, v in model["letters"]["pi/2"]["table"]) == 1
    assert at(objective(), model) == 1
    with pytest.raises(UnevaluableError, match="sums to"):
        as_model([1.0], np.ones((1, 2, 1)), np.ones((1, 2, 1)), 1.0, 1, [[0.5, 0.6]], [[0.0, 0.0]])
    with pytest.raises(UnevaluableError, match="do not fit"):
        as_model([1.0], np.ones((1, 3, 1)), np.ones((1, 2, 1)), 1.0, 1, [[0.5, 0.5]], [[0.0, 0.0]])


def test_nested_sums_are_evaluated_once_per_term() -> None:
    """Six sums of four terms around one conditional expectation: 4^6 terms, but few different ones."""
    model = random_model(0, horizon=4)
    term = given_history(reward(t), t)
    for name in "bcdef":
        term = TimeSum(term, time_symbol(name), 0, 3)
    term = expect(TimeSum(term, t, 0, 3))
    assert at(term, model) == 4**5 * at(expect(TimeSum(reward(t), t, 0, 3)), model)


def test_sums_over_states_and_actions_agree_with_the_expectation() -> None:
    step = initial(s) * policy(a, s) * transition(s_next, s, a) * reward_letter(s, a, s_next)
    assert agrees(encode(SumOver(SumOver(SumOver(step, s), a), s_next)), encode(expect(reward(0))), HORIZON_2)


def test_listed_elements_stand_in_arithmetic() -> None:
    places = Domain("L", (-2, 0, 2))
    z, law_z = Var("z", places), Letter("q", (places,), pmf=True)
    model = bare(letters={"q/1": {"table": [[[-2], "1/4"], [[0], "1/4"], [[2], "1/2"]]}})
    assert at(mean(z, z, law_z(z)), model) == F(1, 2)
    assert at(Variance(z, z, law_z(z)), model) == F(3) - F(1, 4)
    assert at(SumOver(law_z(-z) * z, z), model) == -F(1, 2)


def test_states_are_checked_against_their_domain() -> None:
    model = {**HORIZON_2, "trajectory": [[0, 7, 0], [0, 0]]}
    with pytest.raises(UnevaluableError, match="s_1 is 7"):
        at(State(1, STATES) + 0 * Action(0), model)
