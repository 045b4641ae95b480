"""Exact values: dynamic programming, and the moments of any estimator over every batch."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numeric.enumeration import count_trajectories, enumerate_trajectories, refuse_above, trajectory_blocks
from numeric.errors import EnumerationError
from numeric.mdp import FiniteMDP, Trajectories
from numeric.policies import policy_table, softmax_probabilities
from numeric.returns import discounts

__all__ = [
    "Estimator",
    "Moments",
    "action_values",
    "advantages",
    "count_trajectories",
    "enumerate_trajectories",
    "moments",
    "objective",
    "objective_gradient",
    "occupancy",
    "state_distribution",
    "state_values",
    "trajectory_blocks",
]

Floats = NDArray[np.float64]
Estimator = Callable[[Trajectories, Floats], Any]


def state_values(mdp: FiniteMDP, probabilities: ArrayLike) -> Floats:
    """V_t(s) = E[G_t | s_t = s] = Σ_a π(a|s) Q_t(s, a), V_T = 0: [T+1, S], 0 in terminal states.

    `probabilities` is π [S, A]. Raises PolicyError for a bad π. Source: Sutton & Barto 2018, §3.5.
    """
    policy = policy_table(mdp, probabilities)
    reward = (policy * _expected_reward(mdp)).sum(axis=1)
    chain = mdp.discount * _chain(mdp, policy)
    values = np.zeros((mdp.horizon + 1, mdp.n_states))
    for t in range(mdp.horizon - 1, -1, -1):
        values[t] = reward + chain @ values[t + 1]
    return values


def action_values(mdp: FiniteMDP, probabilities: ArrayLike) -> Floats:
    """Q_t(s, a) = Σ_{s'} P(s'|s, a) (r(s, a, s') + γ V_{t+1}(s')): [T, S, A], 0 in terminal states.

    `probabilities` is π [S, A]; V as in `state_values`. Raises PolicyError for a bad π.
    Source: Sutton & Barto 2018, §3.5, with the time index of a finite horizon.
    """
    return _action_values(mdp, state_values(mdp, probabilities))


def advantages(mdp: FiniteMDP, probabilities: ArrayLike) -> Floats:
    """A_t(s, a) = Q_t(s, a) - V_t(s): [T, S, A], 0 in terminal states. Raises PolicyError for a bad π."""
    values = state_values(mdp, probabilities)
    return _action_values(mdp, values) - values[:-1, :, None]


def _action_values(mdp: FiniteMDP, values: Floats) -> Floats:
    following = mdp.discount * np.tensordot(values[1:], mdp.transition, axes=(1, 2))
    following[:, mdp.terminal] = 0
    return _expected_reward(mdp) + following


def _expected_reward(mdp: FiniteMDP) -> Floats:
    """r(s, a) = Σ_{s'} P(s'|s, a) r(s, a, s'): [S, A], 0 in terminal states."""
    expected: Floats = (mdp.transition * mdp.reward).sum(axis=2)
    expected[mdp.terminal] = 0
    return expected


def _chain(mdp: FiniteMDP, policy: Floats) -> Floats:
    """P_π(s'|s) = Σ_a π(a|s) P(s'|s, a), 0 from terminal states: [S, S]."""
    chain: Floats = (policy[:, :, None] * mdp.transition).sum(axis=1)
    chain[mdp.terminal] = 0
    return chain


def state_distribution(mdp: FiniteMDP, probabilities: ArrayLike) -> Floats:
    """P(s_t = s, the episode not over), t = 0 … T-1: [T, S]; rows sum to the probability of a step t.

    `probabilities` is π [S, A]. Raises PolicyError for a bad π.
    """
    chain = _chain(mdp, policy_table(mdp, probabilities))
    chain[:, mdp.terminal] = 0
    laws = np.empty((mdp.horizon, mdp.n_states))
    laws[0] = mdp.initial
    for t in range(1, mdp.horizon):
        laws[t] = laws[t - 1] @ chain
    return laws


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

    The N = `batch` trajectories are independent, from π_θ (θ the softmax logits [S, A]) or, off policy, from
    the probabilities `behaviour` [S, A]; f(b, θ) returns a number or an array of one shape, once per batch.
    Raises EnumerationError for more than `limit` batches, or a `batch` below 1.
    """
    logits = np.array(theta, dtype=np.float64)
    logits.flags.writeable = False
    if batch < 1:
        raise EnumerationError(f"batch is {batch}; give the number of trajectories per batch, an integer >= 1")
    policy = softmax_probabilities(logits) if behaviour is None else behaviour
    refuse_above(limit, float(count_trajectories(mdp, policy)) ** batch, f"batches of {batch} trajectories")
    trajectories, weights = enumerate_trajectories(mdp, policy, limit=limit)
    batches = _batches(trajectories, batch)
    values = np.array([np.array(estimator(b, logits), dtype=np.float64) for b in batches])
    probabilities = functools.reduce(np.multiply.outer, [weights] * batch).ravel()
    mean = np.tensordot(probabilities, values, axes=1)
    variance = np.tensordot(probabilities, (values - mean) ** 2, axes=1)
    return Moments(mean, variance, len(values), float(np.abs(values).max()))


def _batches(trajectories: Trajectories, size: int) -> Iterator[Trajectories]:
    """Every batch of `size` trajectories, the last one varying fastest."""
    count = len(trajectories)
    if size == 1:
        return (trajectories.select(slice(n, n + 1)) for n in range(count))
    rows = itertools.product(range(count), repeat=size)
    return (trajectories.select(np.array(row)) for row in rows)
