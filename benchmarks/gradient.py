"""∇J of a 3-state, 2-action, 10-step MDP: dynamic programming, exact, against sampling to a standard error of 1e-3.

And sampling here against the same estimate in PyTorch. It takes max Var[f] / (1e-3)² episodes, f the reward-to-go
estimate of one episode and Var its exact variance, by a recursion over second moments that is compared with enumeration
first. One batch is timed and scaled to that number.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import world
from benchmarks.measure import Row, Timed, WrongAnswer, times
from benchmarks.registry import benchmark
from numeric.estimators import reward_to_go
from numeric.exact import moments, objective_gradient
from numeric.mdp import FiniteMDP
from numeric.policies import softmax_probabilities
from numeric.sampling import sample_summary

HORIZON, STANDARD_ERROR = 10, 1e-3
BATCH, BATCH_IN_TORCH = 1 << 17, 1 << 14  # what is fastest for each
Floats = NDArray[np.float64]
Draws = Callable[[Any, Any], Any]  # of an action and of the state after it


def estimate_variance(mdp: FiniteMDP, theta: Floats) -> Floats:
    """Var[Σ_t γ^t G_t z_t] of one episode, exactly, entry by entry [S, A]; the MDP has no terminal states.

    With G_t = r_t + γ G_{t+1} and Y_t = G_t z_t + γ Y_{t+1}, the second moments of (G_t, Y_t) given s_t follow from
    those at t + 1.
    """
    states, actions, gamma = mdp.n_states, mdp.n_actions, mdp.discount
    policy, r = softmax_probabilities(theta), mdp.reward
    joint = policy[:, :, None] * mdp.transition
    z = np.zeros((states, actions, states, actions, 1))  # of entry (i, j), at (s, a, s')
    for i in range(states):
        z[i, :, i, :, 0] = np.eye(actions) - policy[i][:, None]

    def before(at: Floats) -> Floats:
        """E[· | s_t], ready to be read at the state after a step."""
        ahead: Floats = (joint * at).sum(axis=(3, 4))[:, :, None, None]
        return ahead

    g = gg = np.zeros(states)
    y = gy = yy = np.zeros((states, actions, 1, 1, states))
    for _ in range(mdp.steps):
        now_g, now_gg = r + gamma * g, r**2 + 2 * gamma * r * g + gamma**2 * gg
        cross = r * y + gamma * gy  # E[G_t Y_{t+1} | s_t, a_t, s_{t+1}]
        now_yy = z**2 * now_gg + 2 * gamma * z * cross + gamma**2 * yy
        y, gy, yy = before(z * now_g + gamma * y), before(z * now_gg + gamma * cross), before(now_yy)
        g, gg = ((joint * now).sum(axis=(1, 2)) for now in (now_g, now_gg))
    first, second = ((mdp.initial * at).sum(axis=-1)[:, :, 0, 0] for at in (y, yy))
    variance: Floats = second - first**2
    return variance


def episodes_needed() -> int:
    """How many episodes bring the standard error of every entry to STANDARD_ERROR."""
    theta, short = world.logits(), world.mdp(2)
    enumerated = moments(reward_to_go, short, theta).variance
    if not np.allclose(estimate_variance(short, theta), enumerated, rtol=0, atol=1e-12):
        raise WrongAnswer("the recursion over second moments is not the variance")
    return ceil(float(estimate_variance(world.mdp(HORIZON), theta).max()) / STANDARD_ERROR**2)


def _sampled() -> Timed:
    """A batch by the fastest sampler there is here; work is the share of all that are needed."""
    mdp, policy, rng = world.mdp(HORIZON), world.policy(), np.random.default_rng(0)
    return Timed(lambda: sample_summary(mdp, policy, BATCH, rng).gradient, BATCH / _needed(), partial(_near, BATCH))


def _near(episodes: int, gradient: Any) -> bool:
    """Within eight standard errors, in every entry."""
    exact, error = (
        objective_gradient(world.mdp(HORIZON), world.logits()),
        STANDARD_ERROR * (_needed() / episodes) ** 0.5,
    )
    return bool((np.abs(np.asarray(gradient) - exact) < 8 * error).all())


@cache
def _needed() -> int:
    return episodes_needed()


@benchmark("gradient_exact_vs_sampled", group="gradient")
def gradient_exact_vs_sampled(name: str, budget: float) -> Row:
    mdp, theta = world.mdp(HORIZON), world.logits()
    return _scaled(name, Timed(lambda: objective_gradient(mdp, theta)), _sampled(), budget)


def _against_torch(name: str, budget: float, *, draws: Callable[[], Draws]) -> Row:
    """All episodes of a batch at once, a tensor operation for each time step, and backpropagation; on one thread."""
    peer = Timed(_in_torch(draws()), BATCH_IN_TORCH / _needed(), partial(_near, BATCH_IN_TORCH))
    return _scaled(name, _sampled(), peer, budget)


def _scaled(name: str, ours: Timed, peer: Timed, budget: float) -> Row:
    """The times of all the work, from one batch each."""
    measured = times(name, ours, peer, budget)
    assert measured.peer is not None
    mine, theirs = measured.ours / ours.work, measured.peer / peer.work
    return Row(name, mine, theirs, theirs / mine, measured.unit)


def _with_distributions() -> Draws:
    """As one would write it."""
    import torch
    from torch.distributions import Categorical

    transition = torch.tensor(world.mdp(HORIZON).transition)

    def draw(logs: Any, state: Any) -> Any:
        action = Categorical(logits=logs[state]).sample()
        return action, Categorical(transition[state, action]).sample()

    return draw


def _with_comparisons() -> Draws:
    """By hand: uniform numbers against cumulative rows of two actions and three states, without any check."""
    import torch

    below = torch.tensor(world.mdp(HORIZON).transition).cumsum(2)[:, :, :-1]

    def draw(logs: Any, state: Any) -> Any:
        action = (torch.rand(BATCH_IN_TORCH) >= logs.exp()[:, 0][state]).long()
        return action, (torch.rand(BATCH_IN_TORCH)[:, None] >= below[state, action]).sum(1)

    return draw


for name, draws in (
    ("gradient_sampled_vs_torch", _with_distributions),
    ("gradient_sampled_vs_torch_by_hand", _with_comparisons),
):
    benchmark(name, group="gradient", needs=("torch",))(partial(_against_torch, draws=draws))


def _in_torch(draw: Draws) -> Callable[[], Any]:
    import torch

    torch.set_num_threads(1)
    mdp, theta = world.mdp(HORIZON), torch.tensor(world.logits(), requires_grad=True)
    reward, powers = torch.tensor(mdp.reward), torch.tensor([mdp.discount**t for t in range(HORIZON)])

    def run() -> Any:
        logs = theta.log_softmax(1)
        state, scores, rewards = torch.zeros(BATCH_IN_TORCH, dtype=torch.long), [], []
        for _ in range(HORIZON):
            with torch.no_grad():
                action, after = draw(logs, state)
            scores.append(logs[state, action])
            rewards.append(reward[state, action, after])
            state = after
        paid = torch.stack(rewards) * powers[:, None]
        to_go = paid.flip(0).cumsum(0).flip(0)  # γ^t G_t
        (gradient,) = torch.autograd.grad((torch.stack(scores) * to_go).sum(0).mean(), theta)
        return gradient.numpy()

    return run
