"""Dynamic programming equals enumeration, and moments are those of every batch."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from numeric.enumeration import enumerate_trajectories
from numeric.errors import EnumerationError
from numeric.estimators import reward_to_go, total_return
from numeric.exact import (
    action_values,
    advantages,
    moments,
    objective,
    objective_gradient,
    occupancy,
    state_distribution,
    state_values,
)
from numeric.policies import softmax_probabilities
from numeric.returns import returns, rewards_to_go

from .cases import any_case, rich_case
from .rounding import EPS, rounding


@given(any_case())
def test_the_objective_is_the_mean_return(case):
    """J = Σ_τ p(τ) G_0(τ)."""
    mdp, policy = case[0], softmax_probabilities(case[1])
    batch, weights = enumerate_trajectories(mdp, policy)
    enumerated = weights @ returns(batch.rewards, batch.gamma)
    assert abs(objective(mdp, policy) - enumerated) <= rounding(mdp, len(weights))


@given(any_case())
def test_values_are_conditional_means_of_the_rewards_to_go(case):
    """P(s_t = s) V_t(s) = E[1{s_t = s} G_t], and the same for Q with 1{s_t = s, a_t = a}."""
    mdp, policy = case[0], softmax_probabilities(case[1])
    batch, weights = enumerate_trajectories(mdp, policy)
    to_go = rewards_to_go(batch.rewards, batch.gamma)
    visits, values = state_distribution(mdp, policy), state_values(mdp, policy)
    q = action_values(mdp, policy)
    bound = rounding(mdp, len(weights))
    for t, s in np.ndindex(visits.shape):
        here = batch.mask[:, t] & (batch.obs[:, t] == s)
        assert abs(visits[t, s] - weights @ here) <= rounding(mdp, len(weights), magnitude=1)
        assert abs(visits[t, s] * values[t, s] - weights @ (here * to_go[:, t])) <= bound
        for a in range(mdp.n_actions):
            taken = here & (batch.actions[:, t] == a)
            assert abs(visits[t, s] * policy[s, a] * q[t, s, a] - weights @ (taken * to_go[:, t])) <= bound


@given(any_case())
def test_advantages_have_mean_zero_and_values_end_at_zero(case):
    mdp, policy = case[0], softmax_probabilities(case[1])
    means = (policy * advantages(mdp, policy)).sum(axis=2)
    assert np.abs(means).max() <= rounding(mdp, mdp.n_actions)
    assert not state_values(mdp, policy)[-1].any()
    assert not state_values(mdp, policy)[:, mdp.terminal].any()
    assert not action_values(mdp, policy)[:, mdp.terminal].any()


@given(any_case())
def test_rewards_that_would_follow_the_end_do_not_count(case):
    mdp, theta = case
    policy = softmax_probabilities(theta)
    after = replace(mdp, reward=np.where(mdp.terminal[:, None, None], 7.0, mdp.reward))
    for value in (state_values, action_values, state_distribution):
        assert np.array_equal(value(after, policy), value(mdp, policy))
    assert np.array_equal(objective_gradient(after, theta), objective_gradient(mdp, theta))


@given(any_case())
def test_the_occupancy_counts_discounted_visits(case):
    """Σ_{s, a} d(s, a) r(s, a) = J."""
    mdp, policy = case[0], softmax_probabilities(case[1])
    expected_reward = (mdp.transition * mdp.reward).sum(axis=2)
    total = float((occupancy(mdp, policy) * expected_reward).sum())
    assert abs(total - objective(mdp, policy)) <= rounding(mdp, mdp.n_states * mdp.n_actions)


@given(any_case())
def test_the_gradient_is_the_mean_of_returns_times_scores(case):
    """∇J = E[Σ_t γ^t G_t z_t] = E[G_0 Σ_t z_t]."""
    mdp, theta = case
    gradient = objective_gradient(mdp, theta)
    for estimator in (reward_to_go, total_return):
        exact = moments(estimator, mdp, theta)
        assert np.abs(exact.mean - gradient).max() <= rounding(mdp, exact.batches, scores=1)


def complex_objective(mdp, theta):
    """J of complex logits, by the same recursion written anew."""
    weights = np.exp(theta)
    policy = weights / weights.sum(axis=1, keepdims=True)
    value = np.zeros(mdp.n_states, complex)
    for _ in range(mdp.horizon):
        q = (mdp.transition * (mdp.reward + mdp.discount * value)).sum(axis=2)
        value = (policy * q).sum(axis=1) * ~mdp.terminal
    return mdp.initial @ value


@given(any_case())
def test_the_gradient_is_the_derivative_of_the_objective(case):
    """∂J/∂θ = Im J(θ + ih) / h, h = 1e-100: no truncation error, no cancellation."""
    mdp, theta = case
    gradient = objective_gradient(mdp, theta)
    for index in np.ndindex(theta.shape):
        moved = theta.astype(complex)
        moved[index] += 1e-100j
        derivative = complex_objective(mdp, moved).imag / 1e-100
        assert abs(derivative - gradient[index]) <= rounding(mdp, mdp.n_states * mdp.n_actions, scores=1)


@given(rich_case(max_trajectories=12))
def test_a_batch_of_two_has_the_same_mean_and_half_the_variance(case):
    mdp, theta = case
    one, two = (moments(reward_to_go, mdp, theta, batch=n) for n in (1, 2))
    assert two.batches == one.batches**2
    assert np.abs(one.mean - two.mean).max() <= rounding(mdp, two.batches, scores=1)
    # A variance is a mean of squares: its scale is the square of the largest value.
    bound = rounding(mdp, two.batches, magnitude=one.largest**2)
    assert np.abs(one.variance / 2 - two.variance).max() <= bound


@given(any_case())
def test_the_variance_is_the_mean_square_less_the_squared_mean(case):
    mdp, theta = case
    first = moments(total_return, mdp, theta)
    second = moments(lambda b, theta: total_return(b, theta) ** 2, mdp, theta)
    bound = rounding(mdp, first.batches, magnitude=max(1.0, second.largest))
    assert np.abs(first.variance - (second.mean - first.mean**2)).max() <= bound
    assert first.largest**2 <= second.largest * (1 + 4 * EPS)


def test_moments_see_every_batch_in_order():
    """An estimator that looks at the first of two trajectories has the mean of one."""
    mdp, theta = rich()
    first = moments(lambda b, theta: reward_to_go(b.select(slice(0, 1)), theta), mdp, theta, batch=2)
    assert np.abs(first.mean - objective_gradient(mdp, theta)).max() <= rounding(mdp, first.batches, scores=1)


def rich():
    from .cases import walled

    mdp, theta = walled(1)
    return replace(mdp, horizon=1), theta


def test_logits_reach_the_estimator_read_only():
    with pytest.raises(ValueError, match="read-only"):
        moments(lambda b, theta: theta.fill(0), *rich())


def test_too_many_batches_are_refused():
    with pytest.raises(EnumerationError, match="batches of 9 trajectories are more than the limit of 1,000,000"):
        moments(reward_to_go, *rich(), batch=9)
    with pytest.raises(EnumerationError, match="batch is 0; give the number of trajectories per batch"):
        moments(reward_to_go, *rich(), batch=0)
