"""Policies: probabilities, log-probabilities and scores z = ∇_θ log π_θ(a | s), stable for any finite θ."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numeric.errors import PolicyError
from numeric.mdp import FiniteMDP
from numeric.validation import check_law

__all__ = [
    "entropy",
    "entropy_gradient",
    "gibbs_logits",
    "kl_divergence",
    "kl_gradient",
    "linear_logits",
    "linear_score",
    "policy_table",
    "sigmoid_log_probabilities",
    "sigmoid_probabilities",
    "sigmoid_score",
    "softmax_log_probabilities",
    "softmax_probabilities",
    "softmax_score",
]

Floats = NDArray[np.float64]


def sigmoid_log_probabilities(theta: float, states: int = 1) -> Floats:
    """log π(1|s) = -log(1 + e^{-θ}), log π(0|s) = -log(1 + e^θ), the same in every state: [S, 2].

    θ is any finite real number. Raises PolicyError when it is not.
    """
    value = _finite_scalar(theta)
    row = -np.logaddexp(0.0, np.array([value, -value]))
    return np.tile(row, (states, 1))


def sigmoid_probabilities(theta: float, states: int = 1) -> Floats:
    """π(1|s) = σ(θ) = 1 / (1 + e^{-θ}), π(0|s) = σ(-θ), the same in every state: [S, 2].

    θ is any finite real number. Raises PolicyError when it is not.
    Source: Williams 1992, §3 (Bernoulli-logistic units).
    """
    probabilities: Floats = np.exp(sigmoid_log_probabilities(theta, states))
    return probabilities


def sigmoid_score(theta: float, states: int = 1) -> Floats:
    """∂/∂θ log π(a|s) = a - σ(θ), a in {0, 1}, the same in every state: [S, 2], values in [-1, 1].

    θ is any finite real number. Raises PolicyError when it is not. Source: Williams 1992, §4.
    """
    # 1 - σ(θ) = σ(-θ) keeps full relative accuracy where the subtraction would cancel.
    score: Floats = sigmoid_probabilities(theta, states)[:, ::-1] * np.array([-1.0, 1.0])
    return score


def softmax_log_probabilities(theta: ArrayLike) -> Floats:
    """log π(a|s) = θ[s, a] - log Σ_b exp θ[s, b]: logits [S, A] to [S, A].

    A logit may be -inf (probability zero) as long as one logit of the state is finite.
    Raises PolicyError for NaN, +inf, a state of -inf only, or a wrong shape.
    """
    logits = _logits(theta)
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probabilities: Floats = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return log_probabilities


def softmax_probabilities(theta: ArrayLike) -> Floats:
    """π(a|s) = exp θ[s, a] / Σ_b exp θ[s, b]: logits [S, A] to probabilities [S, A], each row summing to one.

    A logit may be -inf (probability zero) as long as one logit of the state is finite.
    Raises PolicyError for NaN, +inf, a state of -inf only, or a wrong shape.
    Source: Sutton & Barto 2018, §13.1, equation (13.2).
    """
    logits = _logits(theta)
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities: Floats = weights / weights.sum(axis=1, keepdims=True)
    return probabilities


def softmax_score(theta: ArrayLike) -> Floats:
    """∂/∂θ[s, b] log π(a|s) = 1{a = b} - π(b|s): logits [S, A] to [S, A, A], indexed [s, a, b]; |z| <= 1.

    Raises PolicyError where a probability is zero (a logit is -inf): log π has no gradient there.
    Source: Sutton & Barto 2018, §13.3 (eligibility vector), exercise 13.3.
    """
    probabilities = softmax_probabilities(theta)
    zero = np.argwhere(np.isneginf(_logits(theta)))
    if len(zero):
        state, action = zero[0]
        raise PolicyError(
            f"π(a={action} | s={state}) is 0, and log π has no score there; give that action a finite logit"
        )
    score: Floats = np.eye(probabilities.shape[1]) - probabilities[:, None, :]
    return score


def linear_logits(features: ArrayLike, theta: ArrayLike) -> Floats:
    """θ·φ(s, a): features [S, A, D] and weights θ [D] to logits [S, A]; `softmax_probabilities` makes them a policy.

    Raises PolicyError for shapes that do not fit, or for an entry that is not finite.
    Source: Sutton & Barto 2018, §13.1, equation (13.3).
    """
    phi, weights = _features(features), np.asarray(theta, dtype=np.float64)
    if weights.shape != phi.shape[2:] or not np.isfinite(weights).all():
        raise PolicyError(f"θ is {theta!r}; with features {list(phi.shape)} give {phi.shape[2]} finite numbers")
    logits: Floats = phi @ weights
    return logits


def linear_score(features: ArrayLike, theta: ArrayLike) -> Floats:
    """∇_θ log π(a|s) = φ(s, a) - Σ_b π(b|s) φ(s, b), π the softmax of θ·φ: [S, A, D]. Raises PolicyError.

    Source: Sutton & Barto 2018, §13.3, exercise 13.3.
    """
    phi = _features(features)
    mean = (softmax_probabilities(linear_logits(phi, theta))[:, :, None] * phi).sum(axis=1)
    score: Floats = phi - mean[:, None, :]
    return score


def entropy(theta: ArrayLike) -> Floats:
    """H(s) = -Σ_a π(a|s) log π(a|s), 0 log 0 = 0: softmax logits [S, A] to [S], in [0, log A]. Raises PolicyError."""
    probabilities, logs = softmax_probabilities(theta), _finite_logs(theta)
    value: Floats = -(probabilities * logs).sum(axis=1)
    return value


def entropy_gradient(theta: ArrayLike) -> Floats:
    """∂H(s)/∂θ[s, b] = -π(b|s) (log π(b|s) + H(s)): logits [S, A] to [S, A]. Raises PolicyError.

    Source: Williams & Peng 1991, Connection Science 3(3).
    """
    gradient: Floats = -softmax_probabilities(theta) * (_finite_logs(theta) + entropy(theta)[:, None])
    return gradient


def kl_divergence(theta: ArrayLike, reference: ArrayLike) -> Floats:
    """KL(π‖ρ)(s) = Σ_a π(a|s) log(π(a|s) / ρ(a|s)), π and ρ the softmax of logits [S, A]: [S], >= 0.

    Raises PolicyError for bad logits, or where ρ(a|s) = 0 < π(a|s): the divergence is infinite there.
    Source: Kullback & Leibler 1951.
    """
    divergence: Floats = (softmax_probabilities(theta) * _log_ratio(theta, reference)).sum(axis=1)
    return divergence


def kl_gradient(theta: ArrayLike, reference: ArrayLike) -> Floats:
    """∂KL(π‖ρ)(s)/∂θ[s, b] = π(b|s) (log(π(b|s) / ρ(b|s)) - KL(s)): [S, A]. Raises PolicyError as `kl_divergence`."""
    ratio = _log_ratio(theta, reference)
    probabilities = softmax_probabilities(theta)
    gradient: Floats = probabilities * (ratio - (probabilities * ratio).sum(axis=1, keepdims=True))
    return gradient


def gibbs_logits(reference: ArrayLike, rewards: ArrayLike, temperature: float) -> Floats:
    """θ* = log ρ(a|s) + r(s, a) / β: the softmax of θ* is the only maximum of E_π r - β KL(π‖ρ), state by state.

    `reference` are logits [S, A], `rewards` [S, A], `temperature` β > 0. Raises PolicyError.
    Source: Ziegler et al. 2019; Rafailov et al. 2023, appendix A.1.
    """
    if not 0 < temperature < np.inf:
        raise PolicyError(f"the temperature is {temperature!r}; give β > 0")
    logits: Floats = softmax_log_probabilities(reference) + np.asarray(rewards, dtype=np.float64) / temperature
    return logits


def policy_table(mdp: FiniteMDP, probabilities: ArrayLike) -> Floats:
    """π(a|s) >= 0, Σ_a π(a|s) = 1: `probabilities` as a float64 array [S, A] that fits `mdp`.

    Raises PolicyError for another shape, a negative probability, or a row that does not sum to one.
    """
    table = np.asarray(probabilities, dtype=np.float64)
    if table.shape != (mdp.n_states, mdp.n_actions):
        raise PolicyError(f"the policy has shape {table.shape}; this MDP takes [S, A] = {mdp.transition.shape[:2]}")
    check_law(table, "π", "s a", PolicyError)
    return table


def _finite_scalar(theta: float) -> float:
    if np.ndim(theta) != 0 or not np.isfinite(theta):
        raise PolicyError(f"θ is {theta!r}; the sigmoid policy takes one finite real number")
    return float(theta)


def _logits(theta: ArrayLike) -> Floats:
    logits = np.asarray(theta, dtype=np.float64)
    if logits.ndim != 2 or logits.size == 0:
        raise PolicyError(f"θ has shape {logits.shape}; give softmax logits [S, A] with S, A >= 1")
    if not np.isfinite(logits).all():
        _check_not_finite(logits)
    return logits


def _check_not_finite(logits: Floats) -> None:
    bad = np.argwhere(np.isnan(logits) | np.isposinf(logits))
    if len(bad):
        state, action = bad[0]
        raise PolicyError(f"θ[s={state}, a={action}] is {logits[state, action]}; give a finite logit (or -inf)")
    empty = np.flatnonzero(np.isneginf(logits).all(axis=1))
    if len(empty):
        raise PolicyError(f"θ[s={empty[0]}] is -inf for every action; give the state at least one finite logit")


def _features(features: ArrayLike) -> Floats:
    phi = np.asarray(features, dtype=np.float64)
    if phi.ndim != 3 or phi.size == 0 or not np.isfinite(phi).all():
        raise PolicyError(f"the features have shape {phi.shape}; give finite numbers φ(s, a) as [S, A, D]")
    return phi


def _finite_logs(theta: ArrayLike) -> Floats:
    """log π where π > 0, else 0: it is only ever multiplied by π."""
    logs = softmax_log_probabilities(theta)
    return np.where(np.isneginf(logs), 0.0, logs)


def _log_ratio(theta: ArrayLike, reference: ArrayLike) -> Floats:
    """log π - log ρ where π > 0, else 0."""
    logs, other = softmax_log_probabilities(theta), softmax_log_probabilities(reference)
    if logs.shape != other.shape:
        raise PolicyError(f"θ has shape {logs.shape}, the reference {other.shape}; give both as [S, A]")
    impossible = np.argwhere(np.isneginf(other) & ~np.isneginf(logs))
    if len(impossible):
        state, action = impossible[0]
        raise PolicyError(
            f"the reference gives a={action} in s={state} no chance and π does; the divergence is infinite"
        )
    ratio: Floats = np.where(np.isneginf(logs), 0.0, logs) - np.where(np.isneginf(other), 0.0, other)
    return np.where(np.isneginf(logs), 0.0, ratio)
