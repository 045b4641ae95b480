"""What the interactive pages show: one walk of Q-learning, pulls of three strategies, a pole kept up. Plain data.

All of it is drawn here from fixed seeds; a page only replays it. Source of the three: "Reinforcement Learning from
Scratch: Teaching Machines to Learn from Consequences", sections Q-Learning, The Exploration-Exploitation Dilemma, and
Baselines and Advantage.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.bandits import UCB, EpsilonGreedy, GaussianBandit, Softmax, Strategy, pulls, simulated_regret
from numeric.cart_pole import LONGEST, METHODS, STEEPEST, WIDEST, balance
from numeric.control import optimal_action_values
from numeric.errors import ControlError
from numeric.mdp import FiniteMDP
from numeric.q_learning import QSettings
from numeric.worlds import GAUSSIAN_DEVIATION, GAUSSIAN_MEANS, GRIDS, walled_grid_7

__all__ = ["EPSILONS", "Step", "exploration", "grid", "pole", "q_steps"]

Floats = NDArray[np.float64]
Plain = dict[str, Any]
SEED = 0
EPSILONS = (0.0, 0.1, 0.3, 0.6)
GRID_EPISODES, STEP_SIZE, LONGEST_WALK = 60, 0.5, 400
PULLS, RUNS, MANY = 1000, 3, 400
STRATEGIES: dict[str, Strategy] = {
    "ε-greedy, ε = 0.1": EpsilonGreedy(0.1),
    "softmax, τ = 0.5": Softmax(0.5),
    "UCB, c = 2": UCB(2.0),
}
POLE_EPISODES, EVERY = 300, 10


@dataclass(frozen=True)
class Step:
    """One step of Q-learning: a in s led to s' and paid r, and Q(s, a) is `value` from now on."""

    episode: int
    state: int
    action: int
    explores: bool
    reward: float
    following: int
    value: float


def q_steps(mdp: FiniteMDP, settings: QSettings, rng: np.random.Generator) -> Iterator[Step]:
    """The single steps of `q_learning`, with the same draws, in a world whose steps are certain and whose start is.

    Raises ControlError for another world.
    """
    certain = [bool(((array == 0) | (array == 1)).all()) for array in (mdp.transition, mdp.initial)]
    if not all(certain) or mdp.horizon is not None:
        raise ControlError("the single steps are shown of a world without chance and without horizon; this has one")
    return _q_steps(mdp, settings, rng)


def _q_steps(mdp: FiniteMDP, settings: QSettings, rng: np.random.Generator) -> Iterator[Step]:
    leads, start = mdp.transition.argmax(axis=2), int(mdp.initial.argmax())
    q, visits = np.zeros(leads.shape), np.zeros(leads.shape, np.int64)
    episode = 0
    while True:
        episode, state, taken = episode + 1, start, 0
        rng.random()  # q_learning draws the start
        while taken < settings.episode_steps and not mdp.terminal[state]:
            explores = bool(rng.random() < settings.epsilon)
            action = int(rng.random() * q.shape[1]) if explores else int(q[state].argmax())
            following = int(leads[state, action])
            reward = float(mdp.reward[state, action, following])
            visits[state, action] += 1
            alpha = settings.scale / float(visits[state, action]) ** settings.exponent
            target = reward + mdp.discount * float(q[following].max())
            q[state, action] = (1 - alpha) * q[state, action] + alpha * target
            yield Step(episode, state, action, explores, reward, following, float(q[state, action]))
            state, taken = following, taken + 1


def grid() -> Plain:
    """The 7 × 7 grid, Q*, and for each ε the episodes of one walk: its actions, and Q(s, a) after each."""
    mdp, drawn = walled_grid_7(horizon=None), GRIDS["walled_grid_7"]
    return {
        "picture": list(drawn.picture), "cells": [list(cell) for cell in drawn.cells], "discount": mdp.discount,
        "step_reward": -0.01, "goal_reward": 1, "step_size": STEP_SIZE, "longest": LONGEST_WALK,
        "leads": mdp.transition.argmax(axis=2).tolist(),
        "best": np.round(optimal_action_values(mdp), 6).tolist(),
        "walks": [{"epsilon": e, "episodes": _walk(mdp, e)} for e in EPSILONS],
    }  # fmt: skip


def _walk(mdp: FiniteMDP, epsilon: float) -> list[Plain]:
    settings = QSettings(scale=STEP_SIZE, exponent=0, epsilon=epsilon, episode_steps=LONGEST_WALK)
    found: list[Plain] = []
    for step in q_steps(mdp, settings, np.random.default_rng(SEED)):
        if step.episode > GRID_EPISODES:
            return found
        if step.episode > len(found):
            found.append({"actions": "", "explores": "", "values": []})
        found[-1]["actions"] += str(step.action)
        found[-1]["explores"] += str(int(step.explores))
        found[-1]["values"].append(round(step.value, 4))
    return found


def exploration() -> Plain:
    """Five arms, and for each strategy the pulls of some runs, with the mean regret of many."""
    arms = GaussianBandit(GAUSSIAN_MEANS, GAUSSIAN_DEVIATION)
    found = []
    for name, strategy in STRATEGIES.items():
        drawn = list(islice(pulls(arms, strategy, RUNS, np.random.default_rng(SEED)), PULLS))
        mean, error = simulated_regret(arms, strategy, PULLS, MANY, np.random.default_rng(SEED + 1))
        runs = [
            {
                "arms": "".join(str(p.arms[i]) for p in drawn),
                "rewards": [round(float(p.rewards[i]), 3) for p in drawn],
            }
            for i in range(RUNS)
        ]
        last = {"mean": round(float(mean[-1]), 2), "error": round(float(error[-1]), 2)}
        found.append({"name": name, "runs": runs, "regret": last})
    return {"means": list(arms.means), "deviation": arms.deviation, "pulls": PULLS, "many": MANY, "strategies": found}


def pole() -> Plain:
    """For each method how long every episode lasted, and where cart and pole were in one of ten."""
    learnt = []
    for method in METHODS:
        drawn = list(islice(balance(method, np.random.default_rng(SEED)), POLE_EPISODES))
        shown = [
            {
                "episode": b.episode,
                "x": np.round(b.states[:, 0], 3).tolist(),
                "angle": np.round(b.states[:, 2], 4).tolist(),
            }
            for b in drawn
            if b.episode == 1 or b.episode % EVERY == 0
        ]
        learnt.append({"name": method, "lengths": [len(b.pushes) for b in drawn], "shown": shown})
    return {"longest": LONGEST, "widest": WIDEST, "steepest": round(float(STEEPEST), 6), "methods": learnt}
