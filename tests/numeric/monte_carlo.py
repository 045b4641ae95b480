"""The Monte Carlo tests' common budget: one false alarm in a million runs of the whole suite, at most.

Each comparison of a sample mean with an exact one fails by chance with probability at most DELTA, and the
number of comparisons of every test is fixed here beforehand, so the chances add up to FALSE_ALARM at most.
The streams are children of one root, fresh in every run; a failure prints the root, and is never retried.
"""

from __future__ import annotations

import os

import numpy as np

FALSE_ALARM = 1e-6
MISS = 0.01

COMPARISONS = {
    "quiz_bandit": 2,
    "number_line": 1,
    "trajectory_frequencies": 400,
    "on_policy_gradients": 150,
    "off_policy_gradients": 60,
    "first_states": 8,
    "steps_at_a_time": 150,
    "summaries": 30,
    "exact_regret": 3,
    "gaussian_arms": 2,
    "q_sweeps": 2,
}
DELTA = FALSE_ALARM / sum(COMPARISONS.values())

ENTROPY = int(os.environ.get("MONTE_CARLO_ENTROPY", 0)) or np.random.SeedSequence().entropy
STREAMS = dict(zip(COMPARISONS, np.random.SeedSequence(ENTROPY).spawn(len(COMPARISONS)), strict=True))
_left = dict(COMPARISONS)


def stream(name: str) -> np.random.Generator:
    """The random stream of this test, independent of every other; handed out once."""
    return np.random.default_rng(STREAMS.pop(name))


def radius(n: int, variance: np.ndarray, largest: np.ndarray, chance: float = DELTA) -> np.ndarray:
    """ε with P(|mean of n - μ| > ε) <= chance, for |X - μ| <= largest and Var X = variance.

    Bernstein: 2 exp(-n ε² / (2 variance + 2 largest ε / 3)) = chance, solved for ε: √(2 log(2/chance))
    standard errors, here some six, plus the range term. A last summand covers the rounding of the mean.
    """
    nats = np.log(2 / chance)
    linear = largest * nats / (3 * n)
    return linear + np.sqrt(linear**2 + 2 * variance * nats / n) + n * np.finfo(np.float64).eps * largest


def detectable(n: int, variance: np.ndarray, largest: np.ndarray) -> np.ndarray:
    """The smallest bias that a comparison detects with 99 % power: ε(DELTA) + ε(2 MISS).

    The mean of samples with that bias falls below μ + ε(DELTA) only if it is off by ε(2 MISS) to one side.
    """
    return radius(n, variance, largest) + radius(n, variance, largest, 2 * MISS)


def check_mean(
    name: str,
    mean: np.ndarray,
    n: int,
    exact: np.ndarray,
    variance: np.ndarray,
    largest: np.ndarray,
    detects: float,
) -> None:
    """The sample mean of n draws is the exact one, entry by entry; each entry is one comparison of `name`.

    `detects` states the smallest bias, in any entry, that this call finds with 99 % power.
    """
    _left[name] -= np.size(mean)
    assert _left[name] >= 0, f"{name} makes more than its {COMPARISONS[name]} comparisons"
    power = np.max(detectable(n, variance, largest))
    assert power <= detects, f"{name} detects a bias of {power:.3g} at best, not of {detects}"
    off = np.abs(mean - exact) - radius(n, variance, largest)
    assert (off <= 0).all(), f"{name}: {mean} is not {exact}; replay with MONTE_CARLO_ENTROPY={ENTROPY}"
