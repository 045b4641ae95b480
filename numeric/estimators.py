"""Estimators of the policy gradient: plain functions f(b, θ) -> [S, A], averages over the batch b.

θ are the logits [S, A] of a tabular softmax and z_t = ∇_θ log π_θ(a_t | s_t).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numeric.mdp import Trajectories
from numeric.policies import softmax_probabilities
from numeric.returns import discounts, returns, rewards_to_go

__all__ = ["reward_to_go", "total_return", "weighted_scores"]

Floats = NDArray[np.float64]


def weighted_scores(b: Trajectories, theta: ArrayLike, weights: ArrayLike) -> Floats:
    """(1/N) Σ_n Σ_t w_{n,t} z_{n,t}, over the steps where the mask is True: weights [N, T] to [S, A].

    Each z is one-hot minus probabilities in row s_t, so the sum needs only Σ w per (s, a).
    Raises PolicyError for bad logits.
    """
    policy = softmax_probabilities(theta)
    cells = b.obs * policy.shape[1] + b.actions
    weight = np.where(b.mask, weights, 0.0)
    sums = np.bincount(cells.ravel(), weight.ravel(), policy.size).reshape(policy.shape)
    gradient: Floats = (sums - sums.sum(axis=1, keepdims=True) * policy) / len(b)
    return gradient


def total_return(b: Trajectories, theta: ArrayLike) -> Floats:
    """(1/N) Σ_n (Σ_{k=0}^{T-1} γ^k r_k) (Σ_{t=0}^{T-1} z_t): [S, A]. Raises PolicyError for bad logits.

    Source: Williams 1992, §5 (episodic REINFORCE), without baseline.
    """
    return weighted_scores(b, theta, returns(b.rewards, b.gamma)[:, None])


def reward_to_go(b: Trajectories, theta: ArrayLike) -> Floats:
    """(1/N) Σ_n Σ_{t=0}^{T-1} γ^t G_t z_t, G_t = Σ_{k=t}^{T-1} γ^{k-t} r_k: [S, A]. Raises PolicyError.

    Source: Sutton & Barto 2018, §13.3, the box "REINFORCE: Monte-Carlo Policy-Gradient Control" (with γ^t).
    """
    powers = discounts(b.gamma, b.rewards.shape[1])
    return weighted_scores(b, theta, powers * rewards_to_go(b.rewards, b.gamma))
