"""Objectives by name: the exact gradient of each on a case, with respect to the softmax logits θ [S, A]."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.errors import EstimatorError
from numeric.judging.case import Case
from numeric.judging.custom import custom_gradient
from numeric.judging.rollouts import rollouts
from numeric.returns import discounts, returns

__all__ = ["DISCOUNTED", "Objective", "named", "others"]

Floats = NDArray[np.float64]
Gradient = Callable[[Case], Floats]


@dataclass(frozen=True)
class Objective:
    """A name, the exact gradient, whether it is minimised (so that a loss has its gradient, not minus it)."""

    name: str
    gradient: Gradient
    minimised: bool = False
    can_be_cut: bool = False
    closed_form: bool = True


def _policy_gradient(case: Case, powers: Floats, advantages: Floats) -> Floats:
    """Σ_t c_t P(s_t = s) π(a|s) A_t(s, a)."""
    weights = (powers[:, None] * case.visits)[:, :, None]
    gradient: Floats = case.policy * (weights * advantages[: case.steps]).sum(axis=0)
    return gradient


def _discounted(case: Case) -> Floats:
    """∇ E[Σ_t γ^t r_t]; where episodes are cut, of the steps before the cut with the continuation's value as it is."""
    return _policy_gradient(case, discounts(case.mdp.discount, case.steps), case.advantages)


def _undiscounted(case: Case) -> Floats:
    """∇ E[Σ_t r_t]."""
    return _discounted(case.undiscounted())


def _summed(case: Case, reward: Floats) -> Floats:
    """∇ E[Σ_t c(s_t, a_t)], the dependence of c on θ left out: [S, A]."""
    chain = (case.policy[:, :, None] * case.mdp.transition).sum(axis=1)
    chain[case.mdp.terminal] = 0
    reward = np.where(case.mdp.terminal[:, None], 0.0, reward)
    values = np.zeros((case.steps + 1, case.mdp.n_states))
    advantages = np.zeros((case.steps, *reward.shape))
    for t in range(case.steps - 1, -1, -1):
        action_values = reward + (case.mdp.transition @ values[t + 1]) * ~case.mdp.terminal[:, None]
        values[t] = (case.policy * action_values).sum(axis=1)
        advantages[t] = action_values - values[t, :, None]
    return _policy_gradient(case, np.ones(case.steps), advantages)


def _sequence_kl(case: Case) -> Floats:
    """∇ KL(p_θ(τ) ‖ p_ref(τ)) = ∇ E[Σ_t log π/π_ref]; the inner derivative has mean zero."""
    return _summed(case, case.log_ratio)


def _token_kl(case: Case) -> Floats:
    """Σ_t E_{s_t}[∇ KL(π(·|s_t) ‖ π_ref(·|s_t))], the law of s_t held fixed."""
    kl = (case.policy * case.log_ratio).sum(axis=1, keepdims=True)
    gradient: Floats = case.visits.sum(axis=0)[:, None] * case.policy * (case.log_ratio - kl)
    return gradient


def _token_entropy(case: Case) -> Floats:
    """Σ_t E_{s_t}[∇ H(π(·|s_t))], the law of s_t held fixed."""
    surprise = -np.log(case.policy)
    entropy = (case.policy * surprise).sum(axis=1, keepdims=True)
    gradient: Floats = case.visits.sum(axis=0)[:, None] * case.policy * (surprise - entropy)
    return gradient


def _entropy(case: Case) -> Floats:
    """∇ E[Σ_t H(π(·|s_t))], the law of s_t included."""
    entropy = -(case.policy * np.log(case.policy)).sum(axis=1, keepdims=True)
    return _token_entropy(case) + _summed(case, np.broadcast_to(entropy, case.policy.shape))


def _max_at(k: int, discounted: bool, shared_start: bool) -> Gradient:
    """∇ E[max of k returns] = k Σ_τ ∇p(τ) E[max(R(τ), the largest of k - 1 others)]."""

    def gradient(case: Case) -> Floats:
        drawn = rollouts(case.on_policy())
        total = returns(drawn.arrays["rewards"], drawn.gamma if discounted else 1.0)
        groups = [drawn.starts == s for s in set(drawn.starts)] if shared_start else [np.ones(len(total), np.bool_)]
        weight = np.zeros(len(total))
        for group in groups:
            chance = float(drawn.weights[group].sum())
            weight[group] = drawn.weights[group] * k * _largest(total[group], drawn.weights[group] / chance, k - 1)
        return _scored(case, drawn.arrays, weight)

    return gradient


def _largest(total: Floats, law: Floats, others: int) -> Floats:
    """E[max(x, M)] at every x = total[i], M the largest of `others` draws from the law (-∞ for none)."""
    if not others:
        return total
    levels = np.unique(total)
    below = np.array([law[total <= level].sum() for level in levels]) ** others
    chances = np.diff(below, prepend=0.0)
    largest: Floats = np.maximum(total[:, None], levels) @ chances
    return largest


def _scored(case: Case, arrays: dict[str, Any], weight: Floats) -> Floats:
    """Σ_τ w_τ Σ_t ∇log π(a_t|s_t)."""
    mask, gradient = arrays["mask"], np.zeros_like(case.theta)
    spread = (weight[:, None] * mask)[mask]
    np.add.at(gradient, (arrays["obs"][mask], arrays["actions"][mask]), spread)
    return gradient - gradient.sum(axis=1, keepdims=True) * case.policy


DISCOUNTED = Objective("discounted J", _discounted, can_be_cut=True)
UNDISCOUNTED = Objective("undiscounted J", _undiscounted)
KL = Objective("KL", _sequence_kl, minimised=True)
TOKEN_KL = Objective("KL per token", _token_kl, minimised=True)
ENTROPY = Objective("entropy", _entropy)
TOKEN_ENTROPY = Objective("entropy per token", _token_entropy)
PLAIN = (DISCOUNTED, UNDISCOUNTED, KL, TOKEN_KL, ENTROPY, TOKEN_ENTROPY)
ALIASES = {
    "discounted": DISCOUNTED, "j": DISCOUNTED, "undiscounted": UNDISCOUNTED, "kl sequence": KL, "sequence kl": KL,
    "kl to a reference": KL, "kl token": TOKEN_KL, "token kl": TOKEN_KL, "per token kl": TOKEN_KL,
    "kl per token frozen": TOKEN_KL, "kl frozen": TOKEN_KL, "entropy frozen": TOKEN_ENTROPY,
    "per token entropy": TOKEN_ENTROPY, "token entropy": TOKEN_ENTROPY, "entropy token": TOKEN_ENTROPY,
    "frozen entropy": TOKEN_ENTROPY, "expected entropy": ENTROPY,
}  # fmt: skip


def named(objective: str | Callable[..., Any] | None, batch: int = 1, shared_start: bool = False) -> Objective:
    """The objective of this name ("max@k" takes the batch as k), or one's own. Raises EstimatorError if unknown.

    One's own is a function of the batch of all trajectories, one number a trajectory: J = E[f(τ)]; or of (mdp, theta),
    the number J or the array ∇J.
    """
    if objective is None:
        return DISCOUNTED
    if callable(objective):
        return Objective(getattr(objective, "__name__", "own objective"), custom_gradient(objective), closed_form=False)
    words = re.sub(r"[\s_-]+", " ", str(objective)).strip().lower().replace(",", "").replace("(", "").replace(")", "")
    known = {o.name.lower(): o for o in PLAIN} | ALIASES
    if words in known:
        return known[words]
    found = re.fullmatch(r"(undiscounted )?max@(k|\d+)", words)
    if found is None or found[2] == "0":
        names = ", ".join(o.name for o in PLAIN)
        raise EstimatorError(f"objective is {objective!r}; the named ones are {names}, max@k, undiscounted max@k")
    k = batch if found[2] == "k" else int(found[2])
    return _largest_of(k, not found[1], shared_start)


def _largest_of(k: int, discounted: bool, shared_start: bool) -> Objective:
    name = f"max@{k}" if discounted else f"undiscounted max@{k}"
    return Objective(name, _max_at(k, discounted, shared_start))


def others(objective: Objective, batch: int, shared_start: bool) -> list[Objective]:
    """The named objectives that an estimator might be right for instead."""
    found = [*PLAIN]
    if batch > 1:
        found += [_largest_of(batch, d, shared_start) for d in (True, False)]
    return [o for o in found if o.name != objective.name]
