"""Each fault of an estimator is one clear error that names the value."""

import sys

import numpy as np
import pytest

from numeric.errors import EstimatorError
from numeric.estimators import reward_to_go
from numeric.testing import judge

from .known_estimators import leave_one_out, without_discount_power

calls = []


def raises(b, theta):
    return {}["missing"]


def leaves(b, theta):
    sys.exit(3)


def returns_a_number(b, theta):
    return 1.0


def returns_a_list(b, theta):
    return theta.tolist()


def returns_a_row(b, theta):
    return theta[0]


def returns_complex(b, theta):
    return theta * 1j


def returns_truth(b, theta):
    return theta > 0


def returns_nan(b, theta):
    return reward_to_go(b, theta) / 0.0


def mutates_in_place(b, theta):
    b.rewards[:] = 0
    return theta


def mutates_by_assignment(b, theta):
    b.gamma = 1.0
    return theta


def mutates_theta(b, theta):
    theta += 1
    return theta


def remembers(b, theta):
    calls.append(float(b.rewards.sum()))
    return reward_to_go(b, theta) + sum(calls)


def draws_at_random(b, theta):
    return reward_to_go(b, theta) * np.random.default_rng().normal()


FAULTS = {
    raises: r"raises raises KeyError: 'missing', line \d+ of raises \[batch: \(s=0, a=0, r=0\)\]",
    leaves: r"leaves raises SystemExit: 3",
    returns_a_number: r"returns 1.0 of type float; return a NumPy array \[S, A\] = \(1, 2\)",
    returns_a_list: r"returns \[\[0.0, 0.0\]\] of type list; return a NumPy array",
    returns_a_row: r"returns shape \(2,\); return one estimate \[S, A\] = \(1, 2\) per batch",
    returns_complex: r"returns dtype complex128; return an array of a real dtype",
    returns_truth: r"returns dtype bool; return an array of a real dtype",
    returns_nan: r"returns nan at \[s=0, a=0\]; return finite numbers",
    mutates_in_place: r"changes its batch or theta \(ValueError: .* is read-only, line \d+ of mutates",
    mutates_by_assignment: r"changes its batch or theta \(FrozenInstanceError: .*; copy before writing",
    mutates_theta: r"changes its batch or theta \(ValueError: output array is read-only",
    remembers: r"gives two answers for one batch, .* and later .*: it remembers earlier calls",
    draws_at_random: r"gives two answers for one batch, .* compute from b and theta alone",
}


@pytest.mark.parametrize(("estimator", "message"), FAULTS.items(), ids=[f.__name__ for f in FAULTS])
def test_a_fault_is_one_clear_error(estimator, message):
    with pytest.raises(EstimatorError, match=message):
        judge(estimator)


def test_reusing_one_output_array_is_no_fault():
    kept = {}

    def reuses(b, theta):
        array = kept.setdefault(theta.shape, np.zeros_like(theta))
        array[:] = reward_to_go(b, theta)
        return array

    assert judge(reuses, max_examples=20).verdict == "UNBIASED"


def test_reusing_one_output_array_does_not_hide_a_memory():
    kept, count = {}, []

    def reuses_and_counts(b, theta):
        count.append(1)
        array = kept.setdefault(theta.shape, np.zeros_like(theta))
        array[:] = len(count)
        return array

    with pytest.raises(EstimatorError, match="gives two answers for one batch"):
        judge(reuses_and_counts)


def test_a_fault_on_an_mdp_met_while_shrinking_only_stops_the_shrinking():
    def picky(b, theta):
        small = theta.shape == (1, 2) and b.rewards.shape[1] == 2 and b.gamma == 0.5
        if small and b.rewards.any() and not theta.any():
            raise RuntimeError("too small for me")
        return without_discount_power(b, theta)

    found = judge(picky).counterexample
    assert found["horizon"] == 2
    assert (found["states"], found["gamma"], np.any(found["theta"])) != (1, 0.5, False)


@pytest.mark.parametrize("changes", [{"batch": 0}, {"max_examples": 0}])
def test_numbers_below_one_are_refused(changes):
    with pytest.raises(EstimatorError, match=r"(batch|max_examples) is 0; give an integer >= 1"):
        judge(reward_to_go, **changes)


def test_a_group_too_large_to_enumerate_is_refused():
    assert judge(leave_one_out, batch=8, max_examples=5).mdps == 5
    with pytest.raises(EstimatorError, match="batch is 13; every batch is enumerated: give at most 12"):
        judge(leave_one_out, batch=13)


def test_an_unknown_kind_is_told_the_known_ones():
    with pytest.raises(EstimatorError, match="kind is 'tensorflow'; the known kinds are numpy"):
        judge(reward_to_go, kind="tensorflow")
