"""∇J of a 3-state, 2-action, 10-step MDP: dynamic programming, exact, against sampling to a standard error of 1e-3.

Sampling needs max Var[f] / (1e-3)² episodes, f the reward-to-go estimate of one episode and Var its exact variance, by
a recursion over second moments that is compared with enumeration first. One batch is timed and scaled to that number.
"""

from __future__ import annotations

from math import ceil

import numpy as np
from numpy.typing import NDArray

from benchmarks import world
from benchmarks.measure import Row, Timed, WrongAnswer, times
from benchmarks.registry import benchmark
from numeric.estimators import reward_to_go
from numeric.exact import moments, objective_gradient
from numeric.mdp import FiniteMDP
from numeric.policies import softmax_probabilities
from numeric.sampling import sample_trajectories

HORIZON, BATCH, STANDARD_ERROR = 10, 1 << 14, 1e-3
Floats = NDArray[np.float64]


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


@benchmark("gradient_exact_vs_sampled", group="gradient")
def gradient_exact_vs_sampled(name: str, budget: float) -> Row:
    mdp, theta, policy, rng = world.mdp(HORIZON), world.logits(), world.policy(), np.random.default_rng(0)
    exact = Timed(lambda: objective_gradient(mdp, theta))
    batch = Timed(lambda: reward_to_go(sample_trajectories(mdp, policy, BATCH, rng), theta))
    measured = times(name, exact, batch, budget)
    assert measured.peer is not None
    needed = measured.peer * episodes_needed() / BATCH
    return Row(name, measured.ours, needed, needed / measured.ours, measured.unit)
