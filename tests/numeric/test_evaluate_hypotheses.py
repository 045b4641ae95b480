"""The second evaluator on statements and hypotheses: inequalities, equations that a letter solves, and refusals."""

from __future__ import annotations

import json
from fractions import Fraction as F
from typing import Any

import pytest
from sympy import Max, Rational

from derive.notation import T, a, expect, gamma, mean, policy, process, s, s_next, t, theta, transition
from derive.terms import (
    ACTIONS,
    STATES,
    Action,
    Always,
    AtMost,
    Coincide,
    Domain,
    Equation,
    Exp,
    Hypothesis,
    Inequality,
    Letter,
    Log,
    Maximum,
    Positive,
    Possible,
    State,
    SumOver,
    Var,
)
from derive.wire import encode
from numeric.errors import UnevaluableError
from numeric.evaluate import holds, judged, refutes, satisfies

from .evaluated import COIN, bare, f_letter, p_letter, random_model, x, y

V, V_star = Letter("V", (STATES,), parameter=theta), Letter("Vstar", (STATES,))
r2 = Letter("rbar", (STATES, ACTIONS))


def lookahead(value: Letter) -> Any:
    return r2(s, a) + gamma * SumOver(transition(s_next, s, a) * value(s_next), s_next)


BELLMAN = Always(V(s), SumOver(policy(a, s) * lookahead(V), a))
OPTIMAL = Always(V_star(s), Maximum(lookahead(V_star), a))


def table(*values: str) -> list[list[Any]]:
    return [[[k], v] for k, v in enumerate(values)]


def flow() -> dict[str, Any]:
    """Two states, γ = 1/2. Action 1 goes to state 1 and action 0 to state 0; action 1 pays 1 in state 0, else nothing.

    With π(1|·) = p: v = V(1) - V(0) = -p, V(1) = ½ (p V(1) + (1-p) V(0)) = ½ (V(1) + (1-p) p), so V(1) = p - p² and
    V(0) = 2p - p². At p = 1/2 with ṗ = 1, p̈ = 3: V = 3/4, 1/4; V̇ = (2-2p) ṗ, (1-2p) ṗ = 1, 0;
    V̈ = (2-2p) p̈ - 2 ṗ², (1-2p) p̈ - 2 ṗ² = 1, -2.
    """
    pairs = [(u, z) for u in (0, 1) for z in (0, 1)]
    sign = {0: "-", 1: ""}
    return bare(
        horizon=1,
        domains={"S": [0, 1], "A": [0, 1]},
        elements={},
        reals={"gamma": "1/2"},
        letters={
            "pi/2": {
                "table": [[[u, z], "1/2"] for u, z in pairs],
                "tangent": [[[u, z], f"{sign[u]}1"] for u, z in pairs],
                "second": [[[u, z], f"{sign[u]}3"] for u, z in pairs],
            },
            "P/3": {"table": [[[z2, z, u], str(int(z2 == u))] for z2 in (0, 1) for u, z in pairs]},
            "rbar/2": {"table": [[[z, u], str(int((z, u) == (0, 1)))] for u, z in pairs]},
            "V/1": {"table": table("3/4", "1/4"), "tangent": table("1", "0"), "second": table("1", "-2")},
            "Vstar/1": {"table": table("4/3", "2/3")},  # in 0 take 1, in 1 go back: V(0) = 1 + V(1)/2, V(1) = V(0)/2
        },
    )


def satisfied(model: dict[str, Any], *hypotheses: Hypothesis) -> bool:
    return satisfies(json.loads(json.dumps(model)), [json.loads(json.dumps(encode(h))) for h in hypotheses])


def test_a_letter_solves_its_equation_with_its_derivatives() -> None:
    assert satisfied(flow(), BELLMAN, OPTIMAL)


@pytest.mark.parametrize(
    ("letter", "part", "entry"),
    [
        ("V/1", "table", [[0], "1"]),
        ("V/1", "table", [[1], "1/3"]),
        ("V/1", "tangent", [[0], "0"]),
        ("V/1", "tangent", [[1], "1/10000000000000000"]),
        ("V/1", "second", [[0], "0"]),
        ("V/1", "second", [[1], "2"]),
        ("Vstar/1", "table", [[1], "1"]),
        ("rbar/2", "table", [[1, 1], "1"]),
    ],
)
def test_a_table_that_is_no_solution_is_seen(letter: str, part: str, entry: Any) -> None:
    model = flow()
    rows = model["letters"][letter][part]
    rows[[key for key, _ in rows].index(entry[0])] = entry
    assert not satisfied(model, BELLMAN, OPTIMAL)


def test_the_value_under_the_policy_is_not_the_greatest() -> None:
    model = flow()
    model["letters"]["Vstar/1"] = {"table": model["letters"]["V/1"]["table"]}
    assert not satisfied(model, OPTIMAL)


def test_second_derivatives_are_asked_for_where_a_letter_has_them() -> None:
    model = flow()
    del model["letters"]["V/1"]["second"]
    with pytest.raises(UnevaluableError, match="gives it no second"):
        satisfied(model, BELLMAN)
    del model["letters"]["pi/2"]["second"]
    assert satisfied(model, BELLMAN)
    del model["letters"]["V/1"]["tangent"]
    with pytest.raises(UnevaluableError, match="gives it no tangent"):
        satisfied(model, BELLMAN)


def test_a_reading_of_one_element_does_not_limit_always() -> None:
    model = {**flow(), "elements": {"s": 0}}
    assert satisfied(model, Equation(V(s), Rational(3, 4)))
    assert not satisfied(model, Always(V_star(s), Rational(4, 3)))
    model["letters"]["V/1"]["table"] = table("3/4", "1")
    assert not satisfied(model, BELLMAN)


def test_always_fixes_the_derivatives_where_an_equation_does_not() -> None:
    g = Letter("g", (STATES,), parameter=theta)
    model = flow()
    model["letters"]["g/1"] = {"table": table("9/16", "1/16"), "tangent": table("0", "0"), "second": table("0", "0")}
    squared = (g(s), V(s) ** 2)
    assert satisfied(model, Equation(*squared))
    assert not satisfied(model, Always(*squared))
    model["letters"]["g/1"]["tangent"] = table("3/2", "0")  # 2 V V̇
    assert not satisfied(model, Always(*squared))
    model["letters"]["g/1"]["second"] = table("7/2", "-1")  # 2 V̇² + 2 V V̈ = 2 + 3/2, -1
    assert satisfied(model, Always(*squared))


def test_inequalities_between_numbers() -> None:
    two = encode(Inequality(y, f_letter(x) ** 2))
    assert holds(two, COIN)
    assert judged(two, COIN) == (F(-2, 3), F(9), True)
    other = encode(Inequality(p_letter(x), y))
    assert not holds(other, COIN)
    assert judged(other, COIN) == (F(1, 3), F(-2, 3), False)
    assert holds(encode(Inequality(y, y * 2 / 2)), COIN)
    assert refutes(other, COIN, "1/3", "-2/3")
    assert not refutes(other, COIN, "1/3", "-1/3")
    assert not refutes(other, COIN, "1/2", "-2/3")
    assert not refutes(two, COIN, "-2/3", "9")
    assert not refutes(encode(Inequality(y, y)), COIN, "-2/3", "-2/3")


def test_inequalities_between_irrational_numbers() -> None:
    two, three = Log(2), Log(3)
    assert holds(encode(Inequality(two * three, three)), bare())
    assert not holds(encode(Inequality(three, two * three)), bare())
    same = encode(Inequality((two + three) ** 2, two**2 + 2 * two * three + three**2))
    assert judged(same, bare())[2] is None
    assert holds(same, bare())
    assert not refutes(same, bare(), "[3.2, 3.22]", "[3.2, 3.22]")
    assert refutes(encode(Inequality(three**2, two)), bare(), "[1.2, 1.21]", "[0.69, 0.7]")


def test_a_pointwise_inequality_is_compared_at_every_trajectory() -> None:
    model = random_model(0)
    below = encode(Inequality(State(0) * Action(0), State(0)))
    assert holds(below, model)
    assert not holds(encode(Inequality(State(0), State(0) * Action(0))), model)
    assert holds(encode(Inequality(State(0), State(0) * Action(0))), {**model, "trajectory": [[1, 0, 0], [1, 0]]})


def test_a_maximum_bounds_the_mean() -> None:
    model = {**random_model(4), "elements": {"s": 1}}
    q = policy(a, s) ** 2
    assert holds(encode(Inequality(mean(q, a, policy(a, s)), Maximum(q, a))), model)
    assert not holds(encode(Inequality(Maximum(q, a), mean(q, a, policy(a, s)))), model)
    assert holds(encode(Inequality(expect(State(1)), Max(1, T))), model)


mu = Letter("mu", (ACTIONS, STATES), pmf=True)
HYPOTHESES: dict[str, tuple[Hypothesis, Hypothesis]] = {  # one that is true, one that is not
    "an equation": (Equation(gamma, Rational(1, 2)), Equation(gamma, 1)),
    "an equation for all elements": (
        Equation(r2(s, a) ** 2, r2(s, a)),
        Equation(r2(s, a), r2(s, a) + V(s) - V(s) ** 2),
    ),
    "an equation of irrational numbers": (
        Equation(Log(gamma), -Log(2)),
        Equation(Log(gamma) ** 2, Log(2) ** 2 + Rational(1, 10**13)),
    ),
    "an inequality": (Inequality(gamma, 1), Inequality(1, gamma)),
    "an inequality for all elements": (Inequality(0, r2(s, a)), Inequality(r2(s, a), 0)),
    "times": (AtMost(t, T), AtMost(T, t)),
    "positive": (Positive(policy), Positive(transition)),
    "not in the statement": (Positive(Letter("other", (ACTIONS,), pmf=True)), AtMost(1, 0)),
    "coincide": (Coincide(policy, mu), Coincide(mu, Letter("nu", (ACTIONS, STATES), pmf=True))),
    "possible": (Possible(process.until(t)), Possible(process)),
    "always, of no letter": (Always(gamma, gamma**2 * 2), Always(gamma, gamma**2)),
}


def with_others() -> dict[str, Any]:
    model = flow()
    half = model["letters"]["pi/2"]["table"]
    model["letters"]["mu/2"] = {"table": half}
    model["letters"]["nu/2"] = {"table": [[key, "1/3" if key[0] else "2/3"] for key, _ in half]}
    model["letters"]["rho_0/1"] = {"table": table("1", "0")}
    return {**model, "indices": {"T": 2, "t": 1}, "horizon": 2, "trajectory": [[0, 1, 1], [1, 0]]}


@pytest.mark.parametrize("name", HYPOTHESES)
def test_each_kind_of_hypothesis(name: str) -> None:
    true, false = HYPOTHESES[name]
    assert satisfied(with_others(), true)
    assert not satisfied(with_others(), false)
    assert not satisfied(with_others(), true, false)


def test_what_no_trajectory_contradicts_is_possible() -> None:
    assert satisfied({**with_others(), "trajectory": None}, Possible(process))
    assert satisfied({**with_others(), "trajectory": [[0, 1], [1]]}, Possible(process))
    assert not satisfied({**with_others(), "trajectory": [[1, 1], [1]]}, Possible(process))


@pytest.mark.parametrize(
    "wire",
    [
        (),
        None,
        "Always",
        ("Holds", ("num", 1, 1), ("num", 1, 1)),
        ("Always", ("num", 1, 1)),
        ("Positive", ("num", 1, 1)),
        ("Possible", ("num", 1, 1)),
        ("Coincide", ("num", 1, 1), ("num", 1, 1)),
        ("AtMost", ("num", 1, 2), ("num", 1, 1)),
        ("Equation", ("num", 1, 1)),
        ("Inequality", ("num", 1, 1), ("time", "unknown")),
        ("Equation", ("Equation", ("num", 1, 1), ("num", 1, 1)), ("num", 1, 1)),
    ],
)
def test_what_is_no_hypothesis_is_refused(wire: Any) -> None:
    with pytest.raises(UnevaluableError):
        satisfies(with_others(), [wire])


@pytest.mark.parametrize("entry", [None, 1, [], {}, {"table": 1}, {"table": [[[0], "1"]], "tangent": 2}])
def test_an_odd_letter_of_an_equation_is_refused(entry: Any) -> None:
    model = flow()
    model["letters"]["V/1"] = entry
    with pytest.raises(UnevaluableError):
        satisfied(model, BELLMAN)


@pytest.mark.parametrize("wire", [("AtMost", ("num", 1, 1), ("num", 1, 1)), ("num", 1, 1), None, ("Equation",)])
def test_what_is_no_statement_is_refused(wire: Any) -> None:
    for ask in (holds, judged):
        with pytest.raises(UnevaluableError):
            ask(wire, bare())


def test_a_sigmoid_fixes_the_derivatives_of_its_letter() -> None:
    bits = Domain("B", (0, 1))
    b = Var("b", bits)
    q = Letter("q", (bits,), pmf=True, parameter=theta)
    stated = Always(q(b) * SumOver(Exp(b * theta), b), Exp(b * theta))
    model = bare(reals={"theta": ["log", "2"]})
    model["letters"] = {"q/1": {"table": table("1/3", "2/3"), "tangent": table("-2/9", "2/9")}}
    assert satisfied(model, stated)
    model["letters"]["q/1"]["second"] = table("2/27", "-2/27")  # σ(1-σ)(1-2σ)
    assert satisfied(model, stated)
    model["letters"]["q/1"]["second"] = table("-2/27", "2/27")
    assert not satisfied(model, stated)
    model["letters"]["q/1"] = {"table": table("1/3", "2/3"), "tangent": table("-1/9", "1/9")}
    assert not satisfied(model, stated)
