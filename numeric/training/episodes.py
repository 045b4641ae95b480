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


BITS = 48  # of a uniform integer: a probability is met to 2^-48, and state · 2^48 + integer fits 63 bits
AT_ONCE = 16  # time steps between two looks whether all episodes are over


@dataclass(frozen=True, eq=False)
class Sampler:
    """The steps that P allows, their `chance` P(s'|s, a) and where each stands: number `row` of those of state `owner`.

    `last` are the last steps of each state. Episodes have at most `longest` steps: T, or where an infinite
    horizon is cut off.
    """

    mdp: FiniteMDP
    longest: int
    steps: Steps
    chance: Floats
    row: Integers
    owner: Integers
    last: Integers
    start: Floats


def sampler(mdp: FiniteMDP, longest: int) -> Sampler:
    """What all policies on `mdp` share; `longest` cuts episodes off where the horizon is infinite."""
    steps = possible_steps(mdp, np.full((mdp.n_states, mdp.n_actions), 1 / mdp.n_actions))
    chance = mdp.transition[steps.state[:-1], steps.action[:-1], steps.next_state[:-1]]
    owner = np.repeat(np.arange(mdp.n_states), np.diff(steps.start)[:-1])
    start = mdp.initial.cumsum()
    most = longest if mdp.horizon is None else mdp.horizon
    row = np.arange(len(owner)) - steps.start[owner]
    return Sampler(mdp, most, steps, chance, row, owner, steps.start[1:-1] - 1, start / start[-1])


def sample_episodes(
    kept: Sampler, policy: Floats, episodes: int, rng: np.random.Generator, *, alike: int = 1
) -> Trajectories:
    """s_0 ~ ρ_0, (a_t, s_{t+1}) ~ π(a|s_t) P(s'|s_t, a_t): `episodes` trajectories, by inverting the distribution.

    Neighbours in blocks of `alike` share s_0. The arrays are about as long as the longest episode.
    """
    bounds, over = _bounds(kept, policy), kept.mdp.n_states << BITS
    shifted = kept.steps.target << BITS
    state = np.searchsorted(kept.start, rng.random(episodes // alike), side="right").repeat(alike) << BITS
    chosen = np.empty((kept.longest, episodes), dtype=np.int64)
    for first in range(0, kept.longest, AT_ONCE):
        block = chosen[first : first + AT_ONCE]
        for t, uniform in enumerate(rng.integers(1 << BITS, size=block.shape)):
            block[t] = step = bounds.searchsorted(state + uniform, side="right")
            state = shifted.take(step)
        if state.min() == over:
            return padded_batch(kept.steps, chosen[: first + len(block)], kept.mdp.discount)
    return padded_batch(kept.steps, chosen, kept.mdp.discount)


def _bounds(kept: Sampler, policy: Floats) -> Integers:
    """s 2^48 + 2^48 Σ_{j<=k} p(step j of s), ascending over all steps: one search finds the state's and the step."""
    steps, states = kept.steps, kept.mdp.n_states
    law = np.zeros((int(kept.row.max()) + 1, states))
    law[kept.row, kept.owner] = policy[steps.state[:-1], steps.action[:-1]] * kept.chance
    inside = law.cumsum(axis=0)[kept.row, kept.owner]
    inside[kept.last] = 1
    whole = np.append(np.rint(np.minimum(inside, 1) * (1 << BITS)).astype(np.int64), 1 << BITS)
    bounds: Integers = whole + (np.append(kept.owner, states) << BITS)
    return bounds
