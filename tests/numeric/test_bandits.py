"""Ways to choose have their closed forms; regret by counting is that of all histories, of samples, below its bound."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from numeric.bandits import (
    BANDITS,
    UCB,
    BernoulliBandit,
    EpsilonGreedy,
    GaussianBandit,
    Softmax,
    bandit,
    choice_law,
    exact_regret,
    gaps,
    gaussian_testbed,
    pulls,
    simulated_regret,
    ucb1_bound,
)
from numeric.errors import BanditError

from .monte_carlo import check_mean, stream
from .rounding import EPS

STRATEGIES = (UCB(), EpsilonGreedy(0.1), Softmax(0.25), UCB(2.0), EpsilonGreedy(1.0))
RUNS = 20_000


def test_an_epsilon_greedy_choice_also_explores_its_best_arm():
    """π(a*) = 1 - ε + ε/K, ε/K for the others; false variant: 1 - ε for the best of four: 0.9 for 0.925."""
    law = choice_law(EpsilonGreedy(0.1), np.array([1, 2, 1, 4]), np.array([0.0, 1.5, 0.5, 2.0]))
    assert np.abs(law - [0.025, 0.925, 0.025, 0.025]).max() <= 2 * EPS


@pytest.mark.parametrize(("temperature", "law"), [(1e6, [1 / 3] * 3), (1e-3, [0.5, 0.5, 0.0])])
def test_softmax_tends_to_all_arms_alike_and_to_the_best_ones(temperature, law):
    """τ → ∞: uniform; τ → 0: uniform on the best, not all on one of them where there are several."""
    found = choice_law(Softmax(temperature), np.array([1, 1, 1]), np.array([1.0, 1.0, 0.5]))
    assert np.abs(found - law).max() <= 1e-6


def test_softmax_has_the_odds_of_its_means():
    """π(a) / π(b) = exp((μ̂_a - μ̂_b) / τ), means of 1000 included."""
    law = choice_law(Softmax(0.5), np.array([2, 4, 0]), np.array([2000.0, 4002.0, 0.0]))
    assert abs(law[1] / law[0] - math.e) <= 4000 * EPS
    assert law[2] == 0


def test_ucb_takes_every_arm_once_and_then_the_largest_index():
    law = [choice_law(UCB(), np.array(n), np.zeros(3)).argmax() for n in ([0, 0, 0], [1, 0, 0], [1, 1, 0])]
    assert law == [0, 1, 2]
    n, mean = np.array([5, 2, 9]), np.array([0.5, 0.25, 0.75])
    index = mean + np.sqrt(2 * np.log(16) / n)
    assert choice_law(UCB(), n, n * mean)[index.argmax()] == 1


def test_laws_are_taken_run_by_run():
    counts = np.array([[[1, 2], [3, 4]], [[0, 1], [2, 0]]])
    totals = np.array([[[1, 0], [1, 4]], [[0, 1], [1, 0]]])
    for strategy in STRATEGIES:
        law = choice_law(strategy, counts, totals)
        for i, j in np.ndindex(2, 2):
            assert np.array_equal(law[i, j], choice_law(strategy, counts[i, j], totals[i, j]))


def regrets_of_all_histories(means, strategy, n):
    """{(regret, pulls of each arm): probability} over every history of arms and rewards, in fractions."""
    laws = {((0,) * len(means), (0,) * len(means), Fraction(0)): Fraction(1)}
    best = max(means)
    for _ in range(n):
        after = {}
        for (counts, wins, regret), p in laws.items():
            chosen = choice_law(strategy, np.array(counts), np.array(wins))
            for a, (mean, chance) in enumerate(zip(means, chosen, strict=True)):
                for won, q in ((1, mean), (0, 1 - mean)):
                    weight = p * Fraction(float(chance)) * q
                    if weight:
                        c, w = list(counts), list(wins)
                        c[a], w[a] = c[a] + 1, w[a] + won
                        key = (tuple(c), tuple(w), regret + best - mean)
                        after[key] = after.get(key, 0) + weight
        laws = after
    return laws


@given(
    st.lists(st.integers(0, 8), min_size=1, max_size=3).map(lambda k: [Fraction(i, 8) for i in k]),
    st.sampled_from(STRATEGIES),
    st.integers(1, 4),
)
def test_regret_by_counting_is_that_of_all_histories(means, strategy, n):
    """E[Σ Δ], its variance and E[n_a], against every history in fractions."""
    exact = exact_regret(BernoulliBandit(tuple(map(float, means))), strategy, n)
    laws = regrets_of_all_histories(means, strategy, n)
    total = sum(laws.values())  # the chances of a law are floats: 1 to rounding
    mean = sum(p * regret for (_, _, regret), p in laws.items())
    square = sum(p * (regret - mean) ** 2 for (_, _, regret), p in laws.items())
    bound = 64 * n * EPS * n**2
    assert abs(total - 1) <= bound
    assert abs(exact.mean[-1] - float(mean)) <= bound
    assert abs(exact.variance[-1] - float(square)) <= bound
    for a in range(len(means)):
        assert abs(exact.pulls[a] - float(sum(p * c[a] for (c, _, _), p in laws.items()))) <= bound
    assert abs(exact.mean[-1] - exact.pulls @ gaps(BernoulliBandit(tuple(map(float, means))))) <= bound


def test_regret_by_counting_is_the_mean_of_samples():
    """60 pulls of arms with 0.2 and 0.8, three ways; a bias of 0.75, for a regret of 3.8 to 14.2, would be found."""
    rng, arms = stream("exact_regret"), BernoulliBandit((0.2, 0.8))
    for strategy in STRATEGIES[:3]:
        exact = exact_regret(arms, strategy, 60)
        mean, error = simulated_regret(arms, strategy, 60, RUNS, rng)
        assert mean.shape == error.shape == exact.mean.shape == (61,)
        check_mean("exact_regret", mean[-1], RUNS, exact.mean[-1], exact.variance[-1], 36.0, 0.75)


def test_the_regret_of_ucb1_known_before():
    """5.179 after 60 pulls of arms with 0.2 and 0.8, below its bound of 57.17."""
    arms = BernoulliBandit((0.2, 0.8))
    assert abs(exact_regret(arms, UCB(), 60).mean[-1] - 5.179) < 5e-4
    assert abs(ucb1_bound(arms, 60) - 57.165) < 5e-4


@pytest.mark.parametrize("means", [(0.2, 0.8), (0.45, 0.55), (0.0, 1.0), (0.5, 0.5), (0.9, 0.1, 0.5)])
def test_ucb1_stays_below_its_bound_at_every_pull(means):
    """E[regret] <= 8 Σ log n / Δ + (1 + π²/3) Σ Δ, n = 1, 2, …"""
    arms, n = BernoulliBandit(means), 60 if len(means) == 2 else 20
    exact = exact_regret(arms, UCB(), n)
    bounds = np.array([ucb1_bound(arms, k) for k in range(1, n + 1)])
    assert (exact.mean[1:] <= bounds + 64 * n * EPS).all()


@given(st.lists(st.floats(0, 1), min_size=2, max_size=2), st.integers(1, 12))
@example([0.0, 5e-324], 1)
@example([0.0, 5e-324], 2)
def test_ucb1_stays_below_its_bound_for_any_two_arms(means, n):
    arms = BernoulliBandit(tuple(means))
    assert exact_regret(arms, UCB(), n).mean[-1] <= ucb1_bound(arms, n) + 64 * n**2 * EPS


def test_constant_exploration_has_no_logarithmic_regret():
    """False variant: ε-greedy keeps the bound of UCB1. Arms 0 and 1, ε = 1/2: regret n/4, 60 > 48 at n = 240."""
    arms, strategy = BernoulliBandit((0.0, 1.0)), EpsilonGreedy(0.5)
    exact = exact_regret(arms, strategy, 240)
    assert exact.mean[-1] >= 240 / 4
    assert exact.mean[-1] > ucb1_bound(arms, 240)
    assert np.diff(exact.mean).min() >= 1 / 4 - 1e-12
    assert exact_regret(arms, UCB(), 240).mean[-1] < ucb1_bound(arms, 240) / 4


def test_the_bound_of_ucb1_needs_rewards_below_one():
    """False variant: the bound for any rewards. Rewards 0 and 100 with the bonus for 1: those of arms with 0.45 and
    0.55 and a bonus √2/100, times 100; the regret after 60 pulls is above twice the bound of gaps of 10."""
    unit = exact_regret(BernoulliBandit((0.45, 0.55)), UCB(2**0.5 / 100), 60)
    bound = 8 * math.log(60) / 10 + (1 + math.pi**2 / 3) * 10
    assert 100 * unit.mean[-1] > 2 * bound


def ucb_of_the_text(q, n, t, c=2.0):
    """`ucb_select` of "Reinforcement Learning from Scratch: Teaching Machines to Learn from Consequences"."""
    bonus = c * np.sqrt(np.log(t + 1) / (n + 1e-8))
    return np.argmax(q + bonus), bonus


def test_the_bonus_of_the_text_is_not_infinite():
    """False: "Avoid division by zero for untried actions (infinite bonus)" (section The Exploration-Exploitation
    Dilemma). It is 0 at the first pull and at most 6e4 in 1000; so an arm that pays 2·10^5 is never tried next to one
    that pays 10^5. UCB as it is defined tries it at once."""
    means = np.array([1e5, 2e5])
    q, n = np.zeros(2), np.zeros(2)
    assert ucb_of_the_text(q, n, 0)[1].tolist() == [0, 0]
    for t in range(1000):
        arm, bonus = ucb_of_the_text(q, n, t)
        assert bonus.max() < 6e4
        n[arm] += 1
        q[arm] += (means[arm] - q[arm]) / n[arm]
    assert n.tolist() == [1000, 0]
    arms = GaussianBandit((1e5, 2e5), 0.0)
    (*_, last) = itertools.islice(pulls(arms, UCB(2.0), 1, np.random.default_rng(0)), 1000)
    assert last.counts[0, 1] >= 998


def test_what_the_text_calls_regret_is_not_the_cost_of_other_arms():
    """False: regret = best mean · pulls - sum of rewards "measures the cost of not always picking the best arm" (same
    section). Whoever always picks it has none, and the printed number has deviation 0.3 √1000 = 9.5."""
    rng = np.random.default_rng(0)
    printed = 1000 * 1.75 - (1.75 + 0.3 * rng.standard_normal((400, 1000))).sum(axis=1)
    assert 8 < printed.std() < 11  # fixed seed
    assert (printed < 0).mean() > 0.4
    (*_, last) = itertools.islice(pulls(GaussianBandit((1.75,), 0.3), UCB(), 400, rng), 1000)
    assert not last.regret.any()


def test_softmax_does_not_look_at_what_is_uncertain():
    """False: softmax "explores more where Q-values are uncertain" (same section): its law knows the means alone."""
    laws = [choice_law(Softmax(0.5), np.array([k, 1]), np.array([0.5 * k, 0.75])) for k in (1, 10**6)]
    assert np.array_equal(laws[0], laws[1])
    ucb = [choice_law(UCB(), np.array([k, 100]), np.array([0.5 * k, 75.0])) for k in (1, 10**6)]
    assert not np.array_equal(ucb[0], ucb[1])


def test_gaussian_arms_are_pulled_as_often_as_their_law_says():
    """Δ = 0.5, σ = 0.3: after both arms once the third pull errs with Φ(-Δ / (σ√2)), so E[regret] = Δ (1 + that); and
    with ε = 1 a pull costs the mean gap. Biases of 0.02 and 0.04 would be found."""
    rng = stream("gaussian_arms")
    arms = GaussianBandit((0.5, 1.0), 0.3)
    wrong = math.erfc(0.5 / (0.3 * math.sqrt(2)) / math.sqrt(2)) / 2
    mean, _ = simulated_regret(arms, UCB(), 3, RUNS, rng)
    check_mean("gaussian_arms", mean[-1], RUNS, 0.5 + wrong / 2, wrong * (1 - wrong) / 4, 0.5, 0.02)
    five = BANDITS["gaussian_bandit"]
    mean, _ = simulated_regret(five, EpsilonGreedy(1.0), 1, RUNS, rng)
    check_mean("gaussian_arms", mean[-1], RUNS, gaps(five).mean(), gaps(five).var(), 1.5, 0.04)


def test_runs_go_on_with_the_same_bits():
    arms, rng = BANDITS["gaussian_bandit"], np.random.default_rng(3)
    *_, whole = itertools.islice(pulls(arms, UCB(), 7, np.random.default_rng(3)), 30)
    *_, part = itertools.islice(pulls(arms, UCB(), 7, rng), 11)
    *_, rest = itertools.islice(pulls(arms, UCB(), 7, rng, part), 19)
    assert rest.pull == whole.pull == 30
    for name in ("arms", "rewards", "regret", "counts", "totals"):
        assert np.array_equal(getattr(rest, name), getattr(whole, name))
    assert part.counts.sum() == 7 * 11  # earlier records stay as they were


def test_the_regret_of_a_run_is_that_of_its_counts():
    for arms in BANDITS.values():
        *_, last = itertools.islice(pulls(arms, EpsilonGreedy(0.3), 50, np.random.default_rng(1)), 100)
        assert np.abs(last.regret - last.counts @ gaps(arms)).max() <= 1000 * EPS
        assert (last.counts.sum(axis=1) == 100).all()


def test_a_testbed_is_drawn_by_its_generator():
    one, two = (gaussian_testbed(np.random.default_rng(8)) for _ in range(2))
    assert one == two
    assert (len(one.means), one.deviation) == (5, 0.3)


REFUSED = {
    "no arm": (lambda: BernoulliBandit(()), r"means is \(\); give one finite mean per arm"),
    "probability": (lambda: BernoulliBandit((0.5, 1.5)), "the mean of a Bernoulli arm is in"),
    "NaN": (lambda: GaussianBandit((0.5, np.nan)), "give one finite mean per arm"),
    "deviation": (lambda: GaussianBandit((0.5,), -1), "deviation is -1; give a number >= 0"),
    "epsilon": (lambda: EpsilonGreedy(1.5), "epsilon is 1.5; give a probability"),
    "temperature": (lambda: Softmax(0), "temperature is 0; give a number above 0"),
    "scale": (lambda: UCB(-1), "scale is -1; give a number >= 0"),
    "runs": (lambda: pulls(BANDITS["quiz_bandit"], UCB(), 0, np.random.default_rng(0)), "runs is 0; give"),
    "pulls": (lambda: exact_regret(BANDITS["quiz_bandit"], UCB(), 2.5), "the number of pulls is 2.5; give an integer"),
    "Gaussian": (lambda: exact_regret(BANDITS["gaussian_bandit"], UCB(), 5), "has no finite number of outcomes"),
    "unbounded": (lambda: ucb1_bound(BANDITS["gaussian_bandit"], 5), r"pays outside \[0, 1\]"),
    "too many": (
        lambda: exact_regret(BernoulliBandit((0.5,) * 3), UCB(), 30, limit=1000),
        "of 30 pulls there are .* cases, above the limit of 1,000",
    ),
    "too many digits": (
        lambda: exact_regret(BernoulliBandit((0.5,) * 10), UCB(), 30),
        "30 pulls of 10 arms have too many cases to number",
    ),
    "name": (lambda: bandit("gausian bandit"), "no bandit is named 'gausian bandit'; did you mean gaussian_bandit"),
}


@pytest.mark.parametrize(("act", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_bandit_is_refused(act, message):
    with pytest.raises(BanditError, match=message):
        act()
