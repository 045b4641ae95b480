"""Many episodes of a finite MDP under a policy that changes often: what does not depend on the policy is kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numeric.enumeration import Steps, padded_batch, possible_steps
from numeric.mdp import FiniteMDP, Trajectories

__all__ = ["Sampler", "sample_episodes", "sampler"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Sampler:
    """The steps that P allows, and where each stands in a table with a padded column per state: `row`, `column` [K].

    Episodes have at most `longest` steps: T, or where an infinite horizon is cut off.
    """

    mdp: FiniteMDP
    longest: int
    steps: Steps
    chance: Floats
    row: Integers
    column: Integers
    start: Floats


def sampler(mdp: FiniteMDP, longest: int) -> Sampler:
    """What all policies on `mdp` share; `longest` cuts episodes off where the horizon is infinite."""
    steps = possible_steps(mdp, np.full((mdp.n_states, mdp.n_actions), 1 / mdp.n_actions))
    chance = mdp.transition[steps.state[:-1], steps.action[:-1], steps.next_state[:-1]]
    column = np.repeat(np.arange(mdp.n_states), np.diff(steps.start)[:-1])
    start = mdp.initial.cumsum()
    most = longest if mdp.horizon is None else mdp.horizon
    row = np.arange(len(column)) - steps.start[column]
    return Sampler(mdp, most, steps, chance, row, column, start / start[-1])


def sample_episodes(
    kept: Sampler, policy: Floats, episodes: int, rng: np.random.Generator, *, alike: int = 1
) -> Trajectories:
    """s_0 ~ ρ_0, (a_t, s_{t+1}) ~ π(a|s_t) P(s'|s_t, a_t): `episodes` trajectories, by inverting the distribution.

    Neighbours in blocks of `alike` share s_0. The arrays are as long as the longest episode.
    """
    steps, over = kept.steps, kept.mdp.n_states
    below = _cumulative(kept, policy)
    state = np.searchsorted(kept.start, rng.random(episodes // alike), side="right").repeat(alike)
    chosen = np.empty((kept.longest, episodes), dtype=np.int64)
    for t in range(kept.longest):
        uniform = rng.random(episodes)
        step = steps.start.take(state)
        for bound in below:
            step += bound.take(state) <= uniform
        chosen[t] = step
        state = steps.target.take(step)
        if t % 4 == 3 and state.min() == over:  # all over: at most three columns of padding
            return padded_batch(steps, chosen[: t + 1], kept.mdp.discount)
    return padded_batch(steps, chosen, kept.mdp.discount)


def _cumulative(kept: Sampler, policy: Floats) -> Floats:
    """Σ_{j<=k} p(step j of s): [width - 1, S + 1], infinite from the last step of s on, so that none lies beyond."""
    width = int(kept.row.max()) + 1
    law = np.zeros((width, kept.mdp.n_states + 1))
    law[kept.row, kept.column] = policy[kept.steps.state[:-1], kept.steps.action[:-1]] * kept.chance
    bounds = law.cumsum(axis=0)
    last = np.diff(kept.steps.start) - 1
    bounds[np.arange(width)[:, None] >= last] = np.inf
    return bounds[:-1]
