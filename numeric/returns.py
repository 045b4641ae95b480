"""Returns and rewards-to-go of padded reward arrays: pure functions."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numeric.errors import TrajectoriesError

__all__ = ["discounts", "returns", "rewards_to_go"]

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


def _rewards(rewards: ArrayLike) -> Floats:
    array = np.asarray(rewards, dtype=np.float64)
    if array.ndim != 2:
        raise TrajectoriesError(f"rewards has shape {array.shape}; give a padded array [N, T]")
    return array
