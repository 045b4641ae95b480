"""The sequential test keeps the error rates that it states, and the planner says enough."""

import numpy as np
import pytest

from numeric.judging.choices import Chooser
from numeric.judging.sequential import BettingTest, samples_needed

RUNS = 300


def run(rng, mean, most, alpha=0.05, beta=0.05, bound=2.0):
    test = BettingTest(2, bound, alpha, beta)
    while test.samples < most and not test.rejects:
        test.add(np.clip(rng.normal(mean, 0.3, (50, 2)), -bound, bound))
    return test


def binomial_bound(p, runs, failures=1e-6):
    """Exceeded with probability below `failures` when the rate is p: Hoeffding."""
    return p + np.sqrt(np.log(1 / failures) / (2 * runs))


def test_false_alarms_are_as_rare_as_stated_though_it_looks_after_every_block():
    rng = np.random.default_rng(0)
    alarms = sum(run(rng, 0.0, 3000).rejects for _ in range(RUNS))
    assert alarms / RUNS <= binomial_bound(0.05, RUNS)


def test_the_planned_number_of_samples_finds_the_bias():
    rng = np.random.default_rng(1)
    number = samples_needed(0.05, 0.3, 2.0, alpha=0.05, beta=0.05, coordinates=2)
    missed = sum(not run(rng, 0.05, number).rejects for _ in range(RUNS))
    assert missed / RUNS <= binomial_bound(0.05, RUNS)


def test_the_confidence_sequence_covers_the_mean():
    rng = np.random.default_rng(2)
    outside = 0
    for _ in range(RUNS):
        test = BettingTest(2, 2.0, 1e-9, 0.05)
        for _ in range(20):
            test.add(np.clip(rng.normal(0.1, 0.3, (50, 2)), -2, 2))
            outside += np.abs(test.estimate - 0.1).max() > test.width
            if np.abs(test.estimate - 0.1).max() > test.width:
                break
    assert outside / RUNS <= binomial_bound(0.05, RUNS)


def test_a_sample_beyond_the_bound_is_refused():
    with pytest.raises(ValueError, match=r"a sample of size 3\.0 lies outside the bound 2"):
        BettingTest(1, 2, 0.05, 0.05).add(np.array([[3.0]]))


@pytest.mark.parametrize("bias", [0.1, 0.01])
def test_a_tenth_of_the_bias_takes_up_to_a_hundred_times_the_samples(bias):
    ratio = samples_needed(bias / 10, 1.0, 2.0) / samples_needed(bias, 1.0, 2.0)
    assert 50 < ratio <= 100.1


def sequences(draws):
    """Every sequence of choices of a function of `choose`, with its chance."""
    chooser, found = Chooser(), []
    while True:
        value = draws(chooser)
        found.append((value, chooser.chance))
        if not chooser.next_sequence():
            return found


def test_choose_runs_every_sequence_once_with_its_chance():
    found = sequences(lambda choose: (choose(2), choose([0.25, 0.75])))
    assert found == [((0, 0), 0.125), ((0, 1), 0.375), ((1, 0), 0.125), ((1, 1), 0.375)]


def test_how_often_it_chooses_may_depend_on_what_was_chosen():
    found = sequences(lambda choose: choose(3) if choose([0.5, 0.5]) else -1)
    assert [value for value, _ in found] == [-1, 0, 1, 2]
    assert sum(chance for _, chance in found) == pytest.approx(1)


def test_what_has_no_chance_is_not_run():
    assert sequences(lambda choose: choose([0.0, 1.0, 0.0])) == [(1, 1.0)]
