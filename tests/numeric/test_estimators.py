"""Which estimators are unbiased, and which common mistakes are not."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import find, given, settings

from numeric.enumeration import enumerate_trajectories
from numeric.estimators import reward_to_go, total_return, weighted_scores
from numeric.exact import moments, objective_gradient
from numeric.policies import softmax_probabilities, softmax_score
from numeric.returns import discounts, returns, rewards_to_go

from .cases import any_case, off_policy_case, rich_case
from .rounding import rounding


def bias(estimator, mdp, theta, *, behaviour=None):
    """max |E f - ∇J|, and the rounding that it may have."""
    exact = moments(estimator, mdp, theta, behaviour=behaviour)
    magnitude = max(exact.largest, mdp.horizon**2 * np.abs(mdp.reward).max())
    bound = rounding(mdp, exact.batches, magnitude=magnitude)
    return np.abs(exact.mean - objective_gradient(mdp, theta)).max(), bound


@given(any_case())
@pytest.mark.parametrize("estimator", [total_return, reward_to_go])
def test_unbiased(estimator, case):
    off, bound = bias(estimator, *case)
    assert off <= bound


@given(any_case())
def test_past_rewards_cancel(case):
    """E[r_k z_t] = 0 for k < t, entry by entry."""
    mdp, theta = case
    for k in range(mdp.horizon):
        for t in range(k + 1, mdp.horizon):
            exact = moments(lambda b, theta, k=k, t=t: reward_times_score(b, theta, k, t), mdp, theta)
            assert np.abs(exact.mean).max() <= rounding(mdp, exact.batches)


def reward_times_score(b, theta, k, t):
    """(1/N) Σ_n r_k z_t."""
    weights = np.zeros_like(b.rewards)
    weights[:, t] = b.rewards[:, k]
    return weighted_scores(b, theta, weights)


@given(any_case())
def test_weighted_scores_are_their_definition(case):
    """(1/N) Σ_n Σ_t w z, by a loop over the steps."""
    mdp, theta = case
    batch, _ = enumerate_trajectories(mdp, softmax_probabilities(theta))
    weights = np.arange(batch.mask.size, dtype=float).reshape(batch.mask.shape)
    total = np.zeros_like(theta)
    for n, t in zip(*np.nonzero(batch.mask), strict=True):
        s, a = batch.obs[n, t], batch.actions[n, t]
        total[s] += weights[n, t] * softmax_score(theta)[s, a]
    error = np.abs(weighted_scores(batch, theta, weights) - total / len(batch)).max()
    assert error <= rounding(mdp, batch.mask.size, magnitude=weights.max() * mdp.horizon)


@given(off_policy_case())
def test_importance_weights_correct_off_policy_data(case):
    """E_μ[Π_t π(a_t|s_t)/μ(a_t|s_t) · f] = ∇J."""
    mdp, theta, behaviour = case

    def weighted(b, theta):
        ratios = (softmax_probabilities(theta) / behaviour)[b.obs, b.actions]
        weight = np.where(b.mask, ratios, 1).prod(axis=1)
        return weighted_scores(b, theta, (weight * returns(b.rewards, b.gamma))[:, None])

    off, bound = bias(weighted, mdp, theta, behaviour=behaviour)
    assert off <= bound


@given(any_case())
def test_a_baseline_that_depends_on_the_state_alone_does_no_harm(case):
    off, bound = bias(lambda b, theta: with_baseline(b, theta, 1.0 * b.obs), *case)
    assert off <= 4 * bound  # the baseline is at most 2, and enters like a reward


def with_baseline(b, theta, baseline):
    """(1/N) Σ_n Σ_t γ^t (G_t - b_t) z_t."""
    powers = discounts(b.gamma, b.rewards.shape[1])
    return weighted_scores(b, theta, powers * (rewards_to_go(b.rewards, b.gamma) - baseline))


# --- falsehoods, shown to be false ------------------------------------------------------------------------


def reward_to_go_without_discount_power(b, theta):
    """Σ_t G_t z_t, without γ^t: the textbook box as it is usually programmed."""
    return weighted_scores(b, theta, rewards_to_go(b.rewards, b.gamma))


def action_dependent_baseline(b, theta):
    """Σ_t γ^t (G_t - a_t) z_t: the baseline looks at the action."""
    return with_baseline(b, theta, 1.0 * b.actions)


def past_rewards_alone(b, theta):
    """Σ_t (G_0 - γ^t G_t) z_t: the rewards before t, without those that the action can change."""
    return total_return(b, theta) - reward_to_go(b, theta)


def mask_ignored(b, theta):
    """G_0 Σ_t z_t, over the padding too."""
    return total_return(replace(b, mask=np.ones_like(b.mask)), theta)


def mean_over_steps(b, theta):
    """The sum over the steps divided by their number, which is random."""
    return reward_to_go(b, theta) * len(b) / b.mask.sum()


FALSEHOODS = [
    reward_to_go_without_discount_power,
    action_dependent_baseline,
    past_rewards_alone,
    mask_ignored,
    mean_over_steps,
]


@pytest.mark.parametrize("falsehood", FALSEHOODS)
def test_falsehood(falsehood):
    """On some rich MDP the bias is more than a hundredth: no rounding makes that."""
    find(rich_case(), lambda case: bias(falsehood, *case)[0] > 0.01, settings=settings(database=None))


@given(rich_case())
@settings(max_examples=20)
def test_without_the_discount_power_it_is_right_at_gamma_one(case):
    off, bound = bias(reward_to_go_without_discount_power, replace(case[0], discount=1.0), case[1])
    assert off <= bound


def test_off_policy_data_without_correction_is_biased():
    def biased(case):
        mdp, theta, behaviour = case
        return bias(reward_to_go, mdp, theta, behaviour=behaviour)[0] > 0.01

    find(off_policy_case(), biased, settings=settings(database=None))


def test_a_present_reward_does_not_cancel():
    def present(case):
        return np.abs(moments(lambda b, theta: reward_times_score(b, theta, 1, 1), *case).mean).max() > 0.01

    find(rich_case(), present, settings=settings(database=None))
