"""What the strategies promise: rich MDPs hide no bias, and everything shrinks to what a hand can check."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from numeric.enumeration import count_trajectories, enumerate_trajectories
from numeric.exact import objective_gradient, state_values
from numeric.policies import softmax_probabilities
from numeric.strategies import batches, horizons, logits, mdps, policies, rich_logits, rich_mdps

from .cases import rich_case

ONCE = settings(database=None)


def uniform(mdp):
    return np.full((mdp.n_states, mdp.n_actions), 1 / mdp.n_actions)


@given(st.data(), st.sampled_from([500, 25, 8, 5]))
def test_rich_mdps_hide_no_bias(data, most):
    mdp = data.draw(rich_mdps(max_trajectories=most))
    batch, weights = enumerate_trajectories(mdp, uniform(mdp))
    assert len(weights) <= most
    assert mdp.discount < 1
    assert len(set(batch.mask.sum(axis=1).tolist())) > 1
    assert np.ptp(state_values(mdp, uniform(mdp))[0, ~mdp.terminal]) > 0


@given(mdps(max_states=2, max_actions=2, max_horizon=2, max_trajectories=20))
def test_mdps_keep_to_their_limits(mdp):
    assert mdp.n_states <= 2
    assert mdp.n_actions == 2
    assert mdp.horizon <= 2
    assert count_trajectories(mdp, uniform(mdp)) <= 20


@given(mdps())
def test_all_numbers_are_small_fractions(mdp):
    for number in (*mdp.transition.flat, *mdp.initial, *mdp.reward.flat, mdp.discount):
        assert float(Fraction(float(number)).limit_denominator(10)) == number


@given(policies(2, 3), logits(2, 3), rich_logits(2, 3))
def test_policies_are_tables_of_fractions_without_zeros(table, theta, rich_theta):
    for probabilities in (table, softmax_probabilities(theta), softmax_probabilities(rich_theta)):
        assert (probabilities > 0).all()
        assert np.abs(probabilities.sum(axis=1) - 1).max() <= 3 * np.finfo(float).eps
        near = [float(Fraction(float(p)).limit_denominator(9)) for p in probabilities.flat]
        assert np.abs(probabilities.ravel() - near).max() <= 8 * np.finfo(float).eps
    assert (np.ptp(rich_theta, axis=1) > 0).all()


def test_mdps_shrink_to_one_state_one_step_and_no_reward():
    mdp = find(mdps(), lambda mdp: True, settings=ONCE)
    assert (mdp.n_states, mdp.n_actions, mdp.horizon, mdp.discount) == (1, 2, 1, 1.0)
    assert not mdp.reward.any()


def test_a_reward_shrinks_to_a_single_one():
    mdp = find(mdps(), lambda mdp: mdp.reward.any(), settings=ONCE)
    assert (mdp.n_states, mdp.horizon) == (1, 1)
    assert sorted(mdp.reward.ravel()) == [0, 1]


def test_logits_shrink_to_zeros_and_policies_to_uniform():
    assert not find(logits(2, 2), lambda theta: True, settings=ONCE).any()
    assert (find(policies(2, 2), lambda table: True, settings=ONCE) == 0.5).all()


@given(horizons(4))
def test_horizons_are_positive(horizon):
    assert 1 <= horizon <= 4


@given(st.data(), rich_case())
def test_batches_are_possible_trajectories(data, case):
    mdp, policy = case[0], softmax_probabilities(case[1])
    batch = data.draw(batches(mdp, policy, max_size=3))
    assert 1 <= len(batch) <= 3
    steps = batch.obs[batch.mask], batch.actions[batch.mask], batch.next_obs[batch.mask]
    assert (mdp.transition[steps] > 0).all()


def test_most_rich_cases_have_a_gradient():
    find(rich_case(), lambda case: np.abs(objective_gradient(*case)).max() > 0.1, settings=ONCE)


def test_too_few_trajectories_for_a_rich_mdp_are_unsatisfiable():
    from hypothesis.errors import NoSuchExample, Unsatisfiable

    with pytest.raises((NoSuchExample, Unsatisfiable)):
        find(rich_mdps(max_trajectories=1), lambda mdp: True, settings=settings(database=None, max_examples=20))
