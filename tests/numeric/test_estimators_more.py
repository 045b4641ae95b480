"""Baselines, critics and groups: exact bias and variance of each, and where the usual order of variances fails."""

from dataclasses import replace
from math import comb, sqrt

import numpy as np
import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from numeric.enumeration import enumerate_trajectories
from numeric.errors import EstimatorError
from numeric.estimators import (
    advantage,
    constant_baseline,
    critic_advantage,
    group_mean,
    group_standardised,
    leave_one_out,
    optimal_state_baseline,
    reward_to_go,
    scaled_reward_to_go,
    standardised,
    state_baseline,
    total_return,
    weighted_scores,
)
from numeric.exact import action_values, advantages, moments, objective_gradient, state_values
from numeric.mdp import FiniteMDP
from numeric.policies import softmax_probabilities
from numeric.returns import discounts, returns, rewards_to_go
from numeric.worlds import WORLDS, quiz_bandit, random_mdp, world

from .cases import any_case, rich_case
from .rounding import EPS, rounding

NUMBERS = [-2.0, -1.0, 0.0, 0.5, 3.0]  # the entries of a table that a critic or a baseline may hold


def off(estimator, mdp, theta, *, batch=1, scale=1.0, size=1.0):
    """max |E f - c ∇J|, and the rounding that it may have when the weights are up to `size` times as large as G_t."""
    exact = moments(estimator, mdp, theta, batch=batch)
    magnitude = max(exact.largest, mdp.horizon**2 * np.abs(mdp.reward).max(), size * mdp.horizon)
    bound = rounding(mdp, exact.batches, magnitude=magnitude)
    return np.abs(exact.mean - scale * objective_gradient(mdp, theta)).max(), bound


@st.composite
def case_with_table(draw, shape):
    """(mdp, θ, table): a rich case and any numbers of `shape`(mdp)."""
    mdp, theta = draw(rich_case(max_trajectories=60))
    size = shape(mdp)
    numbers = draw(st.lists(st.sampled_from(NUMBERS), min_size=int(np.prod(size)), max_size=int(np.prod(size))))
    return mdp, theta, np.reshape(numbers, size)


SHAPES = {"b(s)": lambda m: (m.n_states,), "b_t(s)": lambda m: (m.horizon, m.n_states)}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_any_state_baseline_is_unbiased(shape):
    @given(case_with_table(shape))
    def check(case):
        mdp, theta, table = case
        error, bound = off(lambda b, t: state_baseline(b, t, table), mdp, theta, size=4)
        assert error <= bound

    check()


@given(any_case(), st.sampled_from(NUMBERS))
def test_any_constant_baseline_is_unbiased_and_earlier_returns_only_scale(case, baseline):
    error, bound = off(lambda b, t: constant_baseline(b, t, baseline), *case, size=4)
    assert error <= bound
    error, bound = off(lambda b, t: scaled_reward_to_go(b, t, baseline, 4.0), *case, scale=0.25, size=4)
    assert error <= bound


@given(any_case())
def test_the_exact_advantage_and_the_exact_q_are_unbiased(case):
    policy = softmax_probabilities(case[1])
    for table in (advantages(case[0], policy), action_values(case[0], policy)):
        error, bound = off(lambda b, t, table=table: advantage(b, t, table), *case, size=8)
        assert error <= bound


@given(case_with_table(lambda m: (m.n_states,)))
def test_with_the_whole_return_any_critic_is_unbiased(case):
    mdp, theta, critic = case
    error, bound = off(lambda b, t: critic_advantage(b, t, critic, 1.0), mdp, theta, size=8)
    assert error <= bound


@given(rich_case(), st.sampled_from([0.0, 0.5, 0.9, 1.0]))
def test_the_exact_critic_is_unbiased_at_every_trace(case, trace):
    mdp, theta = case
    values = state_values(mdp, softmax_probabilities(theta))
    error, bound = off(lambda b, t: critic_advantage(b, t, values, trace), mdp, theta, size=8)
    assert error <= bound


@given(any_case(max_trajectories=20), st.sampled_from([2, 3]))
@settings(max_examples=30)
def test_leave_one_out_is_unbiased_and_the_group_mean_short_by_its_own_share(case, batch):
    mdp, theta = case
    if len(enumerate_trajectories(mdp, softmax_probabilities(theta))[1]) ** batch > 2000:
        batch = 2
    error, bound = off(leave_one_out, mdp, theta, batch=batch)
    assert error <= 2 * bound  # N / (N - 1) <= 2
    error, bound = off(group_mean, mdp, theta, batch=batch, scale=1 - 1 / batch)
    assert error <= bound


@pytest.mark.parametrize("size", [2, 3, 4])
@pytest.mark.parametrize("odds", [1.0, 3.0, 9.0])
def test_the_standardised_group_follows_another_objective(size, odds):
    """On the 0/1 bandit E = E √(r̄ (1 - r̄)), r̄ ~ Bin(G, p)/G, along z_1 - z_0: p(1-p) at G = 2, otherwise not."""
    p = odds / (1 + odds)
    exact = moments(group_standardised, quiz_bandit(), np.log([[1.0, odds]]), batch=size)
    closed = sum(
        comb(size, k) * p**k * (1 - p) ** (size - k) * sqrt(k / size * (1 - k / size)) for k in range(size + 1)
    )
    assert np.abs(exact.mean - [[-closed, closed]]).max() <= 40 * EPS
    if size == 2:
        assert np.abs(exact.mean - objective_gradient(quiz_bandit(), np.log([[1.0, odds]]))).max() <= 40 * EPS


def test_the_standardised_group_has_mean_zero_and_mean_square_one():
    values = standardised(np.array([[1.0, 2.0, 4.0], [0.1, 0.1, 0.1]]))
    assert abs(values[0].sum()) <= 10 * EPS
    assert (values[0] ** 2).mean() == pytest.approx(1, abs=10 * EPS)
    assert values[1].tolist() == [0, 0, 0]


# --- variances ----------------------------------------------------------------------------------------------


def spread(estimator, mdp, theta):
    """tr Var f, exactly, and the rounding that it may have."""
    exact = moments(estimator, mdp, theta)
    magnitude = max(exact.largest, mdp.horizon * np.abs(mdp.reward).max()) ** 2  # of the returns before a baseline
    return float(exact.variance.sum()), rounding(mdp, exact.batches, magnitude=magnitude) * theta.size


@given(case_with_table(lambda m: (m.horizon, m.n_states)))
@settings(max_examples=50)
def test_the_optimal_state_baseline_is_the_floor_of_all_state_baselines(case):
    mdp, theta, table = case
    best = optimal_state_baseline(mdp, theta)
    floor, slack = spread(lambda b, t: state_baseline(b, t, best), mdp, theta)
    values = state_values(mdp, softmax_probabilities(theta))[:-1]
    for other in (table, values, np.zeros(best.shape), best + 0.1 * table):
        ours, more = spread(lambda b, t, other=other: state_baseline(b, t, other), mdp, theta)
        assert floor <= ours + 8 * (slack + more)


def test_the_optimal_baseline_of_the_quiz_bandit_removes_all_variance():
    """b* = 1 - σ(θ), which is not V = σ(θ)."""
    theta = np.log([[1.0, 3.0]])
    best = optimal_state_baseline(quiz_bandit(), theta)
    assert best[0, 0] == pytest.approx(0.25, abs=4 * EPS)
    assert spread(lambda b, t: state_baseline(b, t, best), quiz_bandit(), theta)[0] <= 10 * EPS


def test_usually_total_return_reward_to_go_baseline_advantage():
    """The order of the texts, where it holds: the uniform policy on an MDP drawn at random."""
    mdp = random_mdp(3, states=2, actions=2, horizon=2)
    theta = np.zeros((2, 2))
    policy = softmax_probabilities(theta)
    values, table = state_values(mdp, policy)[:-1], advantages(mdp, policy)
    order = [
        spread(total_return, mdp, theta)[0],
        spread(reward_to_go, mdp, theta)[0],
        spread(lambda b, t: state_baseline(b, t, values), mdp, theta)[0],
        spread(lambda b, t: advantage(b, t, table), mdp, theta)[0],
    ]
    assert order == sorted(order, reverse=True)
    assert len(set(np.round(order, 3))) == 4


def steady(rewards, horizon):
    """One state, deterministic r(a), γ = 1."""
    return FiniteMDP(np.ones(1), np.ones((1, 2, 1)), np.reshape(rewards, (1, 2, 1)).astype(float), 1.0, horizon)


def test_not_a_theorem_reward_to_go_varies_less_than_the_total_return():
    """Smallest: one state, two actions, two steps (at T = 1 the two are one). r = (1, -1), π(1) = 1/100."""
    theta = np.log([[99.0, 1.0]])
    assert spread(total_return, steady([1, -1], 2), theta)[0] == pytest.approx(0.00313632, rel=1e-9)
    assert spread(reward_to_go, steady([1, -1], 2), theta)[0] == pytest.approx(0.0198, rel=1e-9)
    exact = [moments(f, steady([1, -1], 1), theta).variance for f in (total_return, reward_to_go)]
    assert exact[0].tolist() == exact[1].tolist()


def test_not_a_theorem_the_value_as_baseline_varies_less_than_no_baseline():
    """Smallest of all: the quiz bandit at σ(θ) = 9/10, per coordinate (1-p)²-fold: 0.0576 with V, 0.0009 without."""
    theta = np.log([[1.0, 9.0]])
    without = moments(reward_to_go, quiz_bandit(), theta).variance[0, 1]
    with_value = moments(lambda b, t: state_baseline(b, t, [0.9]), quiz_bandit(), theta).variance[0, 1]
    assert without == pytest.approx(0.0009, rel=1e-9)
    assert with_value == pytest.approx(0.0576, rel=1e-9)


def stay_or_leave():
    """One state that is left by action 1 for good; staying pays 1, T = 2, γ = 1."""
    transition = np.array([[[1, 0], [0, 1]], [[0, 1], [0, 1]]], dtype=float)
    reward = np.zeros((2, 2, 2))
    reward[0, 0, 0] = 1
    return FiniteMDP([1.0, 0.0], transition, reward, 1.0, 2, [False, True])


def test_not_a_theorem_the_exact_advantage_varies_less_than_the_return_less_the_value():
    """Smallest: one live state, T = 2, π(stay) = 2/3; at T = 1, or if no action ends the episode, the order holds.

    G_0 - V_0 = A_0 + A_1 here, so the two differ by A_1 z_0, and E|A_1 z_0|² + 2 E A_1² z_0·z_1 is a positive
    multiple of 3 - 5 π(stay): z_0 and z_1 share a state, and A_1² is larger where staying is rare.
    """
    mdp, theta = stay_or_leave(), np.log([[2.0, 1.0], [1.0, 1.0]])
    policy = softmax_probabilities(theta)
    values, table = state_values(mdp, policy)[:-1], advantages(mdp, policy)
    with_value = spread(lambda b, t: state_baseline(b, t, values), mdp, theta)[0]
    with_advantage = spread(lambda b, t: advantage(b, t, table), mdp, theta)[0]
    assert with_value == pytest.approx(0.04938271604938, rel=1e-9)
    assert with_advantage == pytest.approx(0.08230452674897, rel=1e-9)


@given(rich_case())
@settings(max_examples=30)
def test_at_one_step_the_advantage_never_varies_more(case):
    """T = 1: A = E[G - V | s, a], and a conditional mean varies less."""
    mdp, theta = replace(case[0], horizon=1), case[1]
    policy = softmax_probabilities(theta)
    values, table = state_values(mdp, policy)[:-1], advantages(mdp, policy)
    less, slack = spread(lambda b, t: advantage(b, t, table), mdp, theta)
    more, other = spread(lambda b, t: state_baseline(b, t, values), mdp, theta)
    assert less <= more + slack + other


# --- falsehoods, shown to be false ------------------------------------------------------------------------


def returns_normalised_as_printed(b, theta):
    """compute_returns of the second source text, episode by episode: (G_t - mean) / (std + 1e-8), torch's std.

    The loss is the sum of -log π(a_t|s_t) times that, so its ascent direction is Σ_t (normalised G_t) z_t.
    """
    weights = np.zeros_like(b.rewards)
    for n, row in enumerate(rewards_to_go(b.rewards, b.gamma)):
        to_go = row[b.mask[n]]
        weights[n, b.mask[n]] = (to_go - to_go.mean()) / (to_go.std(ddof=1) + 1e-8)
    return weighted_scores(b, theta, weights)


def test_falsehood_normalised_returns_keep_the_direction():
    """Smallest: one state, two steps, r = (1, 2). G_0 > G_1 always, so the update is (z_0 - z_1)/√2 whatever was paid:
    its mean is 0, and ∇J is not. (At T = 1 torch's standard deviation of one number is not a number.)
    """
    mdp, theta = steady([1, 2], 2), np.log([[1.0, 3.0]])
    assert np.abs(moments(returns_normalised_as_printed, mdp, theta).mean).max() <= 1e-8 * 10
    assert objective_gradient(mdp, theta)[0, 1] == pytest.approx(3 / 8, abs=4 * EPS)


def test_falsehood_normalised_returns_go_uphill():
    """Two states, two steps: action 0 pays 1 and stays, action 1 costs 1 and leads to a state that pays 5.

    G_0 > G_1 where r_0 > 0, so the printed update is sign(r_0)(z_0 - z_1)/√2: away from action 1, and down J.
    """
    transition = np.zeros((2, 2, 2))
    transition[0, 0, 0] = transition[0, 1, 1] = transition[1, :, 1] = 1
    reward = np.zeros((2, 2, 2))
    reward[0, 0], reward[0, 1], reward[1] = 1, -1, 5
    mdp, theta = FiniteMDP([1.0, 0.0], transition, reward, 1.0, 2), np.zeros((2, 2))
    printed = moments(returns_normalised_as_printed, mdp, theta).mean
    assert objective_gradient(mdp, theta)[0].tolist() == [-0.5, 0.5]
    assert printed[0] == pytest.approx([1 / sqrt(8), -1 / sqrt(8)], abs=1e-7)
    assert (printed * objective_gradient(mdp, theta)).sum() < 0


def batch_whitened(b, theta):
    """γ^t (G_t - mean) / std, with the mean and standard deviation of the batch itself."""
    to_go = rewards_to_go(b.rewards, b.gamma)
    inside = to_go[b.mask]
    spread_of = inside.std() or 1.0
    powers = discounts(b.gamma, b.rewards.shape[1])
    return weighted_scores(b, theta, powers * (to_go - inside.mean()) / spread_of)


def baseline_of_the_action(b, theta):
    """γ^t (G_t - b(s_t, a_t)) z_t without adding back what the baseline takes away."""
    powers = discounts(b.gamma, b.rewards.shape[1])
    return weighted_scores(b, theta, powers * (rewards_to_go(b.rewards, b.gamma) - 1.0 * (b.obs + b.actions)))


def group_of_total_returns_without_correction(b, theta):
    """The mean of the group that includes the sample, taken for unbiased."""
    total = returns(b.rewards, b.gamma)
    return weighted_scores(b, theta, (total - total.mean())[:, None])


FALSEHOODS = {"printed": (batch_whitened, 2), "action": (baseline_of_the_action, 1)}
FALSEHOODS |= {
    "own mean": (group_of_total_returns_without_correction, 2),
    "standardised": (group_standardised, 2),
}


@pytest.mark.parametrize(("falsehood", "batch"), FALSEHOODS.values(), ids=FALSEHOODS)
def test_falsehood(falsehood, batch):
    """On some rich MDP the bias is more than a hundredth: no rounding makes that."""
    find(
        rich_case(max_trajectories=30),
        lambda case: off(falsehood, *case, batch=batch)[0] > 0.01,
        settings=settings(database=None, phases=[Phase.generate]),  # any will do, not the simplest
    )


def test_falsehood_any_critic_is_unbiased_at_lambda_zero():
    """Smallest: T = 2, γ = 1, s_1 = a_0, a reward of 1 for leaving state 1, V̂ = 0: δ_0 = 0 knows nothing of it."""
    transition = np.zeros((2, 2, 2))
    transition[0, 0, 0] = transition[0, 1, 1] = transition[1, :, 1] = 1
    reward = np.zeros((2, 2, 2))
    reward[1] = 1
    mdp, theta = FiniteMDP([1.0, 0.0], transition, reward, 1.0, 2), np.zeros((2, 2))
    blind = moments(lambda b, t: critic_advantage(b, t, [0.0, 0.0], 0.0), mdp, theta).mean
    assert blind[0].tolist() == [0, 0]
    assert objective_gradient(mdp, theta)[0].tolist() == [-0.25, 0.25]


def test_falsehood_a_wrong_table_of_advantages_is_unbiased():
    wrong = np.arange(2.0).reshape(1, 1, 2)  # r itself, minus nothing: right up to a baseline
    assert off(lambda b, t: advantage(b, t, wrong), quiz_bandit(), np.zeros((1, 2)))[0] <= 4 * EPS
    assert off(lambda b, t: advantage(b, t, wrong**2 + 1 - 3 * wrong), quiz_bandit(), np.zeros((1, 2)))[0] > 0.1


BAD = {
    "one": (
        lambda b: leave_one_out(b, np.zeros((1, 2))),
        r"the batch has 1 trajectory; a group needs at least 2",
    ),
    "values": (
        lambda b: state_baseline(b, np.zeros((1, 2)), np.zeros((0, 1))),
        r"the values have shape \(0, 1\); give \[S\]",
    ),
    "advantages": (
        lambda b: advantage(b, np.zeros((1, 2)), [[1.0]]),
        r"the advantages have shape \(1, 1\); give A_t",
    ),
    "scale": (
        lambda b: scaled_reward_to_go(b, np.zeros((1, 2)), 0.0, 0.0),
        r"the scale is 0.0; give the standard",
    ),
}


@pytest.mark.parametrize(("call", "message"), BAD.values(), ids=BAD)
def test_what_does_not_fit_is_refused(call, message):
    batch, _ = enumerate_trajectories(quiz_bandit(), [[0.5, 0.5]])
    with pytest.raises(EstimatorError, match=message):
        call(batch.select(slice(0, 1)))


# --- the named worlds -----------------------------------------------------------------------------------------

SMALL_WORLDS = {
    "quiz_bandit": 1,
    "number_line": 2,
    "random_walk": 3,
    "two_rooms": 3,
    "bernoulli_bandit": 1,
    "gaussian_bandit": 1,
    "walled_grid": 4,
    "walled_grid_7": 4,
    "penalty_grid": 4,
    "random_mdp": 2,
}


def test_every_world_is_here():
    assert set(SMALL_WORLDS) == set(WORLDS)


@pytest.mark.parametrize(("name", "horizon"), SMALL_WORLDS.items())
def test_exact_mean_and_variance_on_every_world(name, horizon):
    """Cut to a few steps: all unbiased ones have mean ∇J, and none varies less than the optimal state baseline."""
    mdp = replace(world(name), horizon=horizon)
    theta = np.random.default_rng(0).normal(size=(mdp.n_states, mdp.n_actions))
    policy = softmax_probabilities(theta)
    values, best = state_values(mdp, policy), optimal_state_baseline(mdp, theta)
    ours = {
        "total return": total_return,
        "reward to go": reward_to_go,
        "constant": lambda b, t: constant_baseline(b, t, 1.0),
        "value": lambda b, t: state_baseline(b, t, values[:-1]),
        "optimal": lambda b, t: state_baseline(b, t, best),
        "advantage": lambda b, t: advantage(b, t, advantages(mdp, policy)),
        "exact critic": lambda b, t: critic_advantage(b, t, values, 0.5),
        "any critic": lambda b, t: critic_advantage(b, t, np.arange(mdp.n_states), 1.0),
    }
    size = float(np.abs(mdp.reward).max()) + mdp.n_states
    for estimator in ours.values():
        error, bound = off(estimator, mdp, theta, size=size)
        assert error <= bound
    floor, slack = spread(ours["optimal"], mdp, theta)
    for baseline in ("reward to go", "constant", "value", "any critic"):
        varies, more = spread(ours[baseline], mdp, theta)
        assert floor <= varies + slack + more
