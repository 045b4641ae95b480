"""Exact values: dynamic programming and linear solves, and the moments of any estimator over every batch.

On a finite horizon values carry the time, [T+1, S] and [T, S, A]; on an infinite one (`horizon` None, γ < 1 or
certain absorption) they are stationary, [S] and [S, A]. Every sum over t below runs to T - 1, or to infinity.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numeric.chains import chain_of, endless_values, endless_visits, expected_rewards
from numeric.enumeration import count_trajectories, enumerate_trajectories, refuse_above, trajectory_blocks
from numeric.errors import EnumerationError, MDPError
from numeric.mdp import FiniteMDP, Trajectories
from numeric.policies import policy_table, softmax_probabilities
from numeric.returns import discounts

__all__ = [
    "Estimator",
    "Moments",
    "action_values",
    "advantages",
    "count_trajectories",
    "discounted_occupancy",
    "enumerate_trajectories",
    "fisher_matrix",
    "moments",
    "moments_at_once",
    "objective",
    "objective_gradient",
    "occupancy",
    "state_distribution",
    "state_values",
    "trajectory_blocks",
    "visits",
]

Floats = NDArray[np.float64]
Estimator = Callable[[Trajectories, Floats], Any]


def state_values(mdp: FiniteMDP, probabilities: ArrayLike) -> Floats:
    """V_t(s) = E[G_t | s_t = s] = Σ_a π(a|s) Q_t(s, a), V_T = 0: [T+1, S], or V = r_π + γ P_π V: [S].

    `probabilities` is π [S, A]; values are 0 in terminal states. Raises PolicyError for a bad π, MDPError for
    γ = 1 on an infinite horizon without absorption. Source: Sutton & Barto 2018, §3.5.
    """
    policy = policy_table(mdp, probabilities)
    reward = (policy * expected_rewards(mdp)).sum(axis=1)
    if mdp.horizon is None:
        return endless_values(mdp, chain_of(mdp, policy), reward)
    chain = mdp.discount * chain_of(mdp, policy)
    values = np.zeros((mdp.horizon + 1, mdp.n_states))
    for t in range(mdp.horizon - 1, -1, -1):
        values[t] = reward + chain @ values[t + 1]
    return values


def action_values(mdp: FiniteMDP, probabilities: ArrayLike) -> Floats:
    """Q_t(s, a) = Σ_{s'} P(s'|s, a) (r(s, a, s') + γ V_{t+1}(s')): [T, S, A] or [S, A], 0 in terminal states.

    `probabilities` is π [S, A]; V as in `state_values`, and its errors. Source: Sutton & Barto 2018, §3.5, with the
    time index of a finite horizon.
    """
    return _action_values(mdp, state_values(mdp, probabilities))


def advantages(mdp: FiniteMDP, probabilities: ArrayLike) -> Floats:
    """A_t(s, a) = Q_t(s, a) - V_t(s): [T, S, A] or [S, A], 0 in terminal states. Errors as `state_values`."""
    values = state_values(mdp, probabilities)
    return _action_values(mdp, values) - (values if mdp.horizon is None else values[:-1])[..., None]


def _action_values(mdp: FiniteMDP, values: Floats) -> Floats:
    later = values if mdp.horizon is None else values[1:]
    following = mdp.discount * np.tensordot(later, mdp.transition, axes=(-1, 2))
    following[..., mdp.terminal, :] = 0
    return expected_rewards(mdp) + following


def state_distribution(mdp: FiniteMDP, probabilities: ArrayLike) -> Floats:
    """P(s_t = s, the episode not over), t = 0 … T-1: [T, S]; rows sum to the probability of a step t.

    `probabilities` is π [S, A]. Raises PolicyError for a bad π, MDPError on an infinite horizon.
    """
    chain = chain_of(mdp, policy_table(mdp, probabilities))
    chain[:, mdp.terminal] = 0
    laws = np.empty((mdp.steps, mdp.n_states))
    laws[0] = mdp.initial
    for t in range(1, mdp.steps):
        laws[t] = laws[t - 1] @ chain
    return laws


def visits(mdp: FiniteMDP, probabilities: ArrayLike) -> Floats:
    """w(s) = Σ_t γ^t P(s_t = s, the episode not over), not normalised: [S]. Errors as `state_values`."""
    if mdp.horizon is None:
        return endless_visits(mdp, chain_of(mdp, policy_table(mdp, probabilities)))
    weights: Floats = discounts(mdp.discount, mdp.horizon) @ state_distribution(mdp, probabilities)
    return weights


def occupancy(mdp: FiniteMDP, probabilities: ArrayLike) -> Floats:
    """Σ_t γ^t P(s_t = s, a_t = a), not normalised: [S, A]. Errors as `state_values`."""
    return visits(mdp, probabilities)[:, None] * policy_table(mdp, probabilities)


def discounted_occupancy(mdp: FiniteMDP, probabilities: ArrayLike) -> Floats:
    """d^π(s) = (1-γ) Σ_{t=0}^∞ γ^t P(s_t = s): a law [S], d = (1-γ) ρ_0 + γ P_πᵀ d; an episode stays where it ends.

    Raises PolicyError for a bad π, MDPError on a finite horizon or for γ = 1, where d^π is no law.
    Source: Puterman 1994, §6.9; Sutton et al. 2000, §2.
    """
    if mdp.horizon is not None or mdp.discount == 1:
        raise MDPError(
            f"discount is {mdp.discount}, horizon {mdp.horizon}; d^π is a law for γ < 1 and horizon=None: "
            "take `visits` for the sum that is not normalised"
        )
    law: Floats = (1 - mdp.discount) * visits(mdp, probabilities)
    law[mdp.terminal] = mdp.discount * (law @ chain_of(mdp, policy_table(mdp, probabilities)))[mdp.terminal]
    law[mdp.terminal] /= 1 - mdp.discount
    return law


def objective(mdp: FiniteMDP, probabilities: ArrayLike) -> float:
    """J = E[G_0] = Σ_s ρ_0(s) V_0(s), with π [S, A]. Errors as `state_values`."""
    values = state_values(mdp, probabilities)
    return float(mdp.initial @ (values if mdp.horizon is None else values[0]))


def objective_gradient(mdp: FiniteMDP, theta: ArrayLike) -> Floats:
    """∂J/∂θ[s, a] = Σ_t γ^t P(s_t = s) π(a|s) A_t(s, a): logits θ [S, A] to [S, A].

    π is the tabular softmax of θ. Raises PolicyError for bad logits, MDPError as `state_values`.
    Source: Sutton & Barto 2018, §13.2 (policy gradient theorem), with softmax scores; on an infinite horizon
    Agarwal et al. 2021, JMLR 22(98), §4, equation (10).
    """
    policy = softmax_probabilities(theta)
    if mdp.horizon is None:
        return visits(mdp, policy)[:, None] * policy * advantages(mdp, policy)
    weights = discounts(mdp.discount, mdp.horizon)[:, None] * state_distribution(mdp, policy)
    gradient: Floats = policy * np.einsum("ts,tsa->sa", weights, advantages(mdp, policy))
    return gradient


def fisher_matrix(mdp: FiniteMDP, theta: ArrayLike) -> Floats:
    """F = E[Σ_t γ^t z_t z_tᵀ] = ⊕_s w(s) (diag π_s - π_s π_sᵀ), w as in `visits`: logits θ [S, A] to [S, A, S, A].

    For γ = 1 the Fisher information of θ in one trajectory; F times the advantages is ∇J on an infinite horizon;
    (1-γ) F is the mean under d^π of Kakade 2001. Raises PolicyError for bad logits, MDPError as `state_values`.
    Source: Kakade 2001, NIPS 14, §2.
    """
    policy = softmax_probabilities(theta)
    states, actions = policy.shape
    blocks = policy[:, :, None] * (np.eye(actions) - policy[:, None, :])
    fisher = np.zeros((states, actions, states, actions))
    every = np.arange(states)
    fisher[every, :, every, :] = visits(mdp, policy)[:, None, None] * blocks
    return fisher


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


def moments_at_once(
    each: Estimator,
    mdp: FiniteMDP,
    theta: ArrayLike,
    *,
    behaviour: ArrayLike | None = None,
    limit: int = 10**8,
    block: int = 1 << 12,
) -> Moments:
    """`moments` for batches of one trajectory, where each(b, θ) -> [N, ...] is f of every trajectory of b at once.

    Row n must depend on trajectory n alone: in every block ALONE rows, evenly spaced, are compared with f of that
    trajectory by itself. The blocks are of `block` trajectories at most, and so is memory.
    Raises EnumerationError where a row differs, for another number of rows, or for more than `limit` trajectories.
    """
    logits = np.array(theta, dtype=np.float64)
    logits.flags.writeable = False
    policy = softmax_probabilities(logits) if behaviour is None else behaviour
    total, count, largest = 0.0, 0, 0.0
    mean, variance = np.zeros(()), np.zeros(())
    for b, weights in trajectory_blocks(mdp, policy, block=block, limit=limit):
        values = _rows(each, b, logits)
        inside = float(weights.sum())
        centre = np.tensordot(weights, values, axes=1) / inside
        spread = np.tensordot(weights, (values - centre) ** 2, axes=1)
        share = inside / (total + inside)
        variance = variance + spread + (1 - share) * inside * (centre - mean) ** 2
        mean = mean + share * (centre - mean)
        total, count, largest = total + inside, count + len(b), max(largest, float(np.abs(values).max()))
    return Moments(mean, variance / total, count, largest)


ALONE = 3  # rows of a block that are compared with the call on one trajectory
ROUNDING = 1e-9  # by which such a row may differ, of the largest value there is


def _rows(each: Estimator, b: Trajectories, logits: Floats) -> Floats:
    values = np.asarray(each(b, logits), dtype=np.float64)
    if values.shape[:1] != (len(b),):
        raise EnumerationError(f"for {len(b)} trajectories the values have shape {values.shape}; give [{len(b)}, ...]")
    for n in {int(n) for n in np.linspace(0, len(b) - 1, ALONE)}:
        alone = np.asarray(each(b.select(slice(n, n + 1)), logits), dtype=np.float64)[0]
        if not np.abs(alone - values[n]).max() <= ROUNDING * np.abs(values).max():
            raise EnumerationError(
                f"trajectory {n} of a block gives {values[n]} among {len(b)} and {alone} by itself; "
                "let row n depend on trajectory n alone, or take `moments`"
            )
    return values


def _batches(trajectories: Trajectories, size: int) -> Iterator[Trajectories]:
    """Every batch of `size` trajectories, the last one varying fastest."""
    count = len(trajectories)
    if size == 1:
        return (trajectories.select(slice(n, n + 1)) for n in range(count))
    rows = itertools.product(range(count), repeat=size)
    return (trajectories.select(np.array(row)) for row in rows)
