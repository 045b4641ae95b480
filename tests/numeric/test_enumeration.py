"""Every trajectory once, with its probability, in blocks; too many are refused before any work."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numeric.enumeration import count_trajectories, enumerate_trajectories, trajectory_blocks
from numeric.errors import EnumerationError, PolicyError
from numeric.mdp import FiniteMDP, Trajectories
from numeric.policies import softmax_probabilities

from .cases import any_case

FIELDS = ("obs", "actions", "rewards", "next_obs", "terminated", "truncated", "mask")


def walk(mdp, policy):
    """{(s_0, a_0, s_1, …): p} by plain recursion."""
    found = {}

    def go_on(path, p):
        if (len(path) - 1) // 2 == mdp.horizon or mdp.terminal[path[-1]]:
            found[path] = p
            return
        for a in range(mdp.n_actions):
            for following in range(mdp.n_states):
                q = p * policy[path[-1], a] * mdp.transition[path[-1], a, following]
                if q > 0:
                    go_on((*path, a, following), q)

    for s in np.flatnonzero(mdp.initial):
        go_on((int(s),), mdp.initial[s])
    return found


def path(batch, n):
    steps = int(batch.mask[n].sum())
    pairs = zip(batch.actions[n, :steps].tolist(), batch.next_obs[n, :steps].tolist(), strict=True)
    return (int(batch.obs[n, 0]), *(number for pair in pairs for number in pair))


@given(any_case())
def test_the_trajectories_are_those_of_a_plain_walk(case):
    mdp, policy = case[0], softmax_probabilities(case[1])
    batch, weights = enumerate_trajectories(mdp, policy)
    ours = {path(batch, n): weights[n] for n in range(len(batch))}
    plain = walk(mdp, policy)
    assert len(ours) == len(weights) == count_trajectories(mdp, policy)
    assert ours.keys() == plain.keys()
    largest = max(abs(ours[key] / plain[key] - 1) for key in plain)
    assert largest <= 4 * (2 * mdp.horizon + 1) * np.finfo(float).eps


@given(any_case())
def test_rewards_ends_and_padding_are_in_their_places(case):
    mdp = case[0]
    batch, _ = enumerate_trajectories(mdp, softmax_probabilities(case[1]))
    taken = batch.mask
    steps = batch.obs[taken], batch.actions[taken], batch.next_obs[taken]
    assert (batch.rewards[taken] == mdp.reward[steps]).all()
    assert (batch.terminated[taken] == mdp.terminal[batch.next_obs[taken]]).all()
    assert not batch.truncated.any()
    assert not batch.rewards[~taken].any()
    assert (batch.obs[:, 1:] == batch.next_obs[:, :-1])[taken[:, 1:]].all()
    lasting = ~batch.terminated.any(axis=1)
    assert taken[lasting].all()


@given(any_case())
def test_a_batch_taken_over_unchecked_would_pass_the_checks(case):
    batch, _ = enumerate_trajectories(case[0], softmax_probabilities(case[1]))
    again = Trajectories(*(getattr(batch, name) for name in FIELDS), gamma=batch.gamma)
    for name in FIELDS:
        assert getattr(again, name).dtype == getattr(batch, name).dtype
        assert np.array_equal(getattr(again, name), getattr(batch, name))
        assert not getattr(batch, name).flags.writeable


@given(any_case(), st.integers(1, 40))
def test_blocks_are_the_same_trajectories_in_the_same_order(case, block):
    mdp, policy = case[0], softmax_probabilities(case[1])
    whole, weights = enumerate_trajectories(mdp, policy)
    blocks = list(trajectory_blocks(mdp, policy, block=block))
    assert all(len(part) == len(p) <= block for part, p in blocks)
    assert np.array_equal(np.concatenate([p for _, p in blocks]), weights)
    for name in FIELDS:
        assert np.array_equal(np.concatenate([getattr(part, name) for part, _ in blocks]), getattr(whole, name))


def test_steps_without_probability_are_left_out():
    mdp = FiniteMDP(np.ones(1), np.ones((1, 2, 1)), np.zeros((1, 2, 1)), horizon=5)
    batch, weights = enumerate_trajectories(mdp, [[0.0, 1.0]])
    assert weights.tolist() == [1]
    assert batch.actions.tolist() == [[1] * 5]


def test_too_many_are_refused_before_any_work():
    mdp = FiniteMDP(np.ones(1), np.ones((1, 2, 1)), np.zeros((1, 2, 1)), horizon=200)
    message = r"trajectories are more than the limit of 1,000,000; shorten the horizon, make the MDP smaller"
    with pytest.raises(EnumerationError, match=message):
        enumerate_trajectories(mdp, [[0.5, 0.5]])
    with pytest.raises(EnumerationError, match="1,024 trajectories are more than the limit of 1,023"):
        next(trajectory_blocks(replace(mdp, horizon=10), [[0.5, 0.5]], limit=1023))


def test_blocks_hold_at_least_one_trajectory():
    mdp = FiniteMDP(np.ones(1), np.ones((1, 2, 1)), np.zeros((1, 2, 1)))
    with pytest.raises(EnumerationError, match="block is 0; give the number of trajectories at a time"):
        next(trajectory_blocks(mdp, [[0.5, 0.5]], block=0))


def test_a_bad_policy_is_refused():
    mdp = FiniteMDP(np.ones(1), np.ones((1, 2, 1)), np.zeros((1, 2, 1)))
    with pytest.raises(PolicyError, match=r"π\[s=0\] sums to 0.9"):
        enumerate_trajectories(mdp, [[0.5, 0.4]])
