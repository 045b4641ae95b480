"""Moments of estimators that take many trajectories at once: the same as one call for each, in floats and exactly."""

from fractions import Fraction as F

import numpy as np
import pytest

from numeric.errors import EnumerationError
from numeric.estimators import reward_to_go, total_return
from numeric.exact import moments, moments_at_once
from numeric.mdp import FiniteMDP
from numeric.policies import softmax_probabilities
from numeric.rational import exact_moments
from numeric.returns import discounts, returns, rewards_to_go

from .cases import walled

INITIAL = np.array([F(1, 3), F(2, 3), F(0)], dtype=object)
TRANSITION = np.array(
    [
        [[F(1, 7), F(2, 7), F(4, 7)], [F(0), F(1), F(0)]],
        [[F(1, 2), F(1, 4), F(1, 4)], [F(3, 5), F(1, 5), F(1, 5)]],
        [[F(0), F(0), F(1)], [F(0), F(0), F(1)]],
    ],
    dtype=object,
)
REWARD = np.array([[[F(s - a, 2) + F(after, 3) for after in range(3)] for a in (0, 1)] for s in range(3)], dtype=object)
POLICY = np.array([[F(1, 3), F(2, 3)], [F(3, 5), F(2, 5)], [F(1, 2), F(1, 2)]], dtype=object)
TABLES = {"initial": INITIAL, "transition": TRANSITION, "reward": REWARD, "policy": POLICY}
GAMMA = F(3, 4)


def ending(horizon):
    """State 2 ends an episode."""
    initial, transition, reward = (table.astype(float) for table in (INITIAL, TRANSITION, REWARD))
    return FiniteMDP(initial, transition, reward, float(GAMMA), horizon, np.array([False, False, True]))


def weighted(b, theta, weights):
    """Σ_t w_{n,t} z_{n,t} of each trajectory: [N, S, A]."""
    states, actions = theta.shape
    cells = (np.arange(len(b))[:, None] * states + b.obs) * actions + b.actions
    sums = np.bincount(cells.ravel(), np.where(b.mask, weights, 0).ravel(), len(b) * theta.size)
    sums = sums.reshape(len(b), states, actions)
    return sums - sums.sum(axis=2, keepdims=True) * softmax_probabilities(theta)


def each_reward_to_go(b, theta):
    return weighted(b, theta, discounts(b.gamma, b.mask.shape[1]) * rewards_to_go(b.rewards, b.gamma))


def each_total_return(b, theta):
    return weighted(b, theta, np.broadcast_to(returns(b.rewards, b.gamma)[:, None], b.mask.shape))


@pytest.mark.parametrize("block", [1, 7, 1 << 13])
@pytest.mark.parametrize(("each", "one"), [(each_reward_to_go, reward_to_go), (each_total_return, total_return)])
def test_at_once_is_one_at_a_time(each, one, block):
    mdp, theta = walled(1)
    found, right = moments_at_once(each, mdp, theta, block=block), moments(one, mdp, theta)
    assert np.allclose(found.mean, right.mean, rtol=0, atol=1e-12)
    assert np.allclose(found.variance, right.variance, rtol=0, atol=1e-12)
    assert (found.batches, found.largest) == (right.batches, pytest.approx(right.largest))


def test_at_once_off_policy():
    mdp, theta = walled(2)
    behaviour = np.full(theta.shape, 0.5)
    found = moments_at_once(each_reward_to_go, mdp, theta, behaviour=behaviour)
    right = moments(reward_to_go, mdp, theta, behaviour=behaviour)
    assert np.allclose(found.mean, right.mean, rtol=0, atol=1e-12)


def test_what_looks_at_the_other_trajectories_is_refused():
    mdp, theta = walled(1)

    def centred(b, theta):
        total = returns(b.rewards, b.gamma)
        return weighted(b, theta, np.broadcast_to((total - total.mean())[:, None], b.mask.shape))

    with pytest.raises(EnumerationError, match="let row n depend on trajectory n alone"):
        moments_at_once(centred, mdp, theta)


@pytest.mark.parametrize("wrong", [reward_to_go, lambda b, theta: 1.0])
def test_what_is_no_row_a_trajectory_is_refused(wrong):
    mdp, theta = walled(1)
    with pytest.raises(EnumerationError, match=r"the values have shape .*; give \["):
        moments_at_once(wrong, mdp, theta)


def test_too_many_trajectories_are_refused_before_any_call():
    mdp, theta = walled(1)
    with pytest.raises(EnumerationError, match="are more than the limit of 10"):
        moments_at_once(None, mdp, theta, limit=10)


def test_exact_moments_are_the_sums_in_fractions():
    """E[G_0] and Var[G_0] by a recursion over all trajectories that shares no code."""
    found = {}

    def go(state, left, probability, discount, total):
        if left == 0 or state == 2:
            found[total] = found.get(total, 0) + probability
            return
        for action in (0, 1):
            for after in range(3):
                chance = POLICY[state, action] * TRANSITION[state, action, after]
                if chance:
                    gained = discount * REWARD[state, action, after]
                    go(after, left - 1, probability * chance, discount * GAMMA, total + gained)

    for state in (0, 1):
        go(state, 4, INITIAL[state], F(1), F(0))
    mean = sum(p * x for x, p in found.items())
    exact = exact_moments(each_return, ending(4), **TABLES)
    assert exact[0][()] == mean
    assert exact[1][()] == sum(p * x * x for x, p in found.items()) - mean**2


def each_return(paths):
    steps = paths.rewards.shape[1]
    powers = [GAMMA.numerator**t * GAMMA.denominator ** (steps - 1 - t) for t in range(steps)]
    return paths.rewards @ np.array(powers), paths.unit * GAMMA.denominator ** (steps - 1)


def test_exact_moments_agree_with_floats_entry_by_entry_and_beyond_64_bits():
    """The visits of each state; the common denominator of seven steps has more than 64 bits."""

    def visits(paths):
        return np.stack([((paths.states == s) & paths.mask).sum(axis=1) for s in range(3)], axis=1), 1

    def in_floats(b, theta):
        return np.stack([((b.obs == s) & b.mask).sum(axis=1) for s in range(3)], axis=1)

    theta = np.log(POLICY.astype(float))
    for horizon in (1, 3, 7):
        found = exact_moments(visits, ending(horizon), **TABLES)
        right = moments_at_once(in_floats, ending(horizon), theta)
        assert np.allclose(found[0].astype(float), right.mean, rtol=0, atol=1e-12)
        assert np.allclose(found[1].astype(float), right.variance, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"policy": POLICY + F(1, 10**18)}, "add up to .*, not to 1"),
        ({"reward": REWARD + F(1, 10)}, "reward is not the table of the MDP"),
        ({"initial": INITIAL[:2]}, "initial is not the table of the MDP"),
    ],
)
def test_tables_that_are_not_exactly_laws_or_not_those_of_the_mdp_are_refused(change, message):
    with pytest.raises(EnumerationError, match=message):
        exact_moments(each_return, ending(2), **{**TABLES, **change})


def test_values_that_are_no_integers_are_refused():
    with pytest.raises(EnumerationError, match="the values have type float64"):
        exact_moments(lambda paths: (paths.rewards / paths.unit, 1), ending(2), **TABLES)
