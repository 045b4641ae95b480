"""Policies: probabilities, log-probabilities and scores z = ∇_θ log π_θ(a | s), stable for any finite θ."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numeric.errors import PolicyError
from numeric.mdp import FiniteMDP
from numeric.validation import check_law

__all__ = [
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
