"""The second evaluator on letters that take a history: values by hand, and what it must refuse."""

from __future__ import annotations

import copy
from fractions import Fraction as F
from itertools import product
from typing import Any

import pytest

from derive.notation import a, expect, given_history, grad, mean, reward, score, t, theta
from derive.terms import ACTIONS, HISTORIES, Action, History, Letter, Log, State, TimeSum
from derive.wire import encode
from numeric.errors import UnevaluableError
from numeric.evaluate import agrees, value, values

from .evaluated import at, bare, random_model

b = Letter("b", (HISTORIES,))
q = Letter("q", (HISTORIES, ACTIONS))
recalling = Letter("m", (ACTIONS, HISTORIES), pmf=True, parameter=theta)


def histories(horizon: int) -> list[list[int]]:
    return [list(h) for t in range(horizon + 1) for h in product((0, 1), repeat=2 * t + 1)]


def remembering(seed: int) -> dict[str, Any]:
    """Two steps over two states and two actions; b counts, q tells the last action, m goes by the first state."""
    model = random_model(seed)
    met = histories(2)
    rows = [(u, h) for u in (0, 1) for h in met]
    model["letters"] |= {
        "b/1": {"table": [[[h], str(sum(h) + len(h))] for h in met]},
        "q/2": {"table": [[[h, u], str(F(10 * h[-1] + u, 3))] for u, h in rows]},
        "m/2": {
            "table": [[[u, h], "1/3" if u == h[0] else "2/3"] for u, h in rows],
            "tangent": [[[u, h], "1" if u == 0 else "-1"] for u, h in rows],
        },
    }
    return model


def test_values_by_hand() -> None:
    model = {**remembering(0), "trajectory": [[1, 0, 1], [1, 1]]}
    assert at(b(History(0)), model) == 2  # (1): sum 1, length 1
    assert at(b(History(1)), model) == 5  # (1, 1, 0)
    assert at(b(History(2)), model) == 9  # (1, 1, 0, 1, 1)
    assert at(q(History(1), Action(1)), model) == F(1, 3)
    assert at(TimeSum(b(History(t)), t, 0, 2), model) == 16
    assert at(mean(q(History(0), a), a, recalling(a, History(0))), model) == F(2, 3) * F(10, 3) + F(1, 3) * F(11, 3)
    assert at(grad(mean(q(History(0), a), a, recalling(a, History(0)))), model) == F(10, 3) - F(11, 3)


def test_a_baseline_of_the_history_adds_nothing() -> None:
    for seed in range(3):
        model = remembering(seed)
        assert at(expect(TimeSum(b(History(t)) * score(t), t, 0, 1)), model) == 0
        assert at(expect(b(History(1)) * reward(1)), model) == at(
            expect(b(History(1)) * given_history(reward(1), 1)), model
        )
        assert at(given_history(b(History(1)), 1) - b(History(1)), {**model, "trajectory": [[0, 1, 1], [0, 1]]}) == 0


def test_a_baseline_of_the_next_history_adds_something() -> None:
    assert not all(agrees(encode(expect(b(History(t + 1)) * score(t))), encode(0 * t), at_zero(s)) for s in range(3))


def at_zero(seed: int) -> dict[str, Any]:
    model = remembering(seed)
    return {**model, "indices": {**model["indices"], "t": 0}}


def test_rows_of_trajectories_and_histories() -> None:
    found = values(encode(b(History(1)) - State(0)), remembering(0), [[0, 1, 0], [1, 1, 1]], [[1, 0], [0, 0]])
    assert found.tolist() == [5, 4]


def test_all_trajectories_of_a_pointwise_statement() -> None:
    model = remembering(0)
    assert agrees(encode(b(History(1))), encode(b(History(0)) + Action(0) + State(1) + 2), model)
    assert not agrees(encode(b(History(1))), encode(b(History(0)) + State(1) + 2), model)


REFUSED = {
    "after the last": (b(History(3)), "outside the trajectory"),
    "before the first": (b(History(-1)), "times start at 0"),
    "at half a step": (b(History(Log(1 + t) * 0 + t / 2)), "no integer"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(name: str) -> None:
    term, message = REFUSED[name]
    model = {**remembering(0), "trajectory": [[0, 0, 0], [0, 0]], "indices": {"T": 2, "t": 1}}
    with pytest.raises(UnevaluableError, match=message):
        at(term, model)
    with pytest.raises(UnevaluableError, match="trajectory"):
        at(b(History(0)), remembering(0))


def test_a_history_without_an_entry_is_named() -> None:
    model = copy.deepcopy(remembering(0))
    model["letters"]["b/1"]["table"] = [row for row in model["letters"]["b/1"]["table"] if row[0] != [[0, 1, 1]]]
    with pytest.raises(UnevaluableError, match=r"no entry for the arguments \[\(0, 1, 1\)\]"):
        at(expect(b(History(1))), model)


@pytest.mark.parametrize("key", [[[0, 1]], [0], [[]], [["0"]], [[0, 1, 1.0]], [[0], [0]]])
def test_what_is_no_history_is_refused(key: Any) -> None:
    model = copy.deepcopy(remembering(0))
    model["letters"]["b/1"]["table"][0][0] = key
    with pytest.raises(UnevaluableError):
        at(expect(b(History(0))), model)


def test_a_history_ends_with_a_state() -> None:
    model = copy.deepcopy(remembering(0))
    model["letters"]["b/1"]["table"].append([[[0, 1]], "1"])
    with pytest.raises(UnevaluableError, match="takes a history"):
        at(expect(b(History(0))), model)


def test_a_history_alone_is_pointwise() -> None:
    double = encode(2 * b(History(1)))
    assert agrees(double, encode(b(History(1)) + b(History(1))), remembering(0))
    assert not agrees(double, encode(b(History(1)) + 5), remembering(0))


def test_laws_of_a_history_are_checked() -> None:
    model = copy.deepcopy(remembering(0))
    model["letters"]["m/2"]["table"][0][1] = "1/2"
    with pytest.raises(UnevaluableError, match="sums to"):
        at(expect(recalling(Action(0), History(0))), model)


H0: Any = ("History", ("num", 0, 1))
OVER_H: Any = ("domain", "H", None)


@pytest.mark.parametrize(
    "wire",
    [
        H0,
        ("add", H0, ("num", 1, 1)),
        ("Log", H0),
        ("History",),
        ("Apply", ("letter", "b", (None,), False, None), H0),
        ("Apply", ("letter", "b", (OVER_H,), False, None), ("num", 1, 1)),
        ("Cases", H0, ("num", 1, 1), ("num", 1, 1), ("num", 1, 1)),
        ("State", H0, ("domain", "S", None)),
    ],
)
def test_a_history_is_no_number(wire: Any) -> None:
    with pytest.raises(UnevaluableError):
        value(wire, {**remembering(0), "trajectory": [[0, 0, 0], [0, 0]]})
    with pytest.raises(UnevaluableError):
        value(wire, bare())
