"""One update of each algorithm on a Gymnasium environment: actor and critic are networks of two layers.

The objective there is the mean of the plain sum of rewards over an episode. A discount below 1 in an estimate is
bias taken for less variance, and so is a critic with λ < 1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.estimators import standardised
from numeric.networks import backward, forward
from numeric.returns import gae, rewards_to_go
from numeric.surrogates import Surrogate, importance_weighted, ppo_clip
from numeric.training.rollouts import Agent, Rollout, log_softmax
from numeric.training.settings import (
    ActorCriticSettings,
    GRPOSettings,
    PPOSettings,
    ReinforceSettings,
    RLOOSettings,
)
from numeric.training.tabular import earlier_scale, mean_of_others, step_of, with_returns

__all__ = [
    "actor_critic",
    "advantages_and_targets",
    "critic_step",
    "grpo",
    "policy_gradient",
    "ppo",
    "regularised",
    "reinforce",
    "rloo",
    "state_values",
]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]
Arrays = dict[str, NDArray[Any]]

FITTED_AT_ONCE = 256  # steps in one step of the critic, where the actor takes one step a batch


def reinforce(
    settings: ReinforceSettings, agent: Agent, rollout: Rollout, rng: np.random.Generator
) -> tuple[Agent, dict[str, float]]:
    """θ ← θ + α (1/N) Σ_n Σ_t w_t z_t, w_t the weights of the chosen estimator, one episode a copy."""
    rewards = regularised(agent, rollout, settings.entropy)
    to_go = rewards_to_go(rewards.T, settings.discount).T
    if settings.estimator == "total-return":
        weights = np.broadcast_to(to_go[0], to_go.shape)
    elif settings.estimator == "reward-to-go":
        weights = to_go
    elif settings.estimator == "constant-baseline":
        weights = to_go - mean_of_others(to_go[0])
    elif settings.estimator == "state-baseline":
        weights = to_go - state_values(agent, rollout.observed[:-1])
        agent = _fitted(agent, rollout, to_go, settings.critic_rate, rng)
    else:
        mean, spread = earlier_scale(agent.parameters["returns"])
        weights = (to_go - mean) / spread
        longer = with_returns(agent.parameters["returns"], to_go[rollout.taken])
        agent = agent._replace(parameters={**agent.parameters, "returns": longer})
    return _ascent(agent, rollout, weights, settings.optimiser, settings.learning_rate)


def actor_critic(
    settings: ActorCriticSettings, agent: Agent, rollout: Rollout, rng: np.random.Generator
) -> tuple[Agent, dict[str, float]]:
    """θ ← θ + α (1/N) Σ_n Σ_t Â_t z_t, one episode a copy; the critic descends on (λ-return - V)²."""
    estimate, targets = advantages_and_targets(agent, rollout, settings.entropy, settings.discount, settings.trace)
    agent = _fitted(agent, rollout, targets, settings.critic_rate, rng)
    return _ascent(agent, rollout, estimate, settings.optimiser, settings.learning_rate)


def ppo(
    settings: PPOSettings, agent: Agent, rollout: Rollout, rng: np.random.Generator
) -> tuple[Agent, dict[str, float]]:
    """`epochs` passes in `minibatches` on min(ρ Â, clip(ρ) Â) and on the critic's squared error."""
    estimate, targets = advantages_and_targets(agent, rollout, settings.entropy, settings.discount, settings.trace)
    return _clipped_ascent(
        agent, rollout, estimate, targets, settings, settings.minibatches / rollout.rewards.size, rng
    )


def grpo(
    settings: GRPOSettings, agent: Agent, rollout: Rollout, rng: np.random.Generator
) -> tuple[Agent, dict[str, float]]:
    """The clipped surrogate with Â = (R - mean R) / std R in groups from one start; the penalties are part of R."""
    return _grouped(settings, agent, rollout, rng, standardised)


def rloo(
    settings: RLOOSettings, agent: Agent, rollout: Rollout, rng: np.random.Generator
) -> tuple[Agent, dict[str, float]]:
    """The clipped surrogate with Â = R minus the mean of the others of its group; the penalties are part of R."""
    return _grouped(settings, agent, rollout, rng, lambda total: total - mean_of_others(total))


def _grouped(
    settings: GRPOSettings | RLOOSettings,
    agent: Agent,
    rollout: Rollout,
    rng: np.random.Generator,
    compare: Callable[[Floats], Floats],
) -> tuple[Agent, dict[str, float]]:
    rewards = regularised(agent, rollout, settings.entropy, settings.kl)
    total = rewards.sum(axis=0).reshape(settings.groups, settings.size)
    weights = np.broadcast_to(compare(total).ravel(), rewards.shape)
    return _clipped_ascent(agent, rollout, weights, None, settings, 1 / total.size, rng)


def regularised(agent: Agent, rollout: Rollout, entropy_weight: float, kl_weight: float = 0.0) -> Floats:
    """r_t - β log(π(a_t|s_t) / ρ(a_t|s_t)) - η log π(a_t|s_t), 0 where no step was taken, as in `tabular`."""
    rewards = rollout.rewards - entropy_weight * rollout.log_probabilities
    if kl_weight:
        flat = rollout.observed[:-1].reshape(-1, agent.actor.inputs)
        logs = log_softmax(forward(agent.actor, agent.parameters["reference"], flat)[0])
        chosen = logs[np.arange(len(flat)), rollout.actions.ravel()].reshape(rewards.shape)
        rewards = rewards - kl_weight * (rollout.log_probabilities - chosen)
    return np.where(rollout.taken, rewards, 0.0)


def state_values(agent: Agent, observed: Floats) -> Floats:
    flat = observed.reshape(-1, agent.critic.inputs)
    return forward(agent.critic, agent.parameters["critic"], flat)[0].reshape(observed.shape[:-1])


def advantages_and_targets(
    agent: Agent, rollout: Rollout, entropy_weight: float, discount: float, trace: float
) -> tuple[Floats, Floats]:
    rewards = regularised(agent, rollout, entropy_weight)
    values = state_values(agent, rollout.observed)
    here, later = values[:-1].T, values[1:].T
    estimate = gae(rewards.T, here, later, rollout.terminated.T, rollout.truncated.T, discount, trace).T
    return estimate, values[:-1] + estimate


def _ascent(
    agent: Agent, rollout: Rollout, weights: Floats, optimiser: str, rate: float
) -> tuple[Agent, dict[str, float]]:
    """One step along (1/N) Σ_n Σ_t w_t z_t."""
    x, actions, old, weight, _ = _steps(rollout, weights, None)
    copies = rollout.rewards.shape[1]
    gradient, values = policy_gradient(agent, x, actions, importance_weighted, old, weight / copies)
    moved, memory = step_of(optimiser)(agent.parameters, {"actor": gradient}, agent.memory, rate)
    return agent._replace(parameters=moved, memory=memory), values


def _clipped_ascent(
    agent: Agent,
    rollout: Rollout,
    weights: Floats,
    targets: Floats | None,
    settings: PPOSettings | GRPOSettings | RLOOSettings,
    scale: float,
    rng: np.random.Generator,
) -> tuple[Agent, dict[str, float]]:
    """`epochs` passes on the clipped surrogate times `scale`: a number that no length of an episode can move."""
    x, actions, old, weight, target = _steps(rollout, weights * scale, targets)
    step, values = step_of(settings.optimiser), {"clip_fraction": 0.0}
    parts = settings.minibatches if isinstance(settings, PPOSettings) else 1

    def clipped(new: Floats, old: Floats, gain: Floats) -> Surrogate:
        return ppo_clip(new, old, gain, settings.clip)

    for _ in range(settings.epochs):
        for part in np.array_split(rng.permutation(len(x)), parts):
            gradient, values = policy_gradient(agent, x[part], actions[part], clipped, old[part], weight[part])
            moved, memory = step(agent.parameters, {"actor": gradient}, agent.memory, settings.learning_rate)
            agent = agent._replace(parameters=moved, memory=memory)
            if isinstance(settings, PPOSettings):
                agent = critic_step(agent, x[part], target[part], settings.critic_rate)
    return agent, values


def policy_gradient(
    agent: Agent,
    x: Floats,
    actions: Integers,
    surrogate: Callable[[Floats, Floats, Floats], Surrogate],
    old: Floats,
    weight: Floats,
) -> tuple[Floats, dict[str, float]]:
    """∇_θ Σ of the surrogate: its slope times (onehot - π) at the logits, and backpropagation from there."""
    logits, hidden = forward(agent.actor, agent.parameters["actor"], x)
    logs = log_softmax(logits)
    rows = np.arange(len(x))
    new = logs[rows, actions]
    value, slope = surrogate(new, old, weight)
    policy = np.exp(logs)
    below = policy * -slope[:, None]
    below[rows, actions] += slope
    gradient = backward(agent.actor, agent.parameters["actor"], x, hidden, below)
    values = {
        "surrogate": float(value.sum()),
        "gradient_norm": float(np.sqrt(gradient @ gradient)),
        "entropy": float(-(policy * logs).sum() / len(x)),
        "kl": float((old - new).mean()),
        "clip_fraction": float(((slope == 0) & (weight != 0)).mean()),
    }
    return gradient, values


def _fitted(agent: Agent, rollout: Rollout, targets: Floats, rate: float, rng: np.random.Generator) -> Agent:
    """One pass of the critic over the batch."""
    x, _, _, target, _ = _steps(rollout, targets, None)
    for part in np.array_split(rng.permutation(len(x)), max(1, len(x) // FITTED_AT_ONCE)):
        agent = critic_step(agent, x[part], target[part], rate)
    return agent


def critic_step(agent: Agent, x: Floats, target: Floats, rate: float) -> Agent:
    """φ ← φ + α_V ∇_φ of -½ mean (target - V_φ)², by Adam: uphill on minus the error, the hidden layer included."""
    value, hidden = forward(agent.critic, agent.parameters["critic"], x)
    slope = (target[:, None] - value) / len(x)
    gradient = backward(agent.critic, agent.parameters["critic"], x, hidden, slope)
    moved, memory = step_of("adam")(agent.parameters, {"critic": gradient}, agent.memory, rate)
    return agent._replace(parameters=moved, memory=memory)


def _steps(
    rollout: Rollout, weights: Floats, targets: Floats | None
) -> tuple[Floats, Integers, Floats, Floats, Floats]:
    """The steps that were taken, as flat arrays: observations, actions, log π_old, weights, targets."""
    taken, other = rollout.taken, weights if targets is None else targets
    before = rollout.observed[:-1][taken], rollout.actions[taken], rollout.log_probabilities[taken]
    return *before, weights[taken], other[taken]
