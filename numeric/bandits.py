"""Regret: by simulation of many runs at once, exactly by counting, and its bound for UCB1.

The regret after n pulls is Σ_{t<n} (max_a μ_a - μ_{a_t}): the noise of the rewards is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from numeric.arms import (
    BANDITS,
    UCB,
    Bandit,
    BernoulliBandit,
    EpsilonGreedy,
    GaussianBandit,
    Softmax,
    Strategy,
    bandit,
    choice_law,
    gaps,
    gaussian_testbed,
    positive_integer,
)
from numeric.errors import BanditError

__all__ = [
    "BANDITS",
    "UCB",
    "Bandit",
    "BernoulliBandit",
    "EpsilonGreedy",
    "ExactRegret",
    "GaussianBandit",
    "Pull",
    "Softmax",
    "Strategy",
    "bandit",
    "choice_law",
    "exact_regret",
    "gaps",
    "gaussian_testbed",
    "pulls",
    "simulated_regret",
    "ucb1_bound",
]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Pull:
    """Pull t = 1, 2, … of R runs: the arms [R] and rewards [R], the regret so far [R], counts and sums [R, K]."""

    pull: int
    arms: Integers
    rewards: Floats
    regret: Floats
    counts: Integers
    totals: Floats


def pulls(
    bandit: Bandit, strategy: Strategy, runs: int, rng: np.random.Generator, start: Pull | None = None
) -> Iterator[Pull]:
    """a_t ~ π(· | the run's own past), r_t ~ the arm: R = `runs` independent runs side by side, without end.

    Begins anew, or after the record `start`. Raises BanditError for fewer than one run.
    """
    count = positive_integer(runs, "runs")
    return _pulls(bandit, strategy, count, rng, start)


def _pulls(
    bandit: Bandit, strategy: Strategy, runs: int, rng: np.random.Generator, start: Pull | None
) -> Iterator[Pull]:
    lost, shape, every = gaps(bandit), (runs, len(bandit.means)), np.arange(runs)
    counts = np.zeros(shape, np.int64) if start is None else start.counts
    totals = np.zeros(shape) if start is None else start.totals
    regret = np.zeros(runs) if start is None else start.regret
    number = 0 if start is None else start.pull
    while True:
        cumulative = choice_law(strategy, counts, totals).cumsum(axis=1)
        arms = (cumulative <= rng.random((runs, 1)) * cumulative[:, -1:]).sum(axis=1)
        rewards = _rewards(bandit, arms, rng)
        counts, totals, number = counts.copy(), totals.copy(), number + 1
        counts[every, arms] += 1
        totals[every, arms] += rewards
        regret = regret + lost[arms]
        yield Pull(number, arms, rewards, regret, counts, totals)


def simulated_regret(
    bandit: Bandit, strategy: Strategy, n: int, runs: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """The mean regret over R = `runs` runs after 0 … n pulls, and its standard error: two arrays [n+1]."""
    length, count = positive_integer(n, "the number of pulls"), positive_integer(runs, "runs")
    regrets = [np.zeros(count)] + [p.regret for p in islice(pulls(bandit, strategy, count, rng), length)]
    curve = np.array(regrets)
    return curve.mean(axis=1), curve.std(axis=1) / np.sqrt(count)


@dataclass(frozen=True, eq=False)
class ExactRegret:
    """E[regret] and Var[regret] after 0 … n pulls, [n+1] each, and E[n_a] after the last, [K]."""

    mean: Floats
    variance: Floats
    pulls: Floats


def exact_regret(bandit: BernoulliBandit, strategy: Strategy, n: int, *, limit: int = 4 * 10**6) -> ExactRegret:
    """p_{t+1}(c') = Σ_c p_t(c) Σ_a π(a | c) P(c' | c, a), c the pulls and the successes of every arm: no sampling.

    There are C(t + 2K - 1, 2K - 1) such c after t pulls. Raises BanditError for arms that are not Bernoulli,
    n < 1, or more than `limit` of them.
    """
    if not isinstance(bandit, BernoulliBandit):
        raise BanditError(f"{bandit!r} has no finite number of outcomes; exact regret is for BernoulliBandit")
    length, means, lost = positive_integer(n, "the number of pulls"), np.array(bandit.means), gaps(bandit)
    units = _units(length, len(means))
    keys, counts = np.zeros(1, np.int64), np.zeros((1, len(means)), np.int64)
    p: Floats = np.ones(1)
    mean, variance = np.zeros(length + 1), np.zeros(length + 1)
    for t in range(length):
        wins = keys[:, None] // units[1] % (length + 1)
        chosen = (p[:, None] * choice_law(strategy, counts, wins)).T
        after = [keys + units[0][:, None], keys + units.sum(axis=0)[:, None]]
        chances = np.concatenate([chosen * (1 - means)[:, None], chosen * means[:, None]], axis=None)
        keys, p = _merged(np.concatenate(after, axis=None)[chances > 0], chances[chances > 0])
        if len(keys) > limit:
            raise BanditError(f"after {t + 1} of {n} pulls there are {len(keys):,} cases, above the limit of {limit:,}")
        counts = keys[:, None] // units[0] % (length + 1)
        regret = counts @ lost
        mean[t + 1] = p @ regret
        variance[t + 1] = p @ (regret - mean[t + 1]) ** 2
    return ExactRegret(mean, variance, p @ counts)


def _merged(keys: Integers, chances: Floats) -> tuple[Integers, Floats]:
    """The different keys in order, each with the sum of its chances; fast where `keys` is made of sorted runs."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    first = np.flatnonzero(np.diff(ordered, prepend=-1))
    return ordered[first], np.add.reduceat(chances[order], first)


def _units(n: int, arms: int) -> Integers:
    """What one pull, and one success, of each arm adds to the number of a case: [2, K], digits to the base n + 1."""
    if (n + 1) ** (2 * arms) >= 2**63:
        raise BanditError(f"{n} pulls of {arms} arms have too many cases to number; take fewer pulls or arms")
    powers: Integers = np.array([(n + 1) ** i for i in range(2 * arms)], dtype=np.int64)
    return powers.reshape(2, arms)


def ucb1_bound(bandit: BernoulliBandit, n: int) -> float:
    """8 Σ_{Δ_a > 0} log n / Δ_a + (1 + π²/3) Σ_a Δ_a >= E[regret of UCB1 after n pulls], for rewards in [0, 1].

    Raises BanditError for arms whose rewards leave [0, 1]. Source: Auer, Cesa-Bianchi & Fischer 2002, theorem 1.
    """
    if not isinstance(bandit, BernoulliBandit):
        raise BanditError(f"{bandit!r} pays outside [0, 1], where the bound of UCB1 says nothing; take BernoulliBandit")
    lost, nats = gaps(bandit), np.log(positive_integer(n, "the number of pulls"))
    with np.errstate(over="ignore"):  # next to no gap the bound is infinite
        slow = 8 * (nats / lost[lost > 0]).sum()
    return float(slow + (1 + np.pi**2 / 3) * lost.sum())


def _rewards(bandit: Bandit, arms: Integers, rng: np.random.Generator) -> Floats:
    means = np.array(bandit.means)[arms]
    if isinstance(bandit, GaussianBandit):
        return means + bandit.deviation * rng.standard_normal(len(arms))
    return (rng.random(len(arms)) < means).astype(np.float64)
