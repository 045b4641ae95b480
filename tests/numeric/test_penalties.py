"""KL penalty and entropy bonus as rewards: the exact gradient of the regularised objective; frozen visits are not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric.estimators import total_return, weighted_scores
from numeric.exact import moments
from numeric.mdp import FiniteMDP, unchecked_batch
from numeric.policies import kl_gradient
from numeric.returns import discounts
from numeric.training.tabular import regularised

from .cases import rich_case
from .rounding import rounding

FIELDS = ("obs", "actions", "rewards", "next_obs", "terminated", "truncated", "mask")


def with_rewards(b, rewards):
    """The batch with other rewards."""
    arrays = {name: getattr(b, name) for name in FIELDS} | {"rewards": rewards}
    return unchecked_batch(*(arrays[name].copy() for name in FIELDS), gamma=b.gamma)


def exact_gradient(mdp, theta, reference, beta, eta):
    """∇ E Σ_t γ^t (r_t - β log(π/ρ)(a_t|s_t) - η log π(a_t|s_t)), by dynamic programming at complex θ."""
    gradient = np.zeros(theta.shape)
    other = reference - np.log(np.exp(reference).sum(axis=1, keepdims=True))
    for index in np.ndindex(theta.shape):
        moved = theta.astype(complex)
        moved[index] += 1e-100j
        log = moved - np.log(np.exp(moved).sum(axis=1, keepdims=True))
        values = np.zeros(mdp.n_states, complex)
        for _ in range(mdp.steps):
            paid = (mdp.transition * (mdp.reward + mdp.discount * values)).sum(axis=2)
            values = (np.exp(log) * (paid - beta * (log - other) - eta * log)).sum(axis=1)
            values[mdp.terminal] = 0
        gradient[index] = (mdp.initial @ values).imag / 1e-100
    return gradient


WEIGHTS = [(0.5, 0.0), (0.0, 0.5), (1.0, 0.25)]


@given(rich_case(max_trajectories=100), st.sampled_from(WEIGHTS), st.integers(0, 9))
@settings(max_examples=60)
def test_penalties_as_rewards_give_the_gradient_of_the_regularised_objective(case, weights, seed):
    mdp, theta = case
    reference = np.random.default_rng(seed).normal(size=theta.shape)

    def estimate(b, theta):
        return total_return(with_rewards(b, regularised(b, theta, reference, *weights)), theta)

    exact = moments(estimate, mdp, theta)
    off = np.abs(exact.mean - exact_gradient(mdp, theta, reference, *weights)).max()
    assert off <= rounding(mdp, exact.batches, magnitude=max(exact.largest, 20 * mdp.steps))


def test_falsehood_the_gradient_of_the_divergence_at_frozen_visits_is_that_of_the_penalty():
    """Smallest: two states, two steps, no reward. In state 1 π is far from the reference, and action 1 leads there.

    The penalty Σ_t KL(π(s_t)‖ρ(s_t)) can be lowered by going there less often; the gradient with the visits
    frozen, which is what a KL term in the loss has, knows nothing of that: it is 0 in state 0.
    """
    transition = np.zeros((2, 2, 2))
    transition[0, 0, 0] = transition[0, 1, 1] = transition[1, :, 1] = 1
    mdp = FiniteMDP([1.0, 0.0], transition, np.zeros((2, 2, 2)), 1.0, 2)
    theta, reference = np.array([[0.0, 0.0], [3.0, 0.0]]), np.zeros((2, 2))

    def frozen(b, theta):
        divergence = kl_gradient(theta, reference)
        powers = discounts(b.gamma, b.mask.shape[1])
        total = np.zeros_like(theta)
        np.add.at(
            total,
            b.obs[b.mask],
            -(powers * np.ones_like(b.rewards))[b.mask][:, None] * divergence[b.obs[b.mask]],
        )
        return total / len(b)

    right = exact_gradient(mdp, theta, reference, 1.0, 0.0)
    assert np.abs(moments(frozen, mdp, theta).mean[0]).max() <= 1e-15
    assert right[0, 0] > 0.1


def test_falsehood_a_penalty_in_the_loss_sampled_as_a_logarithm_pulls_to_the_reference():
    """The gradient of Σ_t log(π/ρ)(a_t|s_t) itself is Σ z_t, with mean 0: as a loss it does nothing."""
    mdp = FiniteMDP([1.0], np.ones((1, 2, 1)), np.zeros((1, 2, 1)))
    theta, reference = np.array([[0.0, 2.0]]), np.zeros((1, 2))
    as_loss = moments(lambda b, t: weighted_scores(b, t, -np.ones_like(b.rewards)), mdp, theta)
    assert np.abs(as_loss.mean).max() <= rounding(mdp, 2, magnitude=1)
    assert exact_gradient(mdp, theta, reference, 1.0, 0.0)[0, 0] == pytest.approx(0.2099871708, abs=1e-9)
