"""Letters of histories h_t = (s_0, a_0, …, a_{t-1}, s_t): their tables, and what a baseline may look at."""

from fractions import Fraction
from typing import Any

import pytest
from flint import fmpq

from derive.errors import Unevaluable, Unreadable
from derive.models import Model, decide, evaluate
from derive.notation import T, before, expect, gamma, grad, k, objective, policy, return_to_go, score, t
from derive.terms import (
    ACTIONS,
    HISTORIES,
    Action,
    Equation,
    History,
    Hypothesis,
    Letter,
    Positive,
    State,
    TimeSum,
)

baseline = Letter("b", (HISTORIES,))
critic = Letter("q", (HISTORIES, ACTIONS))
rule = Letter("m", (ACTIONS, HISTORIES), pmf=True)
stays: dict[str, Any] = {  # one state; π(1|0) = 1/4, moving by 1; b(h) = 1, 2, 5 at (0), (0,0,0), (0,1,0)
    "horizon": 1,
    "domains": {"S": [0], "A": [0, 1]},
    "indices": {"T": 1},
    "letters": {
        "rho_0/1": {"table": [[[0], "1"]]},
        "pi/2": {"table": [[[0, 0], "3/4"], [[1, 0], "1/4"]], "tangent": [[[0, 0], "-1"], [[1, 0], "1"]]},
        "P/3": {"table": [[[0, 0, 0], "1"], [[0, 0, 1], "1"]]},
        "b/1": {"table": [[[[0]], "1"], [[[0, 0, 0]], "2"], [[[0, 1, 0]], "5"]]},
        "q/2": {"table": [[[[0], 0], "3"], [[[0], 1], "7"]]},
    },
    "trajectory": [[0, 0], [1]],
}
model = Model.from_dict(stays)


def value(term: Any) -> Fraction:
    found = evaluate(term, model)
    assert isinstance(found, fmpq)
    return Fraction(int(found.p), int(found.q))


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (baseline(History(0)), "1"),
        (baseline(History(1)), "5"),
        (expect(baseline(History(1))), "11/4"),
        (grad(expect(baseline(History(1)))), "3"),
        (expect(critic(History(0), Action(0))), "4"),
        (expect(TimeSum(baseline(History(t)), t, 0, T)), "15/4"),
    ],
)
def test_value(term: Any, expected: str) -> None:
    assert value(term) == Fraction(expected)


def test_a_history_outside_the_trajectory_or_the_table_is_an_error() -> None:
    for t_ in (-1, 2):
        with pytest.raises(Unevaluable, match="index outside the trajectory"):
            value(baseline(History(t_)))
    with pytest.raises(Unevaluable, match="no value at"):
        value(critic(History(1), Action(0)))


def test_plain_data_writes_a_history_as_a_flat_list() -> None:
    assert Model.from_dict(model.to_dict()) == model
    assert model.to_dict()["letters"]["b/1"]["table"][2] == [[[0, 1, 0]], "5"]
    malformed: list[Any] = [[[0, 1]], [[]], [["0"]], [[[0]]]]
    for key in malformed:
        with pytest.raises(Unreadable):
            Model.from_dict({**stays, "letters": {"b/1": {"table": [[key, "1"]]}}})


def test_a_rule_given_histories_is_a_distribution() -> None:
    rows = {"table": [[[0, [0]], "1/2"], [[1, [0]], "1/3"]]}
    with pytest.raises(Unevaluable, match="sums to 5/6"):
        Model.from_dict({**stays, "letters": {"m/2": rows}}, [rule])


inside = (before(t, T),)


def steps(body: Any) -> Any:
    return expect(TimeSum(body, t, 0, T - 1))


def test_a_baseline_may_look_at_all_that_came_before() -> None:
    assert decide(Equation(expect(baseline(History(t)) * score(t)), 0), inside).verdict == "holds"
    gradient = steps(gamma**t * (return_to_go(t) - baseline(History(t))) * score(t))
    outcome = decide(Equation(grad(objective()), gradient))
    assert outcome.verdict == "holds"
    assert isinstance(outcome.error_bound, Fraction)


FALSEHOODS: list[tuple[Equation, tuple[Hypothesis, ...], tuple[int, int, int]]] = [
    (Equation(expect(critic(History(t), Action(t)) * score(t)), 0), inside, (1, 2, 1)),
    (Equation(expect(baseline(History(t + 1)) * score(t)), 0), inside, (1, 2, 1)),
    (Equation(expect(baseline(History(t))), expect(baseline(History(0)))), inside, (1, 1, 2)),
    (Equation(baseline(History(t)), baseline(History(k))), (*inside, before(k, T)), (1, 1, 2)),
]


@pytest.mark.parametrize(("claim", "hypotheses", "smallest"), FALSEHOODS)
def test_falsehoods_are_refuted_at_their_smallest_size(claim: Equation, hypotheses: Any, smallest: Any) -> None:
    outcome = decide(claim, hypotheses)
    assert outcome.verdict == "refuted", outcome
    found = outcome.counterexample
    assert found is not None
    assert (found.states, found.actions, found.horizon) == smallest
    again = Model.from_dict(found.model.to_dict())
    assert evaluate(claim.lhs - claim.rhs, again) != 0


def test_a_counterexample_prints_histories() -> None:
    found = decide(Equation(expect(baseline(History(t + 1)) * score(t)), 0), inside).counterexample
    assert found is not None
    assert any(name.startswith("b((0,") for name in found.assignment)


def test_rules_of_histories_average_to_one() -> None:
    one = decide(
        Equation(expect(rule(Action(t), History(t)) / policy(Action(t), State(t)) * gamma), gamma),
        (*inside, Positive(policy), Positive(rule)),
    )
    assert one.verdict == "holds"
    assert decide(Equation(expect(rule(Action(t), History(t))), 1), inside).verdict == "refuted"
