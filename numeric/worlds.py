"""Named worlds, one function each."""

from __future__ import annotations

import difflib
from collections.abc import Callable

import numpy as np

from numeric.errors import WorldError
from numeric.mdp import FiniteMDP

__all__ = ["WORLDS", "number_line", "quiz_bandit", "world"]


def quiz_bandit() -> FiniteMDP:
    """r(1) = 1, r(0) = 0: one state, two actions, T = 1, γ = 1; answer 1 is the right one.

    With π(1) = σ(θ): J = σ(θ); the score-function estimate r z has mean σ(1-σ) and variance σ(1-σ)^3.
    """
    return FiniteMDP(
        initial=np.ones(1),
        transition=np.ones((1, 2, 1)),
        reward=np.array([[[0.0], [1.0]]]),
    )


def number_line() -> FiniteMDP:
    """s_0 = 0, s_{t+1} = s_t ± 1, r = 1 on arrival at +2: positions -2 … 2, T = 2, γ = 1.

    State i is position i - 2; action 0 goes left, 1 goes right; a step over either end stays, without reward.
    With π(right) = p: J = p².
    """
    transition = np.zeros((5, 2, 5))
    for state in range(5):
        transition[state, 0, max(state - 1, 0)] = 1
        transition[state, 1, min(state + 1, 4)] = 1
    reward = np.zeros((5, 2, 5))
    reward[3, 1, 4] = 1
    return FiniteMDP(np.eye(5)[2], transition, reward, horizon=2)


WORLDS: dict[str, Callable[[], FiniteMDP]] = {
    "quiz_bandit": quiz_bandit,
    "number_line": number_line,
}


def world(name: str) -> FiniteMDP:
    """The world of this name in WORLDS. Raises WorldError, with the nearest names, when there is none."""
    if name not in WORLDS:
        near = difflib.get_close_matches(name, WORLDS, cutoff=0.5) or sorted(WORLDS)
        raise WorldError(f"no world is named {name!r}; did you mean {' or '.join(near)}?")
    return WORLDS[name]()
