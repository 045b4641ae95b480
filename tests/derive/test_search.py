"""search() proves or says what is left: steps of a textbook in one go, and the coefficient that differs."""

import pytest
from sympy import Expr

import proofs
from benchmarks.claims import is_finite
from derive.catalogue import load
from derive.kernel import Theorem, replay
from derive.notation import (
    T,
    action_value,
    expect,
    gamma,
    k,
    n,
    other_process,
    policy,
    reward,
    score,
    state_value,
    t,
)
from derive.prove import prove, search
from derive.proving.search import Gap
from derive.terms import AtMost, Equation, Expectation, Given, Inequality, Positive, TimeSum

from .test_prove import FOUND_WITHOUT_HELP

NAMED = load(proofs).derivations
ASSUMED = (AtMost(0, T), Positive(policy))
ONE_STEP_INEQUALITIES = ("ppo_clip_le_unclipped",)


def steps(body: Expr, lower: Expr | int = 0, upper: Expr = T - 1) -> TimeSum:
    return TimeSum(body, t, lower, upper)


credited = TimeSum(gamma**k * expect(reward(k) * score(t)), k, t, T - 1)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (expect(steps(gamma**t * state_value(t))), steps(TimeSum(gamma**k * expect(reward(k)), k, t, T - 1))),
        (expect(steps(gamma**t * action_value(t) * score(t))), steps(credited)),
        (expect(steps(gamma**t * (action_value(t) - state_value(t)) * score(t))), steps(credited)),
        (steps(expect(reward(t))), steps(expect(reward(t - 1)), 1, T)),
    ],
)
def test_several_steps_at_once(left: Expr, right: Expr) -> None:
    theorem = search(Equation(left, right), ASSUMED)
    assert isinstance(theorem, Theorem), str(theorem)
    assert replay(theorem).hypotheses <= set(ASSUMED)


def test_a_gap_names_the_range_and_the_coefficient_that_differs() -> None:
    forgotten = steps(TimeSum(gamma ** (k - t) * expect(reward(k) * score(t)), k, t, T - 1))
    gap = search(Equation(steps(credited), forgotten), ASSUMED)
    assert isinstance(gap, Gap)
    assert gap.rest is not None
    assert len(gap.where) == 4  # 0 ≤ t ≤ T − 1 and t ≤ k ≤ T − 1
    assert "gamma" in str(gap.rest)
    assert "remains for" in str(gap)


def test_the_score_of_one_policy_does_not_vanish_under_another() -> None:
    assert prove(Equation(Expectation(score(t), other_process), 0), (*ASSUMED, AtMost(0, t), AtMost(t, T - 1))) is None


def test_a_value_is_not_settled_under_another_policy() -> None:
    later = TimeSum(gamma ** (k - t) * reward(k), k, t, T - 1)
    value = Given(later, 2 * t, other_process)
    claim = Equation(steps(expect(value)), steps(expect(later)))
    assert isinstance(search(claim, ASSUMED), Gap)


@pytest.mark.parametrize("name", ONE_STEP_INEQUALITIES)
def test_a_line_that_is_at_most_the_next_by_one_rule(name: str) -> None:
    entry = NAMED[name]
    theorem = prove(entry.claim, entry.assuming)
    assert theorem is not None
    assert replay(theorem).relation == Inequality.relation


def test_an_inequality_the_other_way_round_is_not_found() -> None:
    for name in ONE_STEP_INEQUALITIES:
        claim = NAMED[name].claim
        assert prove(Inequality(claim.rhs, claim.lhs), NAMED[name].assuming) is None


def test_an_index_is_told_case_by_case() -> None:
    # T = 0 and T ≥ 1 are proved apart: neither alone orders the ends 0, 1 and T
    theorem = prove(Equation((1 - gamma) * TimeSum(gamma**n, n, 0, T - 1), 1 - gamma**T), (AtMost(0, T),))
    assert theorem is not None


def test_two_thirds_of_the_finite_entries_are_found_without_their_lines() -> None:
    finite = [entry for entry in NAMED.values() if is_finite(entry)]
    assert len([e for e in finite if e.name in FOUND_WITHOUT_HELP]) > 2 / 3 * len(finite)
