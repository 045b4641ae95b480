"""Every trajectory of a finite MDP with its probability, vectorised, in blocks of bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numeric.errors import EnumerationError
from numeric.mdp import FiniteMDP, Trajectories, unchecked_batch
from numeric.policies import policy_table

__all__ = [
    "Steps",
    "count_trajectories",
    "enumerate_trajectories",
    "padded_batch",
    "possible_steps",
    "refuse_above",
    "step_blocks",
    "trajectory_blocks",
]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Steps:
    """Every step (s, a, s') with p = π(a|s) P(s'|s, a) > 0, sorted by s: arrays [K].

    Steps `start[s]` … `start[s+1] - 1` leave s. State S stands for "the episode is over": a step into a
    terminal state has `target` S instead of s', so that none from a terminal state is ever taken, and the one
    step that leaves S is the padding, the last of K.
    """

    state: Integers
    action: Integers
    next_state: Integers
    probability: Floats
    reward: Floats
    ends: NDArray[np.bool_]
    target: Integers
    start: Integers


def possible_steps(mdp: FiniteMDP, probabilities: ArrayLike) -> Steps:
    """p(a, s' | s) = π(a|s) P(s'|s, a): its support, with π [S, A]. Raises PolicyError for a bad π."""
    joint = policy_table(mdp, probabilities)[:, :, None] * mdp.transition
    state, action, next_state = np.nonzero(joint)
    index = (state, action, next_state)
    ends = mdp.terminal[next_state]
    over = mdp.n_states
    return Steps(
        state=np.append(state, 0),
        action=np.append(action, 0),
        next_state=np.append(next_state, 0),
        probability=np.append(joint[index], 1.0),
        reward=np.append(mdp.reward[index], 0.0),
        ends=np.append(ends, False),
        target=np.append(np.where(ends, over, next_state), over),
        start=np.searchsorted(np.append(state, over), np.arange(over + 2)),
    )


def count_trajectories(mdp: FiniteMDP, probabilities: ArrayLike) -> int:
    """|{τ : p(τ) > 0}|, by n_t(s) = Σ_{(a, s')} n_{t+1}(s'), n_T = 1; exact up to 2^53."""
    counts = _counts(mdp, possible_steps(mdp, probabilities))
    return int(counts[0, :-1][mdp.initial > 0].sum())


def trajectory_blocks(
    mdp: FiniteMDP, probabilities: ArrayLike, *, block: int = 1 << 15, limit: int = 10**8
) -> Iterator[tuple[Trajectories, Floats]]:
    """p(τ) = ρ_0(s_0) Π_t π(a_t|s_t) P(s_{t+1}|s_t, a_t): every τ with p(τ) > 0 once, in blocks.

    Yields (batch, weights [N]) with N <= `block` (memory is O(T · block)), in lexicographic order of
    (s_0, a_0, s_1, a_1, …). Raises EnumerationError, before any work, for more than `limit` trajectories or
    a block below 1.
    """
    steps = possible_steps(mdp, probabilities)
    for chosen, weights in step_blocks(mdp, steps, block=block, limit=limit):
        yield padded_batch(steps, chosen, mdp.discount), weights


def step_blocks(mdp: FiniteMDP, steps: Steps, *, block: int, limit: int) -> Iterator[tuple[Integers, Floats]]:
    """The same as numbers of `steps`, (chosen [T, N], weights [N]): step t of trajectory n is number chosen[t, n].

    Raises as `trajectory_blocks`.
    """
    if block < 1:
        raise EnumerationError(f"block is {block}; give the number of trajectories at a time, an integer >= 1")
    counts = _counts(mdp, steps)
    starts = np.flatnonzero(mdp.initial)
    refuse_above(limit, counts[0, starts].sum(), "trajectories")
    stack = [(np.zeros((0, len(starts)), np.int64), starts, mdp.initial[starts])]
    while stack:
        prefix, state, weight = stack.pop()
        ends = np.cumsum(counts[len(prefix), state])
        if ends[-1] <= block:
            yield _complete(mdp, steps, counts, prefix, state, weight)
        elif len(state) > 1:  # the part that fits, and the rest later
            cut = max(1, int(np.searchsorted(ends, block, side="right")))
            stack.append((prefix[:, cut:], state[cut:], weight[cut:]))
            stack.append((prefix[:, :cut], state[:cut], weight[:cut]))
        else:
            step, parent = _expand(steps, state)
            longer = np.vstack([prefix[:, parent], step])
            stack.append((longer, steps.target[step], weight[parent] * steps.probability[step]))


def enumerate_trajectories(
    mdp: FiniteMDP, probabilities: ArrayLike, *, limit: int = 10**6
) -> tuple[Trajectories, Floats]:
    """p(τ) = ρ_0(s_0) Π_t π(a_t|s_t) P(s_{t+1}|s_t, a_t): every τ with p(τ) > 0 in one batch, and p(τ) [N].

    `probabilities` is π [S, A]. Raises EnumerationError for more than `limit` trajectories.
    """
    ((trajectories, weights),) = trajectory_blocks(mdp, probabilities, block=limit, limit=limit)
    return trajectories, weights


def _counts(mdp: FiniteMDP, steps: Steps) -> Floats:
    """n_t(s), the number of ways to go on from s at time t: [T+1, S+1]."""
    counts = np.ones((mdp.steps + 1, mdp.n_states + 1))
    source = np.repeat(np.arange(mdp.n_states + 1), np.diff(steps.start))
    for t in range(mdp.steps - 1, -1, -1):
        counts[t] = np.bincount(source, counts[t + 1, steps.target], mdp.n_states + 1)
    return counts


def refuse_above(limit: int, count: float, what: str) -> None:
    """Raises EnumerationError when `count` exceeds `limit`."""
    if count > limit:
        raise EnumerationError(
            f"{count:,.0f} {what} are more than the limit of {limit:,}; shorten the horizon, "
            "make the MDP smaller, or raise the limit"
        )


def _expand(steps: Steps, state: Integers) -> tuple[Integers, Integers]:
    """Every next step of each partial trajectory, and the partial trajectory that it continues."""
    first = steps.start[state]
    branches = steps.start[state + 1] - first
    parent = np.repeat(np.arange(len(state)), branches)
    before = np.cumsum(branches) - branches
    return np.arange(len(parent)) + (first - before)[parent], parent


def _complete(
    mdp: FiniteMDP, steps: Steps, counts: Floats, prefix: Integers, state: Integers, weight: Floats
) -> tuple[Integers, Floats]:
    """Every continuation of the partial trajectories; those of one prefix are neighbours: columns repeat."""
    columns = [np.repeat(column, counts[len(prefix), state].astype(np.int64)) for column in prefix]
    for t in range(len(prefix), mdp.steps):
        step, parent = _expand(steps, state)
        state = steps.target[step]
        weight = weight[parent] * steps.probability[step]
        columns.append(np.repeat(step, counts[t + 1, state].astype(np.int64)))
    return np.array(columns), weight


def padded_batch(steps: Steps, chosen: NDArray[np.integer[Any]], gamma: float) -> Trajectories:
    """The batch of trajectories whose step at time t is number chosen[t, n] of `steps`: chosen [T, N]."""
    numbers = chosen.astype(np.int64, copy=False)  # converted once, not by each of the arrays
    return unchecked_batch(
        steps.state.take(numbers).T,
        steps.action.take(numbers).T,
        steps.reward.take(numbers).T,
        steps.next_state.take(numbers).T,
        steps.ends.take(numbers).T,
        np.zeros(chosen.shape[::-1], np.bool_),
        (chosen < len(steps.state) - 1).T,
        gamma=gamma,
    )
