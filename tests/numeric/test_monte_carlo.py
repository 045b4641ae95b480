"""The budget of the Monte Carlo tests keeps its word: bound, power, planted bias, spending."""

import numpy as np
import pytest

from . import monte_carlo
from .monte_carlo import COMPARISONS, DELTA, FALSE_ALARM, MISS, detectable, radius

N = 20_000
P = 0.1  # an event of this probability: variance p(1-p), range 1-p


def test_the_chances_of_all_comparisons_add_up_to_the_budget():
    assert sum(COMPARISONS.values()) * DELTA <= FALSE_ALARM * (1 + 1e-12)


def test_the_bound_is_true_of_the_binomial_law():
    """P(|mean - p| > ε) by the exact binomial tail, for several chances."""
    log_factorials = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, N + 1)))])
    k = np.arange(N + 1)
    log_ways = log_factorials[N] - log_factorials - log_factorials[::-1]
    law = np.exp(log_ways + k * np.log(P) + (N - k) * np.log1p(-P))
    for chance in (DELTA, 1e-4, MISS):
        outside = np.abs(k / N - P) > radius(N, P * (1 - P), 1 - P, chance)
        assert 0 < law[outside].sum() <= chance


def test_a_planted_bias_of_the_detectable_size_is_caught():
    """From a fixed seed, so that this test has no chance of its own: at least 99 % of 1,000 are caught."""
    rng = np.random.default_rng(20240229)
    bias = detectable(N, P * (1 - P), 1 - P)
    means = rng.binomial(N, P, 1000) / N + bias
    assert np.mean(np.abs(means - P) > radius(N, P * (1 - P), 1 - P)) >= 1 - MISS


def check(monkeypatch, mean, **changes):
    monkeypatch.setitem(monte_carlo._left, "number_line", 1)
    given = {"exact": P, "variance": P * (1 - P), "largest": 1 - P, "detects": 0.1} | changes
    monte_carlo.check_mean("number_line", np.array(mean), N, **given)


def test_a_check_fails_on_a_planted_bias_and_says_how_to_replay(monkeypatch):
    check(monkeypatch, P)
    with pytest.raises(AssertionError, match="replay with MONTE_CARLO_ENTROPY="):
        check(monkeypatch, P + detectable(N, P * (1 - P), 1 - P))


def test_a_check_that_is_weaker_than_stated_fails(monkeypatch):
    with pytest.raises(AssertionError, match="detects a bias of"):
        check(monkeypatch, P, detects=0.001)


def test_more_comparisons_than_were_planned_fail(monkeypatch):
    with pytest.raises(AssertionError, match="number_line makes more than its 1 comparisons"):
        check(monkeypatch, [P, P])
