"""One update of each algorithm on a finite MDP: θ are the logits [S, A] of a tabular softmax, the critic a table [S].

Every gradient needs only sums over the batch of weights per (s, a): all steps there share one score and one ratio.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from numeric.estimators import standardised, weighted_scores
from numeric.mdp import FiniteMDP, Trajectories
from numeric.optimisers import adam, ascent
from numeric.policies import kl_divergence, softmax_log_probabilities, softmax_probabilities
from numeric.returns import discounts, gae, returns, rewards_to_go
from numeric.surrogates import ppo_clip_table
from numeric.training.episodes import Sampler, sample_episodes
from numeric.training.settings import (
    ActorCriticSettings,
    GRPOSettings,
    PPOSettings,
    ReinforceSettings,
    RLOOSettings,
)

__all__ = ["Update", "actor_critic", "grpo", "initial_tables", "ppo", "reinforce", "rloo", "step_of"]

Floats = NDArray[np.float64]
Arrays = dict[str, Floats]
Step = Callable[[Arrays, Arrays, Arrays, float], tuple[Arrays, Arrays]]


class Update(NamedTuple):
    """What one update leaves behind, and what it has seen; `policy` is the one that sampled."""

    parameters: Arrays
    memory: Arrays
    batch: Trajectories
    policy: Floats
    values: dict[str, float]


def initial_tables(mdp: FiniteMDP) -> Arrays:
    """θ = 0, the uniform policy, which is the reference too; the critic is 0, the returns seen so far are none."""
    logits = np.zeros((mdp.n_states, mdp.n_actions))
    return {"actor": logits, "reference": logits, "critic": np.zeros(mdp.n_states), "returns": np.zeros(3)}


def step_of(name: str) -> Step:
    """The optimiser of this name."""
    return {"ascent": ascent, "adam": adam}[name]


def reinforce(
    kept: Sampler, settings: ReinforceSettings, parameters: Arrays, memory: Arrays, rng: np.random.Generator
) -> Update:
    """θ ← θ + α (1/N) Σ_n Σ_t w_t z_t, w_t the weights of the chosen estimator."""
    theta, policy = parameters["actor"], softmax_probabilities(parameters["actor"])
    b = sample_episodes(kept, policy, settings.episodes, rng)
    rewards = regularised(b, theta, entropy_weight=settings.entropy)
    to_go = rewards_to_go(rewards, b.gamma)
    powers = discounts(b.gamma, b.mask.shape[1])
    learned = dict(parameters)
    if settings.estimator == "total-return":
        weights = np.repeat(to_go[:, :1], b.mask.shape[1], axis=1)
    elif settings.estimator == "reward-to-go":
        weights = powers * to_go
    elif settings.estimator == "constant-baseline":
        weights = powers * (to_go - mean_of_others(to_go[:, 0])[:, None])
    elif settings.estimator == "state-baseline":
        weights = powers * (to_go - parameters["critic"][b.obs])
        learned["critic"] = _fitted(parameters["critic"], b, to_go, settings.critic_rate)
    else:
        mean, spread = earlier_scale(parameters["returns"])
        weights = powers * (to_go - mean) / spread
        learned["returns"] = with_returns(parameters["returns"], to_go[b.mask])
    gradient = weighted_scores(b, theta, weights)
    step = step_of(settings.optimiser)
    moved, memory = step(learned, {"actor": gradient}, memory, settings.learning_rate)
    values = {"gradient_norm": float(np.sqrt((gradient**2).sum())), **_spread(b, theta, moved["actor"])}
    return Update(moved, memory, b, policy, values)


def actor_critic(
    kept: Sampler, settings: ActorCriticSettings, parameters: Arrays, memory: Arrays, rng: np.random.Generator
) -> Update:
    """θ ← θ + α (1/N) Σ_n Σ_t γ^t Â_t z_t, V(s) ← V(s) + α_V (mean of the λ-returns from s - V(s))."""
    theta, policy = parameters["actor"], softmax_probabilities(parameters["actor"])
    b = sample_episodes(kept, policy, settings.episodes, rng)
    rewards = regularised(b, theta, entropy_weight=settings.entropy)
    estimate, targets = _advantages(kept.mdp, b, rewards, parameters["critic"], settings.trace)
    gradient = weighted_scores(b, theta, discounts(b.gamma, b.mask.shape[1]) * estimate)
    learned = {**parameters, "critic": _fitted(parameters["critic"], b, targets, settings.critic_rate)}
    step = step_of(settings.optimiser)
    moved, memory = step(learned, {"actor": gradient}, memory, settings.learning_rate)
    values = {"gradient_norm": float(np.sqrt((gradient**2).sum())), **_spread(b, theta, moved["actor"])}
    return Update(moved, memory, b, policy, values)


def ppo(kept: Sampler, settings: PPOSettings, parameters: Arrays, memory: Arrays, rng: np.random.Generator) -> Update:
    """`epochs` ascent steps on (1/N) Σ_n Σ_t γ^t min(ρ Â, clip(ρ) Â), Â by GAE from the critic before the batch."""
    theta, policy = parameters["actor"], softmax_probabilities(parameters["actor"])
    b = sample_episodes(kept, policy, settings.episodes, rng)
    rewards = regularised(b, theta, entropy_weight=settings.entropy)
    estimate, targets = _advantages(kept.mdp, b, rewards, parameters["critic"], settings.trace)
    learned = {**parameters, "critic": _fitted(parameters["critic"], b, targets, settings.critic_rate)}
    weights = discounts(b.gamma, b.mask.shape[1]) * estimate
    moved, memory, values = _clipped_ascent(settings, learned, memory, b, policy, weights)
    return Update(moved, memory, b, policy, values)


def grpo(kept: Sampler, settings: GRPOSettings, parameters: Arrays, memory: Arrays, rng: np.random.Generator) -> Update:
    """The clipped surrogate with Â = (R - mean R) / std R in groups from one start; the penalties are part of R."""
    return _grouped(kept, settings, parameters, memory, rng, standardised)


def rloo(kept: Sampler, settings: RLOOSettings, parameters: Arrays, memory: Arrays, rng: np.random.Generator) -> Update:
    """The clipped surrogate with Â = R minus the mean of the others of its group; the penalties are part of R."""
    return _grouped(kept, settings, parameters, memory, rng, lambda total: total - mean_of_others(total))


def _grouped(
    kept: Sampler,
    settings: GRPOSettings | RLOOSettings,
    parameters: Arrays,
    memory: Arrays,
    rng: np.random.Generator,
    compare: Callable[[Floats], Floats],
) -> Update:
    theta, policy = parameters["actor"], softmax_probabilities(parameters["actor"])
    b = sample_episodes(kept, policy, settings.groups * settings.size, rng, alike=settings.size)
    rewards = regularised(b, theta, parameters["reference"], settings.kl, settings.entropy)
    total = returns(rewards, b.gamma).reshape(settings.groups, settings.size)
    weights = np.broadcast_to(compare(total).reshape(-1, 1), b.mask.shape)
    moved, memory, values = _clipped_ascent(settings, parameters, memory, b, policy, weights)
    values["kl_to_reference"] = _per_step(b, kl_divergence(theta, parameters["reference"]))[0]
    return Update(moved, memory, b, policy, values)


def _clipped_ascent(
    settings: PPOSettings | GRPOSettings | RLOOSettings,
    parameters: Arrays,
    memory: Arrays,
    b: Trajectories,
    policy: Floats,
    weights: Floats,
) -> tuple[Arrays, Arrays, dict[str, float]]:
    """`epochs` steps on the clipped surrogate of the whole batch, from the sums of the weights above and below 0."""
    states, actions, weight = b.obs[b.mask], b.actions[b.mask], weights[b.mask] / len(b)
    cells = states * policy.shape[1] + actions
    positive, negative = (
        np.bincount(cells, part, policy.size).astype(np.float64).reshape(policy.shape)
        for part in (np.maximum(weight, 0), np.minimum(weight, 0))
    )
    step, old, surrogate = step_of(settings.optimiser), parameters["actor"], 0.0
    for _ in range(settings.epochs):
        new = softmax_probabilities(parameters["actor"])
        surrogate, gradient = ppo_clip_table(new, policy, positive, negative, settings.clip)
        parameters, memory = step(parameters, {"actor": gradient}, memory, settings.learning_rate)
    ratio = softmax_probabilities(parameters["actor"])[states, actions] / policy[states, actions]
    values = {"surrogate": surrogate, "clip_fraction": float((np.abs(ratio - 1) > settings.clip).mean())}
    return parameters, memory, {**values, **_spread(b, old, parameters["actor"])}


def regularised(
    b: Trajectories,
    theta: Floats,
    reference: Floats | None = None,
    kl_weight: float = 0.0,
    entropy_weight: float = 0.0,
) -> Floats:
    """r_t - β log(π(a_t|s_t) / ρ(a_t|s_t)) - η log π(a_t|s_t): the mean return is then J - β KL + η H along the way.

    At the θ that sampled, the gradient of the logarithms themselves has mean zero, so that the score-function
    gradient of these rewards, as they stand, is that of the whole.
    """
    penalty = np.zeros_like(theta)
    if entropy_weight:
        penalty = penalty + entropy_weight * softmax_log_probabilities(theta)
    if kl_weight and reference is not None:
        penalty = penalty + kl_weight * (softmax_log_probabilities(theta) - softmax_log_probabilities(reference))
    return b.rewards - penalty[b.obs, b.actions] * b.mask if entropy_weight or kl_weight else b.rewards


def _advantages(
    mdp: FiniteMDP, b: Trajectories, rewards: Floats, critic: Floats, trace: float
) -> tuple[Floats, Floats]:
    """Â by GAE and the λ-returns V + Â; what comes after a finite horizon is worth 0."""
    here, following = critic[b.obs], critic[b.next_obs]
    if b.mask.shape[1] == mdp.horizon:
        following[:, -1] = 0
    estimate = gae(rewards, here, following, b.terminated, b.truncated, b.gamma, trace)
    return estimate, here + estimate


def _fitted(critic: Floats, b: Trajectories, targets: Floats, rate: float) -> Floats:
    """V(s) moved by `rate` of the way to the mean target of the visits to s."""
    states = b.obs[b.mask]
    counts = np.bincount(states, minlength=len(critic))
    sums = np.bincount(states, targets[b.mask], len(critic))
    seen = counts > 0
    moved: Floats = critic + rate * np.where(seen, sums / np.maximum(counts, 1) - critic, 0.0)
    return moved


def earlier_scale(seen: Floats) -> tuple[float, float]:
    """The mean and the standard deviation of the returns of earlier batches, (0, 1) before there are any.

    `seen` is their (number, sum, sum of squares). They are fixed when a batch is drawn, so that the estimate keeps the
    direction of ∇J; the batch's own would not.
    """
    count, total, squares = seen
    if count < 2:
        return 0.0, 1.0
    mean = total / count
    variance = squares / count - mean**2
    return float(mean), float(np.sqrt(variance)) if variance > 1e-12 * (1 + mean**2) else 1.0


def with_returns(seen: Floats, new: Floats) -> Floats:
    """These returns, and `seen` at half its weight: what is older than a few batches says little about the next."""
    longer: Floats = seen / 2 + np.array([new.size, new.sum(), (new**2).sum()])
    return longer


def mean_of_others(total: Floats) -> Floats:
    """(Σ_m R_m - R_n) / (N - 1) along the last axis, 0 for N = 1."""
    size = total.shape[-1]
    others: Floats = (total.sum(axis=-1, keepdims=True) - total) / max(size - 1, 1)
    return others


def _per_step(b: Trajectories, *per_state: Floats) -> list[float]:
    """The means over the steps taken."""
    visits = np.bincount(b.obs[b.mask], minlength=len(per_state[0]))
    return [float(visits @ values / visits.sum()) for values in per_state]


def _spread(b: Trajectories, old: Floats, new: Floats) -> dict[str, float]:
    """The entropy of the policy that sampled and its divergence from the new one, as means over the steps taken."""
    logs = softmax_log_probabilities(old)
    policy = np.exp(logs)
    uncertainty = -(policy * logs).sum(axis=1)
    divergence = (policy * (logs - softmax_log_probabilities(new))).sum(axis=1)
    return dict(zip(("entropy", "kl"), _per_step(b, uncertainty, divergence), strict=True))
