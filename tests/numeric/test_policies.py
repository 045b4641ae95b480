"""Probabilities and scores of the sigmoid and the softmax, also where exp would overflow."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numeric.errors import PolicyError
from numeric.policies import (
    policy_table,
    sigmoid_log_probabilities,
    sigmoid_probabilities,
    sigmoid_score,
    softmax_log_probabilities,
    softmax_probabilities,
    softmax_score,
)
from numeric.worlds import quiz_bandit

EPS = float(np.finfo(np.float64).eps)
thetas = st.floats(-1000, 1000)
tables = st.lists(st.tuples(thetas, thetas, thetas), min_size=1, max_size=3).map(np.array)


@given(thetas)
def test_the_sigmoid_is_a_law_and_the_softmax_of_zero_and_theta(theta):
    probabilities = sigmoid_probabilities(theta)
    assert abs(probabilities.sum() - 1) <= 4 * EPS
    assert np.abs(probabilities - softmax_probabilities([[0.0, theta]])).max() <= 8 * EPS


@given(thetas)
def test_the_sigmoid_score_has_mean_zero_and_is_one_minus_probability(theta):
    left, right = sigmoid_probabilities(theta)[0]
    score = sigmoid_score(theta)[0]
    assert abs(left * score[0] + right * score[1]) <= 4 * EPS
    assert score.tolist() == [-right, left]


@given(tables)
def test_the_softmax_score_has_mean_zero(theta):
    """Σ_a π(a|s) ∇ log π(a|s) = 0."""
    weighted = softmax_probabilities(theta)[:, :, None] * softmax_score(theta)
    assert np.abs(weighted.sum(axis=1)).max() <= 4 * theta.shape[1] * EPS


@given(tables)
def test_the_softmax_score_is_the_gradient_of_the_log_probability(theta):
    """By the complex step: Im log π(θ + ih) / h, h = 1e-100, has no truncation error and no cancellation."""
    for s, b in np.ndindex(theta.shape):
        moved = theta.astype(complex)
        moved[s, b] += 1e-100j
        moved -= theta.max(axis=1, keepdims=True)
        log = moved - np.log(np.exp(moved).sum(axis=1, keepdims=True))
        error = np.abs(log[s].imag / 1e-100 - softmax_score(theta)[s, :, b])
        assert error.max() <= 8 * theta.shape[1] * EPS


@pytest.mark.parametrize("theta", [-1000.0, 1000.0])
def test_at_a_thousand_nothing_overflows_and_logs_keep_their_size(theta):
    assert sorted(sigmoid_log_probabilities(theta)[0]) == [-1000, 0]
    assert sorted(softmax_log_probabilities([[0, theta]])[0]) == [-1000, 0]
    assert sorted(sigmoid_probabilities(theta)[0]) == [0, 1]
    for score in (sigmoid_score(theta), softmax_score([[theta, 0.0]])):
        assert np.isfinite(score).all()


def test_small_probabilities_keep_their_relative_accuracy():
    assert abs(sigmoid_probabilities(-40.0)[0, 1] / math.exp(-40) - 1) <= 64 * EPS  # |θ| eps by conditioning


def test_probabilities_are_the_same_in_every_state():
    assert sigmoid_probabilities(1.0, states=3).shape == (3, 2)
    assert np.ptp(sigmoid_score(1.0, states=3), axis=0).tolist() == [0, 0]


def test_a_score_where_the_probability_is_zero_is_refused():
    theta = [[0.0, 1.0], [2.0, -np.inf]]
    assert softmax_probabilities(theta)[1].tolist() == [1, 0]
    with pytest.raises(PolicyError, match=r"π\(a=1 \| s=1\) is 0, .*no score there; give .* a finite logit"):
        softmax_score(theta)


BAD_LOGITS = {
    "NaN": ([[0.0, np.nan]], r"θ\[s=0, a=1\] is nan; give a finite logit"),
    "infinite": ([[0.0, np.inf]], r"θ\[s=0, a=1\] is inf"),
    "impossible": ([[-np.inf, -np.inf]], r"θ\[s=0\] is -inf for every action"),
    "shape": ([0.0, 1.0], r"θ has shape \(2,\); give softmax logits \[S, A\]"),
}


@pytest.mark.parametrize("function", [softmax_probabilities, softmax_log_probabilities, softmax_score])
@pytest.mark.parametrize(("theta", "message"), BAD_LOGITS.values(), ids=BAD_LOGITS)
def test_what_are_no_logits_is_refused(function, theta, message):
    with pytest.raises(PolicyError, match=message):
        function(theta)


@pytest.mark.parametrize("theta", [np.nan, np.inf, [0.0, 1.0]])
def test_the_sigmoid_takes_one_finite_number(theta):
    with pytest.raises(PolicyError, match=r"θ is .*; the sigmoid policy takes one finite real number"):
        sigmoid_score(theta)


BAD_TABLES = {
    "shape": ([0.5, 0.5], r"the policy has shape \(2,\); this MDP takes \[S, A\] = \(1, 2\)"),
    "sum": ([[0.5, 0.6]], r"π\[s=0\] sums to 1.1, not to 1"),
    "negative": ([[1.5, -0.5]], r"π\[s=0, a=1\] is -0.5; a probability is never negative"),
}


@pytest.mark.parametrize(("table", "message"), BAD_TABLES.values(), ids=BAD_TABLES)
def test_what_is_no_policy_is_refused(table, message):
    with pytest.raises(PolicyError, match=message):
        policy_table(quiz_bandit(), table)
