"""Surrogate objectives sample by sample: the value, and its derivative by log π_θ(a|s), both by hand.

ρ = π_θ(a|s) / π_old(a|s). Since dρ / d log π_θ = ρ, the gradient of a sum of values is Σ slope · z, with z = ∇ log π_θ:
`estimators.weighted_scores(b, θ, slope)` for a table, backpropagation of slope · (onehot - π) for a network.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numeric.errors import EstimatorError
from numeric.estimators import standardised
from numeric.policies import kl_divergence, kl_gradient, softmax_probabilities

__all__ = [
    "Surrogate",
    "grpo",
    "importance_weighted",
    "kl_penalised",
    "ppo_clip",
    "ppo_clip_table",
]

Floats = NDArray[np.float64]


class Surrogate(NamedTuple):
    """The value of each sample and its derivative by that sample's log π_θ(a|s), arrays of one shape."""

    value: Floats
    slope: Floats


def importance_weighted(log_new: ArrayLike, log_old: ArrayLike, advantages: ArrayLike) -> Surrogate:
    """L = ρ Â, ρ = exp(log π_θ - log π_old); dL/d log π_θ = ρ Â.

    Source: Kakade & Langford 2002; Schulman et al. 2015.
    """
    value = _ratio(log_new, log_old) * np.asarray(advantages, dtype=np.float64)
    return Surrogate(value, value)


def ppo_clip(log_new: ArrayLike, log_old: ArrayLike, advantages: ArrayLike, epsilon: float) -> Surrogate:
    """L = min(ρ Â, clip(ρ, 1-ε, 1+ε) Â), to be made large; dL/d log π_θ = ρ Â, or 0 where the clip is the smaller.

    That is where Â > 0 and ρ > 1+ε, or Â < 0 and ρ < 1-ε. Raises EstimatorError for ε <= 0.
    Source: Schulman et al. 2017, equation (7).
    """
    if not epsilon > 0:
        raise EstimatorError(f"epsilon is {epsilon!r}; give the width of the clip, ε > 0")
    ratio, gain = _ratio(log_new, log_old), np.asarray(advantages, dtype=np.float64)
    plain = ratio * gain
    clipped = np.clip(ratio, 1 - epsilon, 1 + epsilon) * gain
    return Surrogate(np.minimum(plain, clipped), np.where(clipped < plain, 0.0, plain))


def grpo(log_new: ArrayLike, log_old: ArrayLike, returns: ArrayLike, lengths: ArrayLike, epsilon: float) -> Surrogate:
    """`ppo_clip` on the returns of a group standardised: Â_n = (R_n - mean R) / std R for every step of episode n.

    `returns` [..., G] are groups along the last axis, `log_new` and `log_old` [..., G, T], `lengths` [..., G];
    steps past the length count as 0. No division by the length, which would prefer long failures.
    Source: Shao et al. 2024, equation (3), without its 1/|o|, as Liu et al. 2025.
    """
    old = np.asarray(log_old, dtype=np.float64)
    inside = np.arange(old.shape[-1]) < np.asarray(lengths)[..., None]
    gain = standardised(np.asarray(returns, dtype=np.float64))[..., None] * inside
    return ppo_clip(log_new, log_old, gain, epsilon)


def kl_penalised(theta: ArrayLike, reference: ArrayLike, gains: ArrayLike, beta: float) -> tuple[float, Floats]:
    """L = Σ_{s,a} π_θ(a|s) g(s, a) - β Σ_s KL(π_θ(s)‖ρ(s)), and ∂L/∂θ: logits [S, A], gains [S, A].

    With one state and g = r it is the objective E r - β KL, whose maximum is the softmax of log ρ + r/β; with more
    states weigh the gains, and the states' divergences are those of visits that do not depend on θ.
    Raises EstimatorError for β < 0, PolicyError for bad logits. Source: Ziegler et al. 2019, equation (2).
    """
    if not beta >= 0:
        raise EstimatorError(f"beta is {beta!r}; give the weight of the penalty, β >= 0")
    policy, gain = softmax_probabilities(theta), np.asarray(gains, dtype=np.float64)
    mean = (policy * gain).sum(axis=1, keepdims=True)
    gradient = policy * (gain - mean) - beta * kl_gradient(theta, reference)
    return float(mean.sum() - beta * kl_divergence(theta, reference).sum()), gradient


def ppo_clip_table(
    policy: Floats, old: Floats, positive: Floats, negative: Floats, epsilon: float
) -> tuple[float, Floats]:
    """The sum of `ppo_clip` over any batch, and its gradient by logits [S, A], from two sums per (s, a).

    `positive` and `negative` [S, A] are the sums of the advantages above and below 0 at (s, a): all samples of one
    (s, a) have the same ratio, so the rest of the batch does not matter. Where both are 0 the ratio does not either.
    """
    seen = (positive != 0) | (negative != 0)
    ratio = np.divide(policy, old, out=np.zeros_like(policy), where=seen)
    value = np.minimum(ratio, 1 + epsilon) * positive + np.maximum(ratio, 1 - epsilon) * negative
    slope = ratio * (positive * (ratio <= 1 + epsilon) + negative * (ratio >= 1 - epsilon))
    return float(value.sum()), slope - policy * slope.sum(axis=1, keepdims=True)


def _ratio(log_new: ArrayLike, log_old: ArrayLike) -> Floats:
    ratio: Floats = np.exp(np.asarray(log_new, dtype=np.float64) - np.asarray(log_old, dtype=np.float64))
    return ratio
