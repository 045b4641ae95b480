"""Linear softmax, entropy, divergence: the gradients by the complex step, the regularised optimum in closed form."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numeric.errors import PolicyError
from numeric.policies import (
    entropy,
    entropy_gradient,
    gibbs_logits,
    kl_divergence,
    kl_gradient,
    linear_logits,
    linear_score,
    softmax_log_probabilities,
    softmax_probabilities,
    softmax_score,
)

EPS = float(np.finfo(np.float64).eps)
numbers = st.floats(-5, 5).map(lambda x: round(x, 3))
tables = st.lists(st.tuples(numbers, numbers, numbers), min_size=1, max_size=3).map(np.array)
pairs = st.integers(1, 3).flatmap(
    lambda n: st.tuples(*[st.lists(st.tuples(numbers, numbers, numbers), min_size=n, max_size=n).map(np.array)] * 2)
)


def complex_step(function, theta):
    """∂f(θ)/∂θ entry by entry: Im f(θ + ih) / h, h = 1e-100, without truncation error or cancellation."""
    gradient = np.zeros(theta.shape)
    for index in np.ndindex(theta.shape):
        moved = theta.astype(complex)
        moved[index] += 1e-100j
        gradient[index] = function(moved).imag / 1e-100
    return gradient


def log_softmax(theta):
    return theta - np.log(np.exp(theta).sum(axis=1, keepdims=True))


@given(tables)
def test_one_feature_per_pair_makes_the_linear_softmax_tabular(theta):
    features = np.eye(theta.size).reshape(*theta.shape, theta.size)
    assert linear_logits(features, theta.ravel()).tolist() == theta.tolist()
    score = linear_score(features, theta.ravel()).reshape(*theta.shape, *theta.shape)
    for s in range(len(theta)):
        assert np.abs(score[s, :, s] - softmax_score(theta)[s]).max() <= 4 * EPS
        assert not np.delete(score[s], s, axis=1).any()


@given(st.lists(numbers, min_size=12, max_size=12), st.tuples(numbers, numbers))
def test_the_linear_score_is_the_gradient_of_the_log_probability(entries, theta):
    features, theta = np.reshape(entries, (2, 3, 2)), np.array(theta)
    score = linear_score(features, theta)
    for s, a in np.ndindex(2, 3):
        exact = complex_step(lambda w, s=s, a=a: log_softmax(features @ w)[s, a], theta)
        assert np.abs(score[s, a] - exact).max() <= 400 * EPS
    policy = softmax_probabilities(linear_logits(features, theta))
    assert np.abs((policy[:, :, None] * score).sum(axis=1)).max() <= 100 * EPS


@given(tables)
def test_entropy_lies_between_zero_and_log_n_and_its_gradient_is_exact(theta):
    value = entropy(theta)
    assert (value >= -4 * EPS).all()
    assert (value <= np.log(3) + 4 * EPS).all()
    exact = complex_step(lambda w: -(np.exp(log_softmax(w)) * log_softmax(w)).sum(), theta)
    assert np.abs(entropy_gradient(theta) - exact).max() <= 100 * EPS


@given(pairs)
def test_the_divergence_is_positive_and_its_gradient_is_exact(pair):
    theta, reference = pair
    divergence = kl_divergence(theta, reference)
    assert (divergence >= -50 * EPS).all()
    exact = complex_step(lambda w: (np.exp(log_softmax(w)) * (log_softmax(w) - log_softmax(reference))).sum(), theta)
    assert np.abs(kl_gradient(theta, reference) - exact).max() <= 200 * EPS
    uniform = kl_divergence(theta, np.zeros_like(theta))
    assert np.abs(uniform - (np.log(3) - entropy(theta))).max() <= 50 * EPS


def test_where_a_probability_is_zero_nothing_is_added():
    certain = [[0.0, -np.inf]]
    assert entropy(certain).tolist() == [0]
    assert kl_divergence(certain, [[0.0, 0.0]]).tolist() == [pytest.approx(np.log(2), abs=EPS)]
    assert kl_divergence(certain, certain).tolist() == [0]
    assert not entropy_gradient(certain).any()
    with pytest.raises(PolicyError, match=r"gives a=1 in s=0 no chance and π does; the divergence is infinite"):
        kl_divergence([[0.0, 0.0]], certain)


@given(pairs, st.sampled_from([0.5, 1.0, 2.0]))
def test_the_regularised_optimum_is_the_reference_times_exp_of_the_reward(pair, beta):
    """E_π r - β KL(π‖ρ) = β log Z - β KL(π‖π*), π* = ρ e^{r/β} / Z: the maximum β log Z, at π* alone."""
    reference, rewards = pair
    best = gibbs_logits(reference, rewards, beta)
    expected = np.exp(softmax_log_probabilities(reference) + rewards / beta)
    normalised = expected / expected.sum(axis=1, keepdims=True)
    assert np.abs(softmax_probabilities(best) - normalised).max() <= 100 * EPS
    for theta in (best, reference, rewards):
        policy = softmax_probabilities(theta)
        value = (policy * rewards).sum(axis=1) - beta * kl_divergence(theta, reference)
        gap = beta * (np.log(expected.sum(axis=1)) - kl_divergence(theta, best))
        assert np.abs(value - gap).max() <= 1000 * EPS


# --- falsehoods, shown to be false ------------------------------------------------------------------------


def test_falsehood_the_gradient_of_a_sampled_log_probability_is_that_of_the_entropy():
    """E[∇(-log π(a))] = 0, whatever ∇H is: at p = 3/4, ∂H/∂θ_1 = -p(log p + H)."""
    theta = np.log([[1.0, 3.0]])
    sampled = -(softmax_probabilities(theta)[:, :, None] * softmax_score(theta)).sum(axis=1)
    assert np.abs(sampled).max() <= EPS
    assert entropy_gradient(theta)[0, 1] == pytest.approx(-0.20598980412527057, abs=4 * EPS)


def test_falsehood_the_regularised_optimum_does_without_the_reference():
    """Without reward the best policy is the reference, here (9/10, 1/10), not the uniform one."""
    reference = np.log([[0.9, 0.1]])
    assert softmax_probabilities(gibbs_logits(reference, [[0.0, 0.0]], 1.0))[0, 1] == pytest.approx(0.1, abs=EPS)
    assert kl_divergence([[0.0, 0.0]], reference)[0] > 0.5


BAD = {
    "features": (
        lambda: linear_score(np.zeros((2, 3)), [0.0]),
        r"the features have shape \(2, 3\); give .* \[S, A, D\]",
    ),
    "weights": (
        lambda: linear_logits(np.zeros((1, 2, 3)), [0.0]),
        r"θ is \[0.0\]; with features \[1, 2, 3\] give 3",
    ),
    "temperature": (lambda: gibbs_logits([[0.0]], [[0.0]], 0.0), r"the temperature is 0.0; give β > 0"),
    "shapes": (lambda: kl_divergence([[0.0]], [[0.0, 0.0]]), r"θ has shape \(1, 1\), the reference \(1, 2\)"),
}


@pytest.mark.parametrize(("call", "message"), BAD.values(), ids=BAD)
def test_what_does_not_fit_is_refused(call, message):
    with pytest.raises(PolicyError, match=message):
        call()
