"""Letters that solve an equation: by hand, in a room that is left or kept, and what has no solution."""

from fractions import Fraction
from math import log

import pytest

from derive.notation import (
    a,
    backed_up,
    bellman,
    flow,
    gamma,
    mean_reward,
    occupancy,
    policy,
    s,
    stationary_value,
    transition,
    u,
)
from derive.terms import STATES, Always, Equation, Letter, Log, Maximum, SumOver
from derive.wire import encode
from numeric.completing import fits_a_number
from numeric.errors import UnevaluableError
from numeric.evaluate import satisfies, value
from numeric.evaluation.irrationals import to_ball
from numeric.examples import settings
from numeric.solving import solved


def table(model: dict, key: str, part: str = "table") -> dict:
    return {tuple(arguments): Fraction(x) for arguments, x in model["letters"][key][part]}


def in_two_rooms(*equations: Always) -> dict:
    model = settings("two_rooms")[0].model
    return solved(model, [encode(e) for e in equations])


def test_values_and_occupancy_of_two_rooms_by_hand() -> None:
    # From anywhere the next room is either with probability 1/2: V(1) = V(0) + 1, V(0) = (V(0) + V(1)) / 4.
    model = in_two_rooms(bellman, flow)
    assert table(model, "V/1") == {(0,): Fraction(1, 2), (1,): Fraction(3, 2)}
    assert table(model, "d/1") == {(0,): Fraction(3, 4), (1,): Fraction(1, 4)}


def test_the_derivative_solves_the_differentiated_equation() -> None:
    # The chance of room 1 next rises by dp/2 = 1/8, worth γ (V(1) − V(0)) = 1/2 each time: V̇ = 1/16 + V̇/2.
    model = in_two_rooms(bellman, flow)
    assert table(model, "V/1", "tangent") == {(0,): Fraction(1, 8), (1,): Fraction(1, 8)}
    assert sum(table(model, "d/1", "tangent").values()) == 0
    assert satisfies(model, [encode(bellman), encode(flow)])


def test_the_order_of_the_equations_does_not_matter() -> None:
    assert in_two_rooms(bellman, flow)["letters"] == in_two_rooms(flow, bellman)["letters"]


def test_an_equation_without_a_single_solution_is_refused() -> None:
    with pytest.raises(UnevaluableError, match="no single solution"):
        in_two_rooms(Always(stationary_value(s), stationary_value(s)))


def test_an_equation_without_a_real_solution_is_refused_before_its_fractions_grow_too_long() -> None:
    with pytest.raises(UnevaluableError, match="binary digits"):
        in_two_rooms(Always(stationary_value(s), stationary_value(s) ** 2 / 5 + 2))


def test_what_is_no_letter_at_variables_is_refused() -> None:
    with pytest.raises(UnevaluableError, match="no letter at distinct variables"):
        in_two_rooms(Always(SumOver(policy(a, s), a), gamma * occupancy(s)))


def test_an_optimal_value_by_policy_iteration() -> None:
    # Always action 1: room 1 next with chance 3/4. V(1) = 1 + V(0), V(0) = (V(0) / 4 + 3 V(1) / 4) / 2, so V(0) = 3/4.
    optimal = Letter("V^*", (STATES,))
    model = in_two_rooms(Always(optimal(s), Maximum(backed_up(optimal)(s, a), a)))
    assert table(model, "V^*/1") == {(0,): Fraction(3, 4), (1,): Fraction(7, 4)}


def test_a_solution_may_be_irrational() -> None:
    # V = log 2 + V/2, so V = 2 log 2, up to a bound on the rounding error.
    held = Letter("w", (STATES,))
    found = in_two_rooms(Always(held(s), Log(2) + gamma * held(s)))["letters"]["w/1"]["table"]
    assert [key for key, _ in found] == [[0], [1]]
    for _, number in found:
        assert abs(to_ball(number).mid - 2 * log(2)) <= to_ball(number).radius < 1e-14


def test_an_equation_at_one_parameter_may_move_with_it() -> None:
    held = Letter("w", ())
    mean = SumOver(policy(a, u) * mean_reward(u, a), a)
    here = encode(Equation(held(), SumOver(mean, u) + gamma * held()))
    assert table(solved(settings("two_rooms")[0].model, [here]), "w/0") == {(): Fraction(2)}
    assert fits_a_number(here)
    assert not fits_a_number(encode(Equation(gamma, 1)))


def test_a_letter_times_what_is_no_fraction_is_refused() -> None:
    held = Letter("w", (STATES,))
    with pytest.raises(UnevaluableError, match="multiplies it with what is no fraction"):
        in_two_rooms(Always(held(s), 1 + Log(2) * held(s)))


def test_a_distribution_is_made_of_fractions() -> None:
    law = Letter("q", (STATES,), pmf=True)
    model = in_two_rooms(Always(law(s), Log(2)))
    with pytest.raises(UnevaluableError, match="a probability of it is no fraction"):
        value(encode(SumOver(law(s), s)), model)


def test_what_cannot_hold_for_all_parameters_is_refused() -> None:
    held = Letter("w", (STATES,))
    with pytest.raises(UnevaluableError, match="changes with one"):
        in_two_rooms(Always(held(s), SumOver(policy(a, s) * SumOver(transition(u, s, a) * mean_reward(u, a), u), a)))
