"""Surrogates: value and slope by hand, exact at ratio one, wrong away from it, and the clip exactly where it is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric.enumeration import enumerate_trajectories
from numeric.errors import EstimatorError
from numeric.estimators import group_standardised, weighted_scores
from numeric.exact import advantages, moments, objective, objective_gradient
from numeric.policies import gibbs_logits, softmax_log_probabilities, softmax_probabilities
from numeric.returns import discounts, returns
from numeric.surrogates import grpo, importance_weighted, kl_penalised, ppo_clip, ppo_clip_table
from numeric.worlds import quiz_bandit

from .cases import any_case
from .rounding import EPS, rounding

numbers = st.floats(-3, 3).map(lambda x: round(x, 2))
samples = st.lists(st.tuples(numbers, numbers, numbers), min_size=1, max_size=8)
KINDS = {
    "importance weighted": importance_weighted,
    "PPO": lambda new, old, gain: ppo_clip(new, old, gain, 0.2),
}


def logs(theta, b):
    return softmax_log_probabilities(theta)[b.obs, b.actions]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_at_ratio_one_the_gradient_is_that_of_the_objective(kind):
    """E[(1/N) Σ_n Σ_t slope z], slope at θ_old with γ^t A_t(s_t, a_t) for the advantage, is ∇J."""

    @given(any_case())
    def check(case):
        mdp, theta = case
        table = advantages(mdp, softmax_probabilities(theta))

        def gradient(b, theta):
            steps = b.mask.shape[1]
            gain = discounts(b.gamma, steps) * table[np.arange(steps), b.obs, b.actions]
            return weighted_scores(b, theta, kind(logs(theta, b), logs(theta, b), gain).slope)

        exact = moments(gradient, mdp, theta)
        bound = rounding(mdp, exact.batches, magnitude=max(exact.largest, 8 * np.abs(mdp.reward).max() * mdp.horizon))
        assert np.abs(exact.mean - objective_gradient(mdp, theta)).max() <= bound

    check()


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@given(samples)
def test_the_slope_is_the_derivative_of_the_value(kind, rows):
    """By the complex step in log π_θ; the minimum and the clip act on the real part."""
    new, old, gain = np.array(rows).T
    ratio = np.exp(new - old)
    edge = (np.abs(ratio - 1.2) < 1e-6) | (np.abs(ratio - 0.8) < 1e-6)  # kinks have no derivative
    moved = np.exp(new + 1e-100j - old)
    clipped = np.where(np.abs(moved.real - 1) <= 0.2, moved, np.clip(moved.real, 0.8, 1.2))
    plain, other = moved * gain, clipped * gain
    value = np.where(plain.real <= other.real, plain, other) if kind is KINDS["PPO"] else plain
    ours = kind(new, old, gain)
    assert np.abs(ours.value - value.real).max() <= 3 * EPS * np.abs(plain).max()
    assert (np.abs(ours.slope - value.imag / 1e-100)[~edge] <= 4 * EPS * np.abs(plain).max()).all()


@given(samples)
def test_the_clip_is_a_lower_bound_and_flat_exactly_beyond_it(rows):
    new, old, gain = np.array(rows).T
    ratio, ours = np.exp(new - old), ppo_clip(new, old, gain, 0.2)
    assert (ours.value <= ratio * gain).all()
    flat = ((gain > 0) & (ratio > 1.2)) | ((gain < 0) & (ratio < 0.8))
    assert ((ours.slope == 0) == (flat | (gain == 0))).all()


@given(any_case(), st.integers(0, 99))
def test_two_sums_per_pair_are_the_whole_batch(case, seed):
    """`ppo_clip_table` on the sums of the positive and of the negative advantages = the clip step by step."""
    mdp, old = case
    rng = np.random.default_rng(seed)
    theta = old + rng.normal(size=old.shape) / 4
    b, _ = enumerate_trajectories(mdp, softmax_probabilities(old))
    gain = np.where(b.mask, rng.normal(size=b.mask.shape), 0.0)
    stepwise = ppo_clip(logs(theta, b), logs(old, b), gain, 0.2)
    sums = [np.zeros(theta.shape), np.zeros(theta.shape)]
    for total, part in zip(sums, (np.maximum(gain, 0), np.minimum(gain, 0)), strict=True):
        np.add.at(total, (b.obs, b.actions), part)
    value, gradient = ppo_clip_table(softmax_probabilities(theta), softmax_probabilities(old), *sums, 0.2)
    bound = 100 * EPS * b.mask.size * np.abs(gain).max() * np.exp(np.abs(theta - old).max() * 2)
    assert abs(value - stepwise.value.sum()) <= bound
    assert np.abs(gradient - weighted_scores(b, theta, stepwise.slope) * len(b)).max() <= bound


@given(any_case(max_trajectories=30))
@settings(max_examples=30)
def test_grpo_at_ratio_one_is_the_standardised_group(case):
    mdp, theta = case
    b, _ = enumerate_trajectories(mdp, softmax_probabilities(theta))
    if len(b) < 2:
        return
    total = returns(b.rewards, b.gamma)
    ours = grpo(logs(theta, b), logs(theta, b), total, b.mask.sum(axis=1), 0.2)
    difference = weighted_scores(b, theta, ours.slope) - group_standardised(b, theta)
    assert np.abs(difference).max() <= 100 * EPS * mdp.horizon
    assert not ours.slope[~b.mask].any()


@given(
    st.tuples(numbers, numbers, numbers),
    st.tuples(numbers, numbers, numbers),
    st.sampled_from([0.5, 1.0, 4.0]),
)
def test_the_penalised_gradient_vanishes_at_the_closed_optimum_and_leads_to_it(reference, rewards, beta):
    reference, rewards = np.array([reference]), np.array([rewards])
    best = gibbs_logits(reference, rewards, beta)
    value, gradient = kl_penalised(best, reference, rewards, beta)
    log_z = np.log(np.exp(softmax_log_probabilities(reference) + rewards / beta).sum())
    assert abs(value - beta * log_z) <= 200 * EPS
    assert np.abs(gradient).max() <= 200 * EPS
    elsewhere, uphill = kl_penalised(reference, reference, rewards, beta)
    assert elsewhere <= value + 200 * EPS
    assert (uphill * (best - best.mean() - reference + reference.mean())).sum() >= -200 * EPS


@given(st.tuples(numbers, numbers), st.tuples(numbers, numbers), st.tuples(numbers, numbers))
def test_the_penalised_gradient_is_the_derivative(theta, reference, rewards):
    theta, reference, rewards = (np.array([row]) for row in (theta, reference, rewards))
    _, gradient = kl_penalised(theta, reference, rewards, 0.7)
    for b in range(2):
        moved = theta.astype(complex)
        moved[0, b] += 1e-100j
        log = moved - np.log(np.exp(moved).sum())
        other = softmax_log_probabilities(reference)
        value = (np.exp(log) * (rewards - 0.7 * (log - other))).sum()
        assert abs(gradient[0, b] - value.imag / 1e-100) <= 200 * EPS


# --- falsehoods, shown to be false ------------------------------------------------------------------------


def test_falsehood_the_clipped_gradient_is_that_of_the_objective_away_from_ratio_one():
    """Bandit r = (0, 1), θ_old = 0, θ = (0, 2): both samples (A = ±1/2, ρ = 1.76 and 0.24) are clipped."""
    theta = np.array([[0.0, 2.0]])
    new, old = softmax_log_probabilities(theta)[0], np.log([0.5, 0.5])
    assert ppo_clip(new, old, [-0.5, 0.5], 0.2).slope.tolist() == [0, 0]
    assert objective_gradient(quiz_bandit(), theta)[0, 1] == pytest.approx(0.104993585, abs=1e-9)


def test_falsehood_the_slope_is_zero_wherever_the_ratio_is_outside():
    assert ppo_clip(np.log(0.5), 0.0, 1.0, 0.2).slope == 0.5
    assert ppo_clip(np.log(2.0), 0.0, -1.0, 0.2).slope == -2


def test_falsehood_the_clip_bounds_the_ratio():
    """One exact step of 4 from θ = 0: the ratio of the better action is 1.76, not at most 1.2."""
    half = np.full((1, 2), 0.5)
    _, gradient = ppo_clip_table(half, half, np.array([[0.0, 0.25]]), np.array([[-0.25, 0.0]]), 0.2)
    ratio = softmax_probabilities(4 * gradient)[0, 1] / 0.5
    assert ratio == pytest.approx(1.76159416, abs=1e-8)


def test_falsehood_the_printed_ppo_loss_is_to_be_made_small():
    """The text returns the mean of the minimum and calls it a loss: a step down it lowers J, a step up raises it."""
    mdp, theta = quiz_bandit(), np.zeros((1, 2))
    b, _ = enumerate_trajectories(mdp, softmax_probabilities(theta))
    gain = advantages(mdp, softmax_probabilities(theta))[0, 0][b.actions]
    slope = ppo_clip(logs(theta, b), logs(theta, b), gain, 0.2).slope
    step = weighted_scores(b, theta, slope)
    values = [objective(mdp, softmax_probabilities(theta + sign * step)) for sign in (-1, 0, 1)]
    assert values == sorted(values)
    assert len(set(values)) == 3


def test_falsehood_dividing_each_sample_by_its_length_leaves_the_direction():
    """Two failures of -1, of one and two steps, equally likely: nothing to learn, yet 1/length favours the longer."""
    score = np.array([[1.0], [-1.0]]) / 2  # d log π of stopping, of going on, at p = 1/2
    whole = (0.5 * -1 * score).sum()
    divided = (0.5 * -1 / np.array([[1.0], [2.0]]) * score).sum()
    assert (whole, divided) == (0, -0.125)


def test_what_does_not_fit_is_refused():
    with pytest.raises(EstimatorError, match=r"epsilon is 0; give the width of the clip, ε > 0"):
        ppo_clip(0.0, 0.0, 1.0, 0)
    with pytest.raises(EstimatorError, match=r"beta is -1.0; give the weight of the penalty, β >= 0"):
        kl_penalised([[0.0]], [[0.0]], [[0.0]], -1.0)
