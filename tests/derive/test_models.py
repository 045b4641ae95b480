"""What every node of the language means on a finite model, against values worked out by hand."""

from fractions import Fraction
from typing import Any

import pytest
from flint import arb, fmpq
from sympy import Max, Min, Rational, sqrt

from derive.errors import Unevaluable, Unreadable
from derive.models import Model, evaluate
from derive.notation import (
    T,
    a,
    expect,
    gamma,
    given_action,
    given_history,
    grad,
    k,
    mean,
    n,
    objective,
    path,
    policy,
    process,
    return_to_go,
    reward,
    s,
    score,
    sigmoid,
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
    Domain,
    Exp,
    Expectation,
    Given,
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
)

WALK: dict[str, Any] = {  # two states, action = next state, reward 1 on moving from 0 to 1; π(1|0) = 1/3, π(1|1) = 1/2
    "horizon": 2,
    "domains": {"S": [0, 1], "A": [0, 1]},
    "indices": {"T": 2, "t": 1, "k": 0, "n": 3},
    "elements": {"s": 1, "a": 0},
    "reals": {"gamma": "1/2", "theta": ["log", "3"], "x": "2/3"},
    "letters": {
        "rho_0/1": {"table": [[[0], "1"], [[1], "0"]]},
        "pi/2": {
            "table": [[[0, 0], "2/3"], [[1, 0], "1/3"], [[0, 1], "1/2"], [[1, 1], "1/2"]],
            "tangent": [[[0, 0], "-1"], [[1, 0], "1"], [[0, 1], "0"], [[1, 1], "0"]],
        },
        "P/3": {"table": [[[i, j, m], str(int(i == m))] for i in (0, 1) for j in (0, 1) for m in (0, 1)]},
        "r/3": {"table": [[[i, m, j], str(int((i, j) == (0, 1)))] for i in (0, 1) for m in (0, 1) for j in (0, 1)]},
    },
    "trajectory": [[0, 1, 1], [1, 1]],
}
walk = Model.from_dict(WALK)
x_real = real_symbol("x")


def value(term: Any, model: Model = walk) -> Fraction:
    found = evaluate(term, model)
    assert isinstance(found, fmpq)
    return Fraction(int(found.p), int(found.q))


def f(text: str) -> Fraction:
    return Fraction(text)


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (Rational(2, 3), "2/3"),
        (t + 1, "2"),
        (a + 2 * s, "2"),
        (gamma**n, "1/8"),
        (gamma ** (k - t), "2"),
        ((t - 1) ** k, "1"),  # 0**0 = 1
        (Min(gamma, x_real), "1/2"),
        (Max(gamma, x_real), "2/3"),
        (policy(a, s), "1/2"),
        (Cases(s, 0, 10, 1, 20, 30), "20"),
        (Cases(t, 0, 10, 30), "30"),
        (State(t), "1"),
        (policy(Action(0), State(0)), "1/3"),
        (reward(0), "1"),
        (SumOver(policy(a, s) * (a + 1), a), "3/2"),
        (mean(a, a, policy(a, State(0))), "1/3"),
        (Variance(a, a, policy(a, State(0))), "2/9"),
        (TimeSum(k, k, 1, 3), "6"),
        (TimeSum(k, k, 3, 1), "0"),
        (TimeProduct(k + 1, k, 0, 2), "6"),
        (TimeProduct(k, k, 3, 2), "1"),
        (TimeSum(TimeSum(1, k, 0, t), t, 0, 2), "6"),
        (return_to_go(0), "1"),
        (return_to_go(t), "0"),
        (path, "1/6"),
        (PathSum(path, process), "1"),
        (PathSum(1, process), "32"),
    ],
)
def test_value(term: Any, expected: str) -> None:
    assert value(term) == f(expected)


def test_expectation_weighs_trajectories() -> None:
    # paths from 0: 0→0→0 4/9, 0→0→1 2/9, 0→1→· 1/3; the reward is γ^0 at once with 1/3, γ^1 later with 2/9
    assert value(expect(total_return())) == f("1/3") + f("1/2") * f("2/9")
    assert value(expect(State(2))) == f("2/9") + f("1/3") * f("1/2")
    assert value(Expectation(State(1), process.until(1))) == f("1/3")


def test_given_averages_what_follows_the_current_trajectory() -> None:
    assert value(given_history(return_to_go(0), 0)) == f("4/9")
    assert value(given_action(return_to_go(0), 0)) == 1
    assert value(given_history(State(2), 1)) == f("1/2")
    assert value(given_history(State(0) + State(1), 1)) == 1


def test_given_under_weights_that_do_not_sum_to_one_has_no_value() -> None:
    # Weighed or averaged, it would be one number or another; an expectation is its definition, a weighted sum.
    same, doubled = (Definition("q", (a, s), c * policy(a, s)) for c in (1, 2))
    for weights, total in ((same, 1), (doubled, 4)):
        other = Process(process.initial, weights, process.transition, T)
        assert value(Expectation(1, other)) == total
        if total == 1:
            assert value(Given(State(2), 2, other)) == f("1/2")
        else:
            with pytest.raises(Unevaluable, match="do not sum to one"):
                value(Given(State(2), 2, other))


def test_gradient_of_the_objective() -> None:
    # J = p + γ(1-p)p with p = π(1|0), so that dJ/dp = 1 + γ(1-2p)
    assert value(grad(objective())) == 1 + f("1/2") * f("1/3")


def test_score_and_its_sum() -> None:
    assert value(score(0)) == 3
    assert value(score(1)) == 0
    assert value(trajectory_score) == 3
    assert value(grad(Log(path))) == 3
    assert value(grad(path)) == f("1/2")


def test_gradient_reaches_through_every_node() -> None:
    assert value(grad(mean(a, a, policy(a, State(0))))) == 1
    assert value(grad(Variance(a, a, policy(a, State(0))))) == f("1/3")  # d p(1-p) = 1 - 2p
    assert value(grad(given_history(return_to_go(0), 0))) == f("7/6")
    assert value(grad(TimeProduct(policy(Action(0), State(0)) + k, k, 0, 1))) == f("5/3")
    assert value(grad(PathSum(path * State(1), process))) == 1
    assert value(grad(SumOver(policy(a, State(0)) ** 3, a))) == 3 * (f("1/9") - f("4/9"))
    assert value(grad(1 / policy(Action(0), State(0)))) == -9
    assert value(grad(Cases(t, 1, policy(Action(0), State(0)), 7))) == 1
    assert value(grad(Min(policy(Action(0), State(0)), gamma))) == 1
    assert value(grad(Max(policy(Action(0), State(0)), gamma))) == 0


def test_exponentials_of_a_log_are_exact() -> None:
    assert value(sigmoid(theta)) == f("3/4")
    assert value(grad(sigmoid(theta))) == f("3/16")
    assert value(Exp(-2 * theta)) == f("1/9")
    assert value(At(grad(sigmoid(theta)), theta, 0)) == f("1/4")
    assert value(At(sigmoid(theta), theta, 2 * theta)) == f("9/10")


def test_definitions_stand_for_their_bodies() -> None:
    y = real_symbol("y")
    square = Definition("q", (y,), y**2)
    assert value(square(square(x_real))) == f("16/81")
    policy_by_name = Definition("pi", (a, s), Cases(a, 0, 1 - x_real, x_real), "given")
    named = Process(process.initial, policy_by_name, process.transition, T)
    assert value(Expectation(State(1) + State(2), named)) == 2 * f("2/3")


def test_logarithms_are_balls() -> None:
    found = evaluate(Log(x_real) + theta, walk)
    assert isinstance(found, arb)
    assert found.overlaps(arb(2).log())
    assert found.rad() < 1e-30
    assert (evaluate(sqrt(x_real), walk) ** 2).overlaps(arb(fmpq(2, 3)))


def test_a_logarithm_below_a_gradient_is_never_asked_for() -> None:
    assert value(grad(Log(policy(a, State(0))))) == f("-3/2")


def test_zero_probability_trajectories_are_not_visited() -> None:
    # s_0 = 1 has probability 0, and 1/r would divide by zero on it
    assert value(expect(1 / (1 - State(0)))) == 1
    assert value(given_history(1 / (1 - State(0)), 0)) == 1


@pytest.mark.parametrize(
    "term",
    [
        State(3),
        State(-1),
        Action(2),
        Action(-1),
        reward(2),
        State(t - 2),
        expect(State(3)),
        expect(reward(T)),
        expect(reward(-1)),
        expect(TimeSum(reward(k), k, 0, T)),
        Expectation(State(2), process.until(1)),
        given_history(State(1), 3),
    ],
)
def test_an_index_outside_the_trajectory_is_an_error(term: Any) -> None:
    with pytest.raises(Unevaluable, match="index outside the trajectory"):
        evaluate(term, walk)


@pytest.mark.parametrize(
    ("term", "words"),
    [
        (grad(grad(grad(sigmoid(theta)))), "third derivatives"),
        (grad(Gradient(gamma * theta, gamma)), "mixed derivatives"),
        (At(policy(a, s), theta, 0), "no value elsewhere"),
        (Log(gamma - 1), "not positive"),
        (1 / (gamma - Rational(1, 2)), "division by zero"),
        (gamma ** (10**6 * t), "exponent"),
        (TimeSum(1, k, 0, 10**9), "too long"),
        (Letter("q", (ACTIONS,))(a), "no letter 'q/1'"),
        (real_symbol("y"), "no value to the real y"),
        (Var("b", Domain("B")) + 0, "no value to the variable b"),
    ],
)
def test_what_has_no_value(term: Any, words: str) -> None:
    with pytest.raises(Unevaluable, match=words):
        evaluate(term, walk)


def test_an_enumerated_domain_has_its_own_elements() -> None:
    line = Domain("X", (-1, 1))
    x, q = Var("x", line), Letter("q", (line,), pmf=True)
    model = Model.from_dict({"horizon": 0, "letters": {"q/1": {"table": [[[-1], "1/4"], [[1], "3/4"]]}}})
    assert value(mean(x, x, q(x)), model) == f("1/2")
    assert value(q(-1), model) == f("1/4")


def test_a_letter_may_take_a_time() -> None:
    b = Letter("b", (None,))
    model = Model.from_dict({"horizon": 1, "letters": {"b/1": {"table": [[[0], "5"], [[1], "7"]]}}})
    assert value(TimeSum(b(t), t, 0, 1), model) == 12
    with pytest.raises(Unevaluable, match="no value at"):
        evaluate(b(2), model)


def test_plain_data_goes_out_and_in() -> None:
    assert Model.from_dict(walk.to_dict()) == walk
    assert walk.to_dict()["reals"] == {"gamma": "1/2", "theta": ["log", "3"], "x": "2/3"}


def changed(path_: str, new: Any) -> dict[str, Any]:
    data: dict[str, Any] = {**WALK, "letters": {**WALK["letters"]}}
    first, _, rest = path_.partition(".")
    data[first] = {**data[first], rest: new} if rest else new
    return data


@pytest.mark.parametrize(
    ("where", "new"),
    [
        ("horizon", -1),
        ("horizon", "2"),
        ("domains.S", []),
        ("domains.S", [0, 0]),
        ("indices.t", 1.5),
        ("elements.s", True),
        ("reals.gamma", 0.5),
        ("reals.gamma", "1/0"),
        ("reals.theta", ["log", "-1"]),
        ("reals.theta", ["exp", "1"]),
        ("letters.pi", {"table": []}),
        ("letters.r/3", [1, 2]),
        ("letters.r/3", {"table": [[[0, 0], "1"]]}),
        ("letters.r/3", {"table": [[[0, 0, 0], 0.1]]}),
        ("letters.r/3", {"table": [[[0, 0, 0], "1"], [[0, 0, 0], "2"]]}),
        ("trajectory", [[0, 1], [1, 1, 1]]),
        ("trajectory", [[0, 1, 1, 1], [1, 1, 1]]),
        ("surprise", {}),
    ],
)
def test_malformed_models_are_refused(where: str, new: Any) -> None:
    with pytest.raises(Unreadable):
        Model.from_dict(changed(where, new))


@pytest.mark.parametrize(
    ("table", "tangent", "words"),
    [
        (["2/3", "1/2", "1/2", "1/2"], ["-1", "1", "0", "0"], "sums to 7/6"),
        (["4/3", "-1/3", "1/2", "1/2"], ["-1", "1", "0", "0"], "negative"),
        (["2/3", "1/3", "1/2", "1/2"], ["1", "1", "0", "0"], "sum to 2, not to 0"),
        (["1", "0", "1/2", "1/2"], ["-1", "1", "0", "0"], "zero entry with a tangent"),
        (["2/3", "1/3", "1/2"], ["-1", "1", "0", "0"], "no entry at"),
        (["2/3", "1/3", "1/2", "1/2"], ["-1", "1", "0"], "no tangent at"),
    ],
)
def test_what_is_no_distribution_is_refused(table: list[str], tangent: list[str], words: str) -> None:
    keys = [[0, 0], [1, 0], [0, 1], [1, 1]]
    entries = {
        "table": list(map(list, zip(keys, table, strict=False))),
        "tangent": list(map(list, zip(keys, tangent, strict=False))),
    }
    data = changed("letters.pi/2", entries)
    with pytest.raises(Unevaluable, match=words):
        Model.from_dict(data, [policy])
    with pytest.raises(Unevaluable, match=words):
        evaluate(objective(), Model.from_dict(data))
