"""Samples follow the exact law. Every comparison is paid for from the budget in `monte_carlo`."""

import tracemalloc

import numpy as np
import pytest

from numeric.enumeration import enumerate_trajectories, possible_steps
from numeric.errors import PolicyError, SamplingError
from numeric.estimators import reward_to_go, total_return
from numeric.exact import moments, objective, objective_gradient, state_distribution
from numeric.mdp import FiniteMDP, Trajectories
from numeric.policies import sigmoid_probabilities, softmax_probabilities, softmax_score
from numeric.returns import discounts, returns, rewards_to_go
from numeric.sampling import alias_table, cell_table, sample_blocks, sample_summary, sample_trajectories
from numeric.worlds import number_line, quiz_bandit

from .cases import walled
from .monte_carlo import check_mean, stream

EPISODES = 400_000
SEEDS = (1, 2, 3)


def per_episode(b, theta, weights):
    """Σ_t w_{n,t} z_{n,t} of every episode: [N, S, A]."""
    score = softmax_score(theta)
    values = np.zeros((len(b), *theta.shape))
    rows = np.arange(len(b))
    for t in range(b.mask.shape[1]):
        s, a = b.obs[:, t], b.actions[:, t]
        values[rows, s] += (weights[:, t] * b.mask[:, t])[:, None] * score[s, a]
    return values


def total_return_weights(b):
    return np.repeat(returns(b.rewards, b.gamma)[:, None], b.mask.shape[1], axis=1)


def reward_to_go_weights(b):
    return discounts(b.gamma, b.mask.shape[1]) * rewards_to_go(b.rewards, b.gamma)


def spread(values, exact):
    """max |X - μ| over all trajectories: the range that Bernstein's inequality needs."""
    return np.abs(values - exact).max(axis=0)


def test_quiz_bandit():
    """r z has mean σ(1-σ) and mean square σ(1-σ)²; a bias of 0.003 would be found."""
    right = sigmoid_probabilities(0.5)[0, 1]
    b = sample_trajectories(quiz_bandit(), sigmoid_probabilities(0.5), EPISODES, stream("quiz_bandit"))
    values = b.rewards[:, 0] * (b.actions[:, 0] - right)
    for power in (1, 2):
        exact = right * (1 - right) ** power
        variance = right * (1 - right) ** (2 * power) - exact**2
        check_mean(
            "quiz_bandit",
            (values**power).mean(),
            EPISODES,
            exact,
            variance,
            max(exact, (1 - right) ** power),
            0.003,
        )


def test_number_line():
    """J(0.8) = 0.64; a bias of 0.008 would be found."""
    b = sample_trajectories(number_line(), np.tile([0.2, 0.8], (5, 1)), EPISODES, stream("number_line"))
    mean = returns(b.rewards, b.gamma).mean()
    check_mean("number_line", mean, EPISODES, 0.64, 0.64 * 0.36, 0.64, 0.008)


def test_every_trajectory_comes_as_often_as_it_should():
    """The frequency of each trajectory is its probability; a bias of 0.004 would be found."""
    mdp, theta = walled(1)
    policy = softmax_probabilities(theta)
    every, p = enumerate_trajectories(mdp, policy)
    sampled = sample_trajectories(mdp, policy, EPISODES, stream("trajectory_frequencies"))
    keys, counts = np.unique(codes(sampled), return_counts=True)
    assert np.isin(keys, codes(every)).all()
    likely = np.argsort(-p)[:399]
    order = codes(every)[likely]
    frequency = np.zeros(len(order))
    index = np.searchsorted(keys, order).clip(max=len(keys) - 1)
    frequency[keys[index] == order] = counts[index][keys[index] == order] / EPISODES
    frequency, p = np.append(frequency, 1 - frequency.sum()), np.append(p[likely], 1 - p[likely].sum())
    check_mean("trajectory_frequencies", frequency, EPISODES, p, p * (1 - p), np.maximum(p, 1 - p), 0.004)


def codes(b):
    """One number for each trajectory, from its states and actions."""
    numbers = b.obs[:, 0]
    for t in range(b.mask.shape[1]):
        step = np.where(b.mask[:, t], 1 + b.actions[:, t] * 10 + b.next_obs[:, t], 0)
        numbers = numbers * 100 + step
    return numbers


def test_first_states_follow_the_initial_law():
    """A bias of 0.008 would be found; a state without probability never comes."""
    mdp, theta = walled(2)
    b = sample_trajectories(mdp, softmax_probabilities(theta), EPISODES, stream("first_states"))
    frequency = np.bincount(b.obs[:, 0], minlength=4) / EPISODES
    p = mdp.initial
    assert frequency[3] == 0
    check_mean("first_states", frequency, EPISODES, p, p * (1 - p), np.maximum(p, 1 - p) * (p > 0), 0.008)


def test_on_policy_gradients():
    """Both estimators have the mean ∇J, entry by entry; a bias of 0.013 would be found."""
    rng = stream("on_policy_gradients")
    for seed in SEEDS:
        mdp, theta = walled(seed)
        policy = softmax_probabilities(theta)
        every, _ = enumerate_trajectories(mdp, policy)
        sampled = sample_trajectories(mdp, policy, EPISODES, rng)
        for weights, estimator in (
            (total_return_weights, total_return),
            (reward_to_go_weights, reward_to_go),
        ):
            exact = objective_gradient(mdp, theta)
            largest = spread(per_episode(every, theta, weights(every)), exact)
            mean = per_episode(sampled, theta, weights(sampled)).mean(axis=0)
            variance = moments(estimator, mdp, theta).variance
            check_mean("on_policy_gradients", mean, EPISODES, exact, variance, largest, 0.013)


def test_off_policy_gradients():
    """Importance weights correct uniform behaviour; a bias of 0.012 would be found."""
    rng = stream("off_policy_gradients")
    for seed in SEEDS:
        mdp, theta = walled(seed)
        uniform = np.full((4, 2), 0.5)

        def values(b, theta=theta, uniform=uniform):
            ratios = (softmax_probabilities(theta) / uniform)[b.obs, b.actions]
            weight = np.where(b.mask, ratios, 1).prod(axis=1)
            return per_episode(b, theta, weight[:, None] * reward_to_go_weights(b))

        every, p = enumerate_trajectories(mdp, uniform)
        exact = objective_gradient(mdp, theta)
        squares = np.tensordot(p, (values(every) - exact) ** 2, axes=1)
        mean = values(sample_trajectories(mdp, uniform, EPISODES, rng)).mean(axis=0)
        check_mean("off_policy_gradients", mean, EPISODES, exact, squares, spread(values(every), exact), 0.012)


def test_the_alias_table_holds_the_law_exactly():
    """P(i) = (1/K) (c_i + Σ_{j : a_j = i} (1 - c_j)), and nothing where the law has nothing."""
    rng = np.random.default_rng(0)
    for size in (1, 2, 3, 5, 9, 16):
        for _ in range(50):
            law = rng.choice([0.0, 0.0, 1e-17, 0.1, 0.3, 1.0, 3.0], size) + np.eye(size)[0]
            law /= law.sum()
            table = alias_table(law[None])
            columns = table.cut.shape[1]
            held = np.zeros(columns)
            np.add.at(held, table.outcome[0, :, 1], table.cut[0] / columns)
            np.add.at(held, table.outcome[0, :, 0], (1 - table.cut[0]) / columns)
            assert np.abs(held[:size] - law).max() <= 2 * columns * np.finfo(float).eps
            assert not held[:size][law == 0].any()
            assert not held[size:].any()


@pytest.mark.parametrize("bits", [0, 1, 4, 12])
def test_the_cell_table_holds_the_law_exactly(bits):
    """P(i) = #{j : code_j = i}/2^b + #{j : code_j = -1}/2^b P_rest(i), and nothing where the law has nothing."""
    rng = np.random.default_rng(bits)
    for size in (1, 2, 3, 5, 9, 16):
        law = rng.choice([0.0, 0.0, 1e-17, 1e-4, 0.1, 0.3, 1.0, 3.0], (20, size)) + np.eye(size)[0]
        law /= law.sum(axis=1, keepdims=True)
        table = cell_table(law, np.tile(np.arange(size), (20, 1)), bits)
        columns = table.rest.cut.shape[1]
        for code, cut, outcome, right in zip(table.code, table.rest.cut, table.rest.outcome, law, strict=True):
            rest = np.zeros(columns)
            np.add.at(rest, outcome[:, 1], cut / columns)
            np.add.at(rest, outcome[:, 0], (1 - cut) / columns)
            held = np.bincount(code[code >= 0], minlength=columns) + (code < 0).sum() * rest
            assert np.abs(held[:size] / 2**bits - right).max() <= 4 * columns * np.finfo(float).eps
            assert not held[:size][right == 0].any()
            assert not held[size:].any()


def test_every_step_comes_as_often_as_it_should_at_every_time():
    """P(step k at time t) = P(s_t = s_k) p(a_k, s'_k | s_k), and the padding has the rest; 0.0036 would be found."""
    mdp, theta = walled(1)
    policy = softmax_probabilities(theta)
    steps, laws = possible_steps(mdp, policy), state_distribution(mdp, policy)
    padding = len(steps.state) - 1
    counts, episodes = np.zeros((mdp.steps, padding + 1)), 4 * EPISODES
    for block in sample_blocks(mdp, policy, episodes, stream("steps_at_a_time")):
        for t in range(mdp.steps):
            row = block[t] if t < len(block) else np.full(block.shape[1], padding)
            counts[t] += np.bincount(row, minlength=padding + 1)
    for count, law in zip(counts, laws, strict=True):
        p = law[steps.state] * steps.probability
        p[padding] = 1 - law.sum()
        p[np.abs(p) < 1e-15] = 0
        assert not count[p == 0].any()
        largest = np.maximum(p, 1 - p) * (p > 0)
        check_mean("steps_at_a_time", count / episodes, episodes, p, p * (1 - p), largest, 0.0036)


def test_a_summary_has_the_exact_means():
    """J and ∇J; a bias of 0.021 would be found."""
    mdp, theta = walled(1)
    policy = softmax_probabilities(theta)
    found = sample_summary(mdp, policy, EPISODES, stream("summaries"))
    every, p = enumerate_trajectories(mdp, policy)
    total, exact = returns(every.rewards, every.gamma), objective(mdp, policy)
    variance, furthest = p @ (total - exact) ** 2, np.abs(total - exact).max()
    check_mean("summaries", found.mean, EPISODES, exact, variance, furthest, 0.021)
    check_mean(
        "summaries",
        found.gradient,
        EPISODES,
        objective_gradient(mdp, theta),
        moments(reward_to_go, mdp, theta).variance,
        spread(per_episode(every, theta, reward_to_go_weights(every)), objective_gradient(mdp, theta)),
        0.021,
    )


@pytest.mark.parametrize("episodes", [1, 7, 300, 20_000])
def test_trajectories_blocks_and_summaries_are_the_same_episodes(episodes):
    """Of one generator: an episode goes on where it was, ends in a terminal state, and is padding from there."""
    mdp, theta = walled(2)
    policy = softmax_probabilities(theta)
    steps = possible_steps(mdp, policy)
    b = sample_trajectories(mdp, policy, episodes, np.random.default_rng(3))
    blocks = list(sample_blocks(mdp, policy, episodes, np.random.default_rng(3)))
    first = 0
    for block in blocks:
        rows = slice(first, first := first + block.shape[1])
        mask = b.mask[rows, : len(block)].T
        assert np.array_equal(block < len(steps.state) - 1, mask)
        assert not b.mask[rows, len(block) :].any()
        assert np.array_equal(steps.next_state[block][mask], b.next_obs[rows, : len(block)].T[mask])
    assert first == episodes
    assert np.array_equal(b.obs[:, 1:][b.mask[:, 1:]], b.next_obs[:, :-1][b.mask[:, 1:]])
    assert not b.mask[:, 1:][b.terminated[:, :-1]].any()
    assert np.array_equal(b.terminated[b.mask], mdp.terminal[b.next_obs][b.mask])
    assert (policy[b.obs, b.actions] * mdp.transition[b.obs, b.actions, b.next_obs])[b.mask].all()
    found, total = (
        sample_summary(mdp, policy, episodes, np.random.default_rng(3)),
        returns(b.rewards, b.gamma),
    )
    assert (found.episodes, found.steps) == (episodes, b.mask.sum())
    assert found.mean == pytest.approx(total.mean())
    assert found.deviation == pytest.approx(total.std(), abs=1e-7)
    assert np.allclose(found.gradient, reward_to_go(b, theta))
    assert np.array_equal(found.visits.ravel(), np.bincount((2 * b.obs + b.actions)[b.mask], minlength=8))


def test_a_summary_needs_no_more_memory_for_more_episodes():
    mdp, theta = walled(1)
    peaks = []
    for episodes in (1 << 16, 1 << 19):
        tracemalloc.start()
        sample_summary(mdp, softmax_probabilities(theta), episodes, np.random.default_rng(0))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0]


def test_many_states_take_fewer_bits():
    """600 states in a circle, from any of them: the table stays small."""
    size = 600
    transition = np.zeros((size, 1, size))
    transition[np.arange(size), 0, (np.arange(size) + 1) % size] = 1
    b = sample_trajectories(
        FiniteMDP(np.full(size, 1 / size), transition, np.zeros(transition.shape), horizon=3),
        np.ones((size, 1)),
        5000,
        np.random.default_rng(0),
    )
    assert np.array_equal(b.next_obs, (b.obs + 1) % size)
    assert len(np.unique(b.obs[:, 0])) > 500


def test_the_same_generator_gives_the_same_batch_and_it_is_valid():
    mdp, theta = walled(1)
    one, two = (
        sample_trajectories(mdp, softmax_probabilities(theta), 10_000, np.random.default_rng(7)) for _ in range(2)
    )
    names = ("obs", "actions", "rewards", "next_obs", "terminated", "truncated", "mask")
    checked = Trajectories(*(getattr(one, name) for name in names), gamma=one.gamma)
    for name in names:
        assert np.array_equal(getattr(one, name), getattr(two, name))
        assert np.array_equal(getattr(one, name), getattr(checked, name))


@pytest.mark.parametrize("episodes", [0, -1, 2.5, None])
def test_a_number_of_episodes_that_is_none_is_refused(episodes):
    with pytest.raises(SamplingError, match=f"episodes is {episodes}; give the number of episodes, an integer"):
        sample_trajectories(quiz_bandit(), [[0.5, 0.5]], episodes, np.random.default_rng(0))


def test_only_a_generator_makes_chance_and_only_a_policy_acts():
    with pytest.raises(SamplingError, match=r"rng is 7; give a numpy.random.Generator, as from .*default_rng"):
        sample_trajectories(quiz_bandit(), [[0.5, 0.5]], 10, 7)
    with pytest.raises(PolicyError, match="sums to"):
        sample_trajectories(quiz_bandit(), [[0.5, 0.6]], 10, np.random.default_rng(0))
