"""Two gradient estimates of one policy: `derive bias examples/estimator.py::FUNCTION` tells which one is right.

`b` is a batch of padded arrays [N, T]: obs, actions, rewards, mask, and gamma; `theta` the logits [S, A] of a tabular
softmax. The value is the batch's estimate of ∇J(θ), J(θ) = E[Σ_t γ^t r_t].
"""

import numpy as np


def reward_to_go(b, theta):
    """(1/N) Σ_i Σ_t γ^t G_t ∇ log π_θ(a_t|s_t)."""
    returns = _rewards_to_go(b.rewards, b.gamma)
    return _weighted_scores(b, theta, returns * b.gamma ** np.arange(b.rewards.shape[1]))


def reward_to_go_without_discount(b, theta):
    """(1/N) Σ_i Σ_t G_t ∇ log π_θ(a_t|s_t): γ^t is missing, as in much published code."""
    return _weighted_scores(b, theta, _rewards_to_go(b.rewards, b.gamma))


def _rewards_to_go(rewards, gamma):
    returns = np.array(rewards, dtype=float)
    for t in range(rewards.shape[1] - 2, -1, -1):
        returns[:, t] += gamma * returns[:, t + 1]
    return returns


def _weighted_scores(b, theta, weights):
    odds = np.exp(theta - theta.max(axis=1, keepdims=True))
    probabilities = odds / odds.sum(axis=1, keepdims=True)
    gradient = np.zeros_like(theta)
    for i, t in zip(*np.nonzero(b.mask), strict=True):
        state, action = b.obs[i, t], b.actions[i, t]
        gradient[state] -= weights[i, t] * probabilities[state]
        gradient[state, action] += weights[i, t]
    return gradient / len(b.rewards)
