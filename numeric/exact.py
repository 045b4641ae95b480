"""Exact values: every trajectory with its probability, dynamic programming, moments of any estimator."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numeric.errors import EnumerationError
from numeric.mdp import FiniteMDP, Trajectories
from numeric.policies import policy_table, softmax_probabilities
from numeric.returns import discounts

__all__ = [
    "Moments",
    "Steps",
    "action_values",
    "advantages",
    "count_trajectories",
    "enumerate_trajectories",
    "moments",
    "objective",
    "objective_gradient",
    "occupancy",
    "possible_steps",
    "state_distribution",
    "state_values",
    "trajectory_blocks",
]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Estimator = Callable[[Trajectories, Floats], Any]


# --- the trajectories -------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Steps:
    """Every step (s, a, s') with p = π(a|s) P(s'|s, a) > 0, sorted by s: arrays [K].

    Steps `start[s]` … `start[s+1] - 1` leave s. State S stands for "the episode is over": a step into a terminal
    state has `target` S instead of s', and the one step that leaves S is the padding, the last of the K.
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
    joint[mdp.terminal] = 0
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
    (s_0, a_0, s_1, a_1, …). Raises EnumerationError, before any work, for more than `limit` trajectories.
    """
    steps = possible_steps(mdp, probabilities)
    counts = _counts(mdp, steps)
    starts = np.flatnonzero(mdp.initial)
    _refuse_above(limit, counts[0, starts].sum(), "trajectories")
    stack = [(np.zeros((0, len(starts)), np.int64), starts, mdp.initial[starts])]
    while stack:
        prefix, state, weight = stack.pop()
        ends = np.cumsum(counts[len(prefix), state])
        if ends[-1] <= block or len(prefix) == mdp.horizon:
            yield _complete(mdp, steps, counts, prefix, state, weight)
        elif len(state) > 1:  # the part that fits, and the rest later
            cut = max(1, min(int(np.searchsorted(ends, block, side="right")), len(state) - 1))
            stack.append((prefix[:, cut:], state[cut:], weight[cut:]))
            stack.append((prefix[:, :cut], state[:cut], weight[:cut]))
        else:
            step, parent = _expand(steps, state)
            longer = np.vstack([prefix[:, parent], step])
            stack.append((longer, steps.target[step], weight[parent] * steps.probability[step]))


def enumerate_trajectories(
    mdp: FiniteMDP, probabilities: ArrayLike, *, limit: int = 10**6
) -> tuple[Trajectories, Floats]:
    """p(τ) = ρ_0(s_0) Π_t π(a_t|s_t) P(s_{t+1}|s_t, a_t): one batch of every τ with p(τ) > 0, weights p(τ) [N].

    `probabilities` is π [S, A]. Raises EnumerationError for more than `limit` trajectories.
    """
    ((trajectories, weights),) = trajectory_blocks(mdp, probabilities, block=limit, limit=limit)
    return trajectories, weights


def _counts(mdp: FiniteMDP, steps: Steps) -> Floats:
    """n_t(s), the number of ways to go on from s at time t: [T+1, S+1]."""
    counts = np.ones((mdp.horizon + 1, mdp.n_states + 1))
    source = np.repeat(np.arange(mdp.n_states + 1), np.diff(steps.start))
    for t in range(mdp.horizon - 1, -1, -1):
        counts[t] = np.bincount(source, counts[t + 1, steps.target], mdp.n_states + 1)
    return counts


def _refuse_above(limit: int, count: float, what: str) -> None:
    if count > limit:
        raise EnumerationError(
            f"{count:,.0f} {what} are more than the limit of {limit:,}; shorten the horizon, make the MDP smaller, "
            "or raise the limit"
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
) -> tuple[Trajectories, Floats]:
    """Every continuation of the partial trajectories; those of one prefix stay together, so columns are repeats."""
    columns = [np.repeat(column, counts[len(prefix), state].astype(np.int64)) for column in prefix]
    for t in range(len(prefix), mdp.horizon):
        step, parent = _expand(steps, state)
        state = steps.target[step]
        weight = weight[parent] * steps.probability[step]
        columns.append(np.repeat(step, counts[t + 1, state].astype(np.int64)))
    return padded_batch(steps, np.array(columns), mdp.discount), weight


def padded_batch(steps: Steps, chosen: Integers, gamma: float) -> Trajectories:
    """The batch of trajectories whose step at time t is number chosen[t, n] of `steps`: chosen [T, N]."""
    chosen = chosen.T
    arrays = (
        steps.state[chosen],
        steps.action[chosen],
        steps.reward[chosen],
        steps.next_state[chosen],
        steps.ends[chosen],
        np.zeros(chosen.shape, np.bool_),
        chosen < len(steps.state) - 1,
    )
    for array in arrays:
        array.flags.writeable = False  # the batch takes it over without a copy
    return Trajectories(*arrays, gamma=gamma)


# --- dynamic programming ----------------------------------------------------------------------------------


def action_values(mdp: FiniteMDP, probabilities: ArrayLike) -> Floats:
    """Q_t(s, a) = Σ_{s'} P(s'|s, a) (r(s, a, s') + γ V_{t+1}(s')): [T, S, A], 0 in terminal states.

    `probabilities` is π [S, A]; V as in `state_values`. Raises PolicyError for a bad π.
    Source: Sutton & Barto 2018, §3.5, with the time index of a finite horizon.
    """
    policy = policy_table(mdp, probabilities)
    expected_reward = (mdp.transition * mdp.reward).sum(axis=2)
    values = np.zeros((mdp.horizon, mdp.n_states, mdp.n_actions))
    following = np.zeros(mdp.n_states)
    for t in range(mdp.horizon - 1, -1, -1):
        values[t] = expected_reward + mdp.discount * (mdp.transition @ following)
        values[t, mdp.terminal] = 0
        following = (policy * values[t]).sum(axis=1)
    return values


def state_values(mdp: FiniteMDP, probabilities: ArrayLike) -> Floats:
    """V_t(s) = E[G_t | s_t = s] = Σ_a π(a|s) Q_t(s, a), V_T = 0: [T+1, S], 0 in terminal states.

    `probabilities` is π [S, A]. Raises PolicyError for a bad π. Source: Sutton & Barto 2018, §3.5.
    """
    policy = policy_table(mdp, probabilities)
    values = (policy * action_values(mdp, policy)).sum(axis=2)
    return np.vstack([values, np.zeros(mdp.n_states)])


def advantages(mdp: FiniteMDP, probabilities: ArrayLike) -> Floats:
    """A_t(s, a) = Q_t(s, a) - V_t(s): [T, S, A], 0 in terminal states. Raises PolicyError for a bad π."""
    return action_values(mdp, probabilities) - state_values(mdp, probabilities)[:-1, :, None]


def state_distribution(mdp: FiniteMDP, probabilities: ArrayLike) -> Floats:
    """P(s_t = s, the episode not over), t = 0 … T-1: [T, S]; rows sum to the probability of a step t.

    `probabilities` is π [S, A]. Raises PolicyError for a bad π.
    """
    policy = policy_table(mdp, probabilities)
    chain = (policy[:, :, None] * mdp.transition).sum(axis=1)
    chain[:, mdp.terminal] = 0
    laws = [mdp.initial]
    for _ in range(mdp.horizon - 1):
        laws.append(laws[-1] @ chain)
    return np.array(laws)


def occupancy(mdp: FiniteMDP, probabilities: ArrayLike) -> Floats:
    """Σ_{t=0}^{T-1} γ^t P(s_t = s, a_t = a), not normalised: [S, A]. Raises PolicyError for a bad π."""
    visits = discounts(mdp.discount, mdp.horizon) @ state_distribution(mdp, probabilities)
    return visits[:, None] * policy_table(mdp, probabilities)


def objective(mdp: FiniteMDP, probabilities: ArrayLike) -> float:
    """J = E[G_0] = Σ_s ρ_0(s) V_0(s), with π [S, A]. Raises PolicyError for a bad π."""
    return float(mdp.initial @ state_values(mdp, probabilities)[0])


def objective_gradient(mdp: FiniteMDP, theta: ArrayLike) -> Floats:
    """∂J/∂θ[s, a] = Σ_{t=0}^{T-1} γ^t P(s_t = s) π(a|s) A_t(s, a): logits θ [S, A] to [S, A].

    π is the tabular softmax of θ. Raises PolicyError for bad logits.
    Source: Sutton & Barto 2018, §13.2 (policy gradient theorem), for a finite horizon and softmax scores.
    """
    policy = softmax_probabilities(theta)
    visits = discounts(mdp.discount, mdp.horizon)[:, None] * state_distribution(mdp, policy)
    gradient: Floats = policy * (visits[:, :, None] * advantages(mdp, policy)).sum(axis=0)
    return gradient


# --- moments of an estimator ------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Moments:
    """E[f(b)] and Var[f(b)] entry by entry, the number of batches, and the largest |f(b)| among them."""

    mean: Floats
    variance: Floats
    batches: int
    largest: float


def moments(
    estimator: Estimator,
    mdp: FiniteMDP,
    theta: ArrayLike,
    *,
    batch: int = 1,
    behaviour: ArrayLike | None = None,
    limit: int = 10**6,
) -> Moments:
    """E[f] = Σ_b p(b) f(b, θ), Var[f] = Σ_b p(b) (f(b, θ) - E[f])², over all batches b of N trajectories.

    The N = `batch` trajectories are independent, from π_θ (θ the softmax logits [S, A]) or, off policy, from the
    probabilities `behaviour` [S, A]; f(b, θ) returns a number or an array of one shape, once per batch.
    Raises EnumerationError for more than `limit` batches, or a `batch` below 1.
    """
    logits = np.array(theta, dtype=np.float64)
    logits.flags.writeable = False
    if batch < 1:
        raise EnumerationError(f"batch is {batch}; give the number of trajectories per batch, an integer >= 1")
    policy = softmax_probabilities(logits) if behaviour is None else behaviour
    _refuse_above(limit, float(count_trajectories(mdp, policy)) ** batch, f"batches of {batch} trajectories")
    trajectories, weights = enumerate_trajectories(mdp, policy, limit=limit)
    rows = itertools.product(range(len(weights)), repeat=batch)
    batches = (trajectories.select(np.array(row)) for row in rows)
    values = np.array([np.array(estimator(b, logits), dtype=np.float64) for b in batches])
    for _ in range(batch - 1):
        weights = np.multiply.outer(weights, weights_of_one) if False else weights
    mean = np.tensordot(weights, values, axes=1)
    variance = np.tensordot(weights, (values - mean) ** 2, axes=1)
    return Moments(mean, variance, len(values), float(np.abs(values).max()))
