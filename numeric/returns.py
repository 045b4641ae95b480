"""Returns, rewards-to-go, n-step and λ-returns and advantages of padded arrays: pure functions."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numeric.errors import TrajectoriesError

__all__ = [
    "discounts",
    "gae",
    "lambda_returns",
    "n_step_returns",
    "returns",
    "rewards_to_go",
    "td_errors",
]

Floats = NDArray[np.float64]


def discounts(gamma: float, steps: int) -> Floats:
    """γ^t, t = 0 … T-1: [T], with 0^0 = 1. Raises TrajectoriesError unless γ is in [0, 1]."""
    if not 0 <= gamma <= 1:
        raise TrajectoriesError(f"gamma is {gamma!r}; give a number in [0, 1]")
    powers: Floats = np.power(float(gamma), np.arange(steps))
    return powers


def returns(rewards: ArrayLike, gamma: float) -> Floats:
    """G_0 = Σ_{k=0}^{T-1} γ^k r_k: rewards [N, T], 0 on padding, to [N]; γ in [0, 1].

    Raises TrajectoriesError for another shape or γ. Source: Sutton & Barto 2018, §3.3, equation (3.11).
    """
    paid = _rewards(rewards)
    total: Floats = paid @ discounts(gamma, paid.shape[1])
    return total


def rewards_to_go(rewards: ArrayLike, gamma: float) -> Floats:
    """G_t = Σ_{k=t}^{T-1} γ^{k-t} r_k, t = 0 … T-1: rewards [N, T], 0 on padding, to [N, T]; γ in [0, 1].

    Computed backwards as G_t = r_t + γ G_{t+1}, G_T = 0. Raises TrajectoriesError for another shape or γ.
    Source: Sutton & Barto 2018, §3.3, equations (3.9) and (3.11).
    """
    to_go = _rewards(rewards).copy()
    discounts(gamma, 0)  # refuses a bad γ
    for t in range(to_go.shape[1] - 2, -1, -1):
        to_go[:, t] += gamma * to_go[:, t + 1]
    return to_go


def td_errors(
    rewards: ArrayLike, values: ArrayLike, next_values: ArrayLike, terminated: ArrayLike, gamma: float
) -> Floats:
    """δ_t = r_t + γ V(s_{t+1}) - V(s_t), with V(s_{t+1}) = 0 where the step terminated: all [N, T].

    `values` [N, T] is V(s_t), `next_values` [N, T] is V(s_{t+1}), also at the end of the array: the last
    column is bootstrapped, unless it is 0 there, as V_T is at the horizon. Raises TrajectoriesError.
    Source: Sutton & Barto 2018, §6.1, equation (6.5).
    """
    paid = _rewards(rewards)
    value, following, over = (_like(paid, array) for array in (values, next_values, terminated))
    discounts(gamma, 0)
    errors: Floats = paid + gamma * np.where(over > 0, 0.0, following) - value
    return errors


def gae(
    rewards: ArrayLike,
    values: ArrayLike,
    next_values: ArrayLike,
    terminated: ArrayLike,
    truncated: ArrayLike,
    gamma: float,
    trace: float,
) -> Floats:
    """Â_t = Σ_l (γλ)^l δ_{t+l}, up to the end of the episode: Â_t = δ_t + γλ Â_{t+1}, `trace` λ in [0, 1]: [N, T].

    A terminated step has V(s_{t+1}) = 0; a truncated one keeps it, and both cut the sum, so that nothing leaks
    into the step before a new start. λ = 1 is G_t - V(s_t), λ = 0 is δ_t. Arrays as in `td_errors`; on
    padding the numbers mean nothing. Raises TrajectoriesError. Source: Schulman et al. 2016, equation (16).
    """
    advantages = td_errors(rewards, values, next_values, terminated, gamma)
    if not 0 <= trace <= 1:
        raise TrajectoriesError(f"trace is {trace!r}; give λ in [0, 1]")
    goes_on = 1.0 - np.maximum(_like(advantages, terminated), _like(advantages, truncated))
    kept = gamma * trace * goes_on
    for t in range(advantages.shape[1] - 2, -1, -1):
        advantages[:, t] += kept[:, t] * advantages[:, t + 1]
    return advantages


def lambda_returns(
    rewards: ArrayLike,
    values: ArrayLike,
    next_values: ArrayLike,
    terminated: ArrayLike,
    truncated: ArrayLike,
    gamma: float,
    trace: float,
) -> Floats:
    """G^λ_t = r_t + γ ((1-λ) V(s_{t+1}) + λ G^λ_{t+1}) = V(s_t) + Â_t: [N, T], arguments as in `gae`.

    Source: Sutton & Barto 2018, §12.1, equation (12.18).
    """
    advantages = gae(rewards, values, next_values, terminated, truncated, gamma, trace)
    return advantages + np.asarray(values, dtype=np.float64)


def n_step_returns(
    rewards: ArrayLike,
    next_values: ArrayLike,
    terminated: ArrayLike,
    truncated: ArrayLike,
    gamma: float,
    n: int,
) -> Floats:
    """G^(n)_t = Σ_{l<n} γ^l r_{t+l} + γ^n V(s_{t+n}), or less where the episode ends before: [N, T].

    Ends as in `gae`: without V where it terminated, with V(s_{t+1}) where it was truncated or the array ends.
    Raises TrajectoriesError for n < 1. Source: Sutton & Barto 2018, §7.1, equation (7.1).
    """
    if n < 1:
        raise TrajectoriesError(f"n is {n!r}; give a number of steps, an integer >= 1")
    one_step = td_errors(rewards, np.zeros_like(_rewards(rewards)), next_values, terminated, gamma)
    paid = _rewards(rewards)
    ends = np.maximum(_like(paid, terminated), _like(paid, truncated)) > 0
    result = one_step
    for _ in range(n - 1):
        longer = one_step.copy()
        longer[:, :-1] = np.where(ends[:, :-1], one_step[:, :-1], paid[:, :-1] + gamma * result[:, 1:])
        result = longer
    return result


def _rewards(rewards: ArrayLike) -> Floats:
    array = np.asarray(rewards, dtype=np.float64)
    if array.ndim != 2:
        raise TrajectoriesError(f"rewards has shape {array.shape}; give a padded array [N, T]")
    return array


def _like(rewards: Floats, values: ArrayLike) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if array.shape != rewards.shape:
        raise TrajectoriesError(f"an array has shape {array.shape}, rewards {rewards.shape}; give both as [N, T]")
    return array
