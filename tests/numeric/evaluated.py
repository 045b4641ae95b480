"""Small models for the second evaluator: random MDPs, and a coin of three sides whose values are found by hand."""

from __future__ import annotations

import random
from fractions import Fraction as F
from typing import Any

import numpy as np

from derive.notation import theta
from derive.terms import Domain, Letter, Var, real_symbol, time_symbol
from derive.wire import encode
from numeric.evaluate import as_model, value


def exact(array: Any) -> Any:
    return np.array(array, dtype=object)


def law(rng: random.Random, size: int) -> list[F]:
    weights = [rng.randint(1, 6) for _ in range(size)]
    return [F(w, sum(weights)) for w in weights]


def slopes(rng: random.Random, size: int) -> list[F]:
    free = [F(rng.randint(-4, 4), 3) for _ in range(size - 1)]
    return [*free, -sum(free, F(0))]


def random_model(seed: int, n_states: int = 2, n_actions: int = 2, horizon: int = 2) -> dict[str, Any]:
    rng = random.Random(seed)
    each = [[range(n_states)] * n_actions] * n_states
    return as_model(
        exact(law(rng, n_states)),
        exact([[law(rng, n_states) for _ in row] for row in each]),
        exact([[[F(rng.randint(-3, 3), 2) for _ in cell] for cell in row] for row in each]),
        F(1, 2),  # type: ignore[arg-type]
        horizon,
        exact([law(rng, n_actions) for _ in each]),
        exact([slopes(rng, n_actions) for _ in each]),
    )


def world_model(world: Any, probabilities: Any, tangent: Any) -> dict[str, Any]:
    return as_model(
        world.initial, world.transition, world.reward, world.discount, world.horizon, probabilities, tangent
    )


def bare(**parts: Any) -> dict[str, Any]:
    empty = {"horizon": 0, "domains": {}, "indices": {}, "elements": {}, "reals": {}, "letters": {}}
    return {**empty, "trajectory": None, **parts}


def at(term: Any, model: dict[str, Any]) -> Any:
    return value(encode(term), model)


X = Domain("X")
x = Var("x", X)
p_letter, f_letter = Letter("p", (X,), pmf=True, parameter=theta), Letter("f", (X,))
COIN = bare(
    domains={"X": [1, 5, 9]},
    letters={
        "p/1": {
            "table": [[[1], "1/2"], [[5], "1/3"], [[9], "1/6"]],
            "tangent": [[[1], "1"], [[5], "-1/4"], [[9], "-3/4"]],
        },
        "f/1": {"table": [[[1], "2"], [[5], "-3"], [[9], "0"]]},
    },
    indices={"n": 3},
    elements={"x": 5},
    reals={"theta": ["log", "3/2"], "y": "-2/3"},
)
y, n = real_symbol("y"), time_symbol("n")
