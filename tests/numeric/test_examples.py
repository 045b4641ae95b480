"""Worked examples: exact values in a named world, and estimates drawn with the policy that the statement names."""

from fractions import Fraction

import pytest
from sympy import Rational

from derive.notation import (
    T,
    a,
    bandit_policy,
    bandit_reward,
    expect,
    mean,
    other_policy,
    other_process,
    policy,
    reward,
    t,
)
from derive.terms import Coincide, Equation, Expectation, TimeSum, Variance, real_symbol
from derive.wire import encode
from numeric.errors import WorldError
from numeric.examples import agree, completed, describe, estimate, exact, settings

EARNED = TimeSum(reward(t), t, 0, T - 1)
BANDIT = mean(bandit_reward(a), a, bandit_policy(a))


def test_the_number_line_earns_its_probability_squared() -> None:
    found = {s.label: exact(encode(expect(EARNED)), s) for s in settings("number_line")}
    assert found == {"p = 1/2": Fraction(1, 4), "p = 4/5": Fraction(16, 25), "p = 1": 1}


def test_an_estimate_lies_near_the_exact_value_and_comes_again_with_its_seed() -> None:
    setting = settings("number_line")[0]
    drawn = estimate(encode(expect(EARNED)), setting, 20_000, 7)
    assert drawn is not None
    assert abs(drawn.mean - 0.25) < 6 * drawn.standard_error
    assert drawn == estimate(encode(expect(EARNED)), setting, 20_000, 7)
    assert drawn != estimate(encode(expect(EARNED)), setting, 20_000, 8)


def test_another_policy_draws_its_own_trajectories() -> None:
    setting = settings("number_line")[1]
    wire = encode(Expectation(EARNED, other_process))
    drawn = estimate(wire, setting, 20_000, 0)
    assert drawn is not None
    assert exact(wire, setting) == Fraction(4, 9)  # μ(right) = 2/3, π(right) = 4/5
    assert abs(drawn.mean - 4 / 9) < 6 * drawn.standard_error


def test_means_and_variances_are_estimated_too() -> None:
    setting = settings("quiz_bandit")[1]
    mean_of = estimate(encode(BANDIT), setting, 20_000, 0)
    variance = estimate(encode(Variance(*BANDIT.args)), setting, 20_000, 0)
    assert mean_of is not None
    assert variance is not None
    assert abs(mean_of.mean - 2 / 3) < 6 * mean_of.standard_error
    assert abs(variance.mean - 2 / 9) < 6 * variance.standard_error
    assert estimate(encode(Rational(1, 2)), setting, 10, 0) is None


def test_agreement_can_fail() -> None:
    setting = settings("number_line")[0]
    assert agree(encode(Equation(expect(EARNED), Rational(1, 4))), setting)
    assert not agree(encode(Equation(expect(EARNED), Rational(1, 3))), setting)


def test_what_a_statement_leaves_open_gets_a_value() -> None:
    setting = settings("number_line")[0]
    full = completed(setting.model, encode(real_symbol("c")))
    assert full["reals"]["c"] == "1/3"
    assert "c" not in setting.model["reals"]


def test_letters_that_coincide_get_one_table() -> None:
    setting = settings("number_line")[1]
    full = completed(setting.model, encode(Coincide(policy, other_policy)))
    assert full["letters"]["mu/2"]["table"] == full["letters"]["pi/2"]["table"]


def test_each_world_is_described_and_an_unknown_one_named() -> None:
    assert "reward of 1 on arrival" in describe("number_line")
    with pytest.raises(WorldError, match="no world is named 'number_lin'"):
        settings("number_lin")
