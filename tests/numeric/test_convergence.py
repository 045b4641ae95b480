"""An estimate against its number of samples: its exact mean and deviation, by enumeration and by many seeds."""

from fractions import Fraction
from itertools import pairwise, product
from math import sqrt

import numpy as np
import pytest

from numeric.convergence import convergence, sizes
from numeric.examples import drawn, estimate, settings

A = ("var", "a", ("domain", "A", None))
LAW = ("Apply", ("letter", "pi", (("domain", "A", None),), True, ("real", "theta")), A)
REWARD = ("Apply", ("letter", "r", (("domain", "A", None),), False, None), A)
MEAN, VARIANCE = ("Mean", REWARD, A, LAW), ("Variance", REWARD, A, LAW)
AT_ZERO, AT_LOG_2 = settings("quiz_bandit")


def test_sizes_are_even_on_a_logarithmic_scale_and_end_with_all_samples() -> None:
    assert sizes(10) == (10,)
    found = sizes(100_000)
    assert (found[0], found[-1], len(found)) == (10, 100_000, 49)
    assert all(1 < b / a < 1.4 for a, b in pairwise(found))


def test_the_mean_of_n_coins_has_variance_one_quarter_over_n() -> None:
    found = convergence(MEAN, AT_ZERO, 1000, 0)
    assert found is not None
    assert found.means == (0.5,) * len(found.sizes)
    assert found.deviations == pytest.approx([0.5 / sqrt(n) for n in found.sizes], rel=1e-15)


def test_the_last_estimate_is_that_of_the_table() -> None:
    for wire in (MEAN, VARIANCE):
        found, table = convergence(wire, AT_LOG_2, 1000, 3), estimate(wire, AT_LOG_2, 1000, 3)
        assert found is not None
        assert table is not None
        assert found.estimates[-1] == pytest.approx(table.mean, rel=1e-12)


def test_each_estimate_is_that_of_the_first_n_samples() -> None:
    found, samples = convergence(VARIANCE, AT_LOG_2, 500, 1), drawn(VARIANCE, AT_LOG_2, 500, 1)
    assert found is not None
    assert samples is not None
    assert found.estimates == pytest.approx([float(samples[:n].var()) for n in found.sizes], rel=1e-12)


def test_mean_and_deviation_of_a_mean_square_deviation_agree_with_enumeration() -> None:
    n, p = 10, AT_LOG_2.chance
    moments = [Fraction(0), Fraction(0)]
    for ones in range(n + 1):
        share = Fraction(ones, n)
        chance = p**ones * (1 - p) ** (n - ones) * sum(1 for c in product((0, 1), repeat=n) if sum(c) == ones)
        spread = share * (1 - share)
        moments = [moments[0] + chance * spread, moments[1] + chance * spread**2]
    found = convergence(VARIANCE, AT_LOG_2, 10, 0)
    assert found is not None
    assert found.means[0] == float(moments[0])
    assert found.deviations[0] == pytest.approx(sqrt(moments[1] - moments[0] ** 2), rel=1e-12)


def test_estimates_of_many_seeds_spread_as_the_band_says() -> None:
    found = [convergence(MEAN, AT_LOG_2, 100, seed) for seed in range(400)]
    last = np.array([f.estimates[-1] for f in found if f is not None])
    (wanted,) = {f.deviations[-1] for f in found if f is not None}
    assert last.std() == pytest.approx(wanted, rel=4 / sqrt(2 * 400))


def test_there_is_no_figure_of_what_is_no_average_or_does_not_vary() -> None:
    assert convergence(REWARD, AT_ZERO, 100, 0) is None
    assert convergence(("Mean", ("num", 1, 1), A, LAW), AT_ZERO, 100, 0) is None
