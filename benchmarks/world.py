"""The MDP of the numeric benchmarks, in fractions and in floats: 3 states, 2 actions, no end but the horizon."""

from __future__ import annotations

from fractions import Fraction as F

import numpy as np
from numpy.typing import NDArray

from numeric.mdp import FiniteMDP

STATES, ACTIONS, DISCOUNT = 3, 2, F(9, 10)
TRANSITION = [
    [[F(1, 2), F(1, 4), F(1, 4)], [F(1, 8), F(3, 8), F(1, 2)]],
    [[F(1, 4), F(1, 2), F(1, 4)], [F(1, 2), F(1, 8), F(3, 8)]],
    [[F(1, 3), F(1, 3), F(1, 3)], [F(1, 6), F(1, 2), F(1, 3)]],
]  # P(s' | s, a)
REWARD = [
    [[F(0), F(1), F(-1)], [F(1, 2), F(0), F(2)]],
    [[F(1), F(-1, 2), F(0)], [F(0), F(1), F(1)]],
    [[F(-1), F(0), F(1, 2)], [F(2), F(0), F(-1)]],
]  # r(s, a, s')
POLICY = [[F(1, 3), F(2, 3)], [F(3, 5), F(2, 5)], [F(1, 4), F(3, 4)]]  # π(a | s)


def mdp(horizon: int) -> FiniteMDP:
    """It starts in state 0."""
    transition, reward = (np.array(table, dtype=np.float64) for table in (TRANSITION, REWARD))
    return FiniteMDP(np.eye(STATES)[0], transition, reward, float(DISCOUNT), horizon)


def policy() -> NDArray[np.float64]:
    return np.array(POLICY, dtype=np.float64)


def logits() -> NDArray[np.float64]:
    """θ with π = softmax(θ)."""
    return np.log(policy())
