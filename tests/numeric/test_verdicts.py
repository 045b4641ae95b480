"""The verdict is a function of E[f] and ∇J on the MDPs judged: here both are given by hand."""

from dataclasses import replace

import numpy as np
import pytest

from numeric.verdicts import Trial, proportional, unbiased_on, verdict
from numeric.worlds import number_line, quiz_bandit

EPS = float(np.finfo(np.float64).eps)
GRADIENT = np.array([[1.0, -1.0]])


def trial(expected, gradient=GRADIENT, *, mdp=None, undiscounted=None, epsilon=EPS):
    return Trial(
        mdp=mdp or quiz_bandit(),
        theta=np.zeros((1, 2)),
        expected=np.asarray(expected, dtype=float),
        variance=2.0,
        gradient=gradient,
        undiscounted=gradient if undiscounted is None else undiscounted,
        batch=1,
        batches=2,
        largest=1.0,
        epsilon=epsilon,
    )


def word(*trials):
    found = verdict(trials)
    return found.verdict, found.scale


def test_equal_on_every_mdp_is_unbiased_and_on_all_but_one_is_not():
    assert word(trial(GRADIENT), trial(2 * GRADIENT, 2 * GRADIENT)) == ("UNBIASED", None)
    assert word(trial(GRADIENT), trial(2 * GRADIENT, 2 * GRADIENT), trial([[0.0, 0.0]])) == ("BIASED", None)


def test_one_factor_everywhere_is_a_scale_and_two_factors_are_bias():
    assert word(trial(GRADIENT / 3), trial(2 * GRADIENT / 3, 2 * GRADIENT)) == ("SCALED", 1 / 3)
    assert word(trial(GRADIENT / 3), trial(GRADIENT / 2)) == ("BIASED", None)


def test_a_scale_need_not_be_a_simple_fraction():
    assert word(trial(np.pi * GRADIENT), trial(-np.pi * GRADIENT, -GRADIENT)) == ("SCALED", np.pi)


def test_a_factor_of_the_horizon_is_a_formula():
    longer = number_line()
    assert word(trial(GRADIENT), trial(GRADIENT / 2, mdp=longer)) == ("SCALED", "1/T")
    assert word(trial(GRADIENT), trial(2 * GRADIENT, mdp=longer)) == ("SCALED", "T")


def test_a_direction_that_differs_on_one_mdp_is_bias_whatever_the_length():
    found = verdict([trial(GRADIENT), trial([[1.0, 0.0]])])
    assert (found.verdict, found.max_abs_bias) == ("BIASED", 1.0)
    assert found.cosine == pytest.approx(np.sqrt(1 / 2))


def test_a_mean_of_zero_is_vacuous_without_and_biased_with_a_gradient():
    nothing = np.zeros((1, 2))
    assert word(trial(nothing, nothing)) == ("VACUOUS", None)
    assert word(trial(nothing, nothing), trial(nothing)) == ("BIASED", None)
    assert verdict([trial(nothing)]).cosine is None


def test_a_difference_of_single_precision_is_numeric_unless_that_is_the_dtype():
    off = GRADIENT * (1 + 1e-7)
    assert word(trial(off)) == ("NUMERIC", None)
    assert word(trial(off, epsilon=1e-7)) == ("UNBIASED", None)
    assert word(trial(GRADIENT / 2 * (1 + 1e-7))) == ("SCALED", 0.5)
    assert unbiased_on(trial(off))
    assert not unbiased_on(trial(GRADIENT * 1.001))


def test_the_gradient_of_the_undiscounted_objective_is_named():
    other = 3 * GRADIENT
    found = verdict([trial(other, undiscounted=other), trial(GRADIENT)])
    assert (found.verdict, found.unbiased_for) == ("BIASED", "undiscounted J")


def test_proportional_asks_for_a_factor_on_one_mdp():
    assert proportional(trial(GRADIENT / 7))
    assert not proportional(trial([[1.0, 0.0]]))
    assert not proportional(trial([[0.0, 0.0]]))


def test_the_bound_grows_with_what_passes_through_and_with_the_unit():
    small, large = trial(GRADIENT), replace(trial(GRADIENT), largest=100.0)
    assert large.bound(EPS) == pytest.approx(100 * small.bound(EPS))
    assert small.bound(1e-7) > 1e7 * small.bound(EPS)


def test_the_summary_takes_the_worst_bias_the_mean_variance_and_the_worst_cosine():
    found = verdict([trial(GRADIENT), replace(trial(-GRADIENT), variance=4.0)])
    assert (found.max_abs_bias, found.variance, found.mdps) == (2.0, 3.0, 2)
    assert found.cosine == pytest.approx(-1)
    assert found.counterexample is None
