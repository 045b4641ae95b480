"""Returns and rewards-to-go against their definitions, in exact fractions."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numeric.errors import TrajectoriesError
from numeric.returns import discounts, returns, rewards_to_go

EPS = float(np.finfo(np.float64).eps)
rewards = st.integers(1, 5).flatmap(
    lambda steps: st.lists(st.tuples(*[st.integers(-9, 9)] * steps), min_size=1, max_size=3)
)
gammas = st.sampled_from([Fraction(0), Fraction(1, 3), Fraction(1, 2), Fraction(9, 10), Fraction(1)])


@given(rewards, gammas)
def test_rewards_to_go_are_their_definition(rows, gamma):
    """G_t = Σ_{k=t}^{T-1} γ^{k-t} r_k."""
    ours = rewards_to_go(rows, float(gamma))
    for n, row in enumerate(rows):
        for t in range(len(row)):
            exact = sum(gamma ** (k - t) * row[k] for k in range(t, len(row)))
            assert abs(ours[n, t] - exact) <= 4 * len(row) ** 2 * 9 * EPS


@given(rewards, gammas)
def test_the_return_is_the_first_reward_to_go(rows, gamma):
    steps = len(rows[0])
    difference = returns(rows, float(gamma)) - rewards_to_go(rows, float(gamma))[:, 0]
    assert np.abs(difference).max() <= 4 * steps**2 * 9 * EPS


def test_the_rewards_are_left_as_they_were():
    array = np.array([[1.0, 1.0]])
    assert rewards_to_go(array, 0.5).tolist() == [[1.5, 1.0]]
    assert array.tolist() == [[1, 1]]


def test_zero_to_the_power_of_zero_is_one():
    assert discounts(0.0, 3).tolist() == [1, 0, 0]


@pytest.mark.parametrize("function", [returns, rewards_to_go])
def test_other_shapes_and_discounts_are_refused(function):
    with pytest.raises(TrajectoriesError, match=r"rewards has shape \(2,\); give a padded array \[N, T\]"):
        function([1.0, 2.0], 0.5)
    with pytest.raises(TrajectoriesError, match=r"gamma is 1.5; give a number in \[0, 1\]"):
        function([[1.0, 2.0]], 1.5)
