"""Exact values: dynamic programming, and the moments of any estimator over every batch."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
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
        raise EnumerationError(
            f"batch is {batch}; give the number of trajectories per batch, an integer >= 1"
        )
    policy = softmax_probabilities(logits) if behaviour is None else behaviour
    refuse_above(limit, float(count_trajectories(mdp, policy)) ** batch, f"batches of {batch} trajectories")
    trajectories, weights = enumerate_trajectories(mdp, policy, limit=limit)
    rows = itertools.product(range(len(weights)), repeat=batch)
    batches = (trajectories.select(np.array(row)) for row in rows)
    values = np.array([np.array(estimator(b, logits), dtype=np.float64) for b in batches])
    probabilities = functools.reduce(np.multiply.outer, [weights] * batch).ravel()
    mean = np.tensordot(probabilities, values, axes=1)
    variance = np.tensordot(probabilities, (values - mean) ** 2, axes=1)
    return Moments(mean, variance, len(values), float(np.abs(values).max()))
