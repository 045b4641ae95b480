"""Each fault of an estimator is one clear error that names the value."""

import sys

import numpy as np
import pytest

from numeric.errors import EstimatorError
from numeric.estimators import reward_to_go, weighted_scores
from numeric.returns import discounts, rewards_to_go
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


def doubles_or_nothing(b, theta):
    return reward_to_go(b, theta) * 2 * np.random.default_rng().integers(0, 2)


def first_trajectory_twice(b, theta):
    """Unbiased, and not symmetric."""
    weights = discounts(b.gamma, b.rewards.shape[1]) * rewards_to_go(b.rewards, b.gamma)
    scale = np.ones((len(b), 1))
    scale[0] += 1
    scale[1] -= 1
    return weighted_scores(b, theta, weights * scale)


FAULTS = {
    raises: r"raises raises KeyError: 'missing', line \d+ of raises \[batch: \(s=\d, a=\d, r=",
    leaves: r"leaves raises SystemExit: 3",
    returns_a_number: r"returns 1.0 of type float; return a NumPy array \[S, A\] = \(\d, \d\)",
    returns_a_list: r"returns \[\[.* of type list; return a NumPy array",
    returns_a_row: r"returns shape \(\d,\); return one estimate \[S, A\] = \(\d, \d\) per batch",
    returns_complex: r"returns dtype complex128; return an array of a real dtype",
    returns_truth: r"returns dtype bool; return an array of a real dtype",
    returns_nan: r"returns (nan|-?inf) at \[s=0, a=0\]; return finite numbers",
    mutates_in_place: r"changes its batch or theta \(ValueError: .* is read-only, line \d+ of mutates",
    mutates_by_assignment: r"changes its batch \(assigns b.gamma\); compute new arrays",
    mutates_theta: r"changes its batch or theta \(ValueError: output array is read-only",
    remembers: r"gives two answers for one batch, .* and later .*: it remembers earlier calls, or draws",
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
    with pytest.raises(EstimatorError, match=r"(batch|mdps) is 0; give an integer >= 1"):
        judge(reward_to_go, **changes)


def test_a_group_too_large_to_enumerate_is_refused():
    assert judge(leave_one_out, batch=8, max_examples=5).mdps == 5


def test_a_group_too_large_to_enumerate_is_enumerated_up_to_its_order_or_sampled():
    assert judge(leave_one_out, batch=20, max_examples=5).sampled is None
    found = judge(first_trajectory_twice, batch=20, max_examples=2)
    assert (found.verdict, found.mdps) == ("UNBIASED", 2)
    assert 0 < found.sampled["detectable"] < 1


def test_what_draws_at_random_is_tested_sequentially_with_stated_rates():
    found = judge(draws_at_random)
    assert found.verdict == "BIASED"
    assert found.sampled["false_alarm"] == found.sampled["miss"] == 1e-3
    fair = judge(doubles_or_nothing)
    assert fair.verdict == "UNBIASED"
    assert fair.sampled["detectable"] < 0.5
    assert any("draws at random" in note for note in fair.notes)


def test_an_unknown_kind_is_told_the_known_ones():
    with pytest.raises(
        EstimatorError,
        match="kind is 'tensorflow'; the known kinds are advantage, numpy, torch, jax, value_target",
    ):
        judge(reward_to_go, kind="tensorflow")


def test_a_warning_is_a_note_and_no_error():
    import warnings

    def warns(b, theta):
        warnings.warn("old name", DeprecationWarning, stacklevel=1)
        return reward_to_go(b, theta)

    found = judge(warns, max_examples=5)
    assert (found.verdict, found.notes) == ("UNBIASED", ["warns warns: old name"])
