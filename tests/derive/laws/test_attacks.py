"""Ways in which somebody tried to prove a falsehood. Each is refused, and says what could not be shown."""

from collections.abc import Callable
from random import Random

import pytest
from sympy import Expr, Float, Integer, Max, Rational, Symbol, oo, sqrt

import derive.axioms  # noqa: F401  (admits the laws)
from derive.binding import substitute
from derive.errors import IllFormed, Refused
from derive.kernel import (
    Theorem,
    always,
    assume,
    cong,
    define,
    induct,
    inst,
    law,
    monotone,
    refl,
    ring,
    sym,
    trans,
    weaken,
)
from derive.notation import (
    OUTCOMES,
    T,
    a,
    density,
    gamma,
    initial,
    k,
    n,
    payoff,
    policy,
    process,
    s,
    t,
    theta,
    transition,
    x,
)
from derive.rewriting import HOLE
from derive.terms import (
    ACTIONS,
    STATES,
    Action,
    Always,
    At,
    AtMost,
    Cases,
    Definition,
    Domain,
    Draw,
    Equation,
    Exp,
    Expectation,
    Given,
    Gradient,
    Inequality,
    Letter,
    Log,
    Maximum,
    Mean,
    PathProbability,
    PathSum,
    Positive,
    Possible,
    Process,
    Samples,
    State,
    SumOver,
    TimeSum,
    Var,
    real_symbol,
    time_symbol,
)
from proofs.number_line_trajectories import LINE, walk

from .witness import judge, judge_equation

y, z = real_symbol("y"), real_symbol("z")
NOTHING, VOID = TimeSum(1, n, 1, 0), TimeSum(1, k, 1, 0)  # two names for zero, which SymPy does not know to be zero
nothing_is_zero = law("empty", NOTHING)
v, g = Letter("v", (STATES,)), Letter("g", (ACTIONS,))
behaviour = Letter("b", (ACTIONS, STATES), pmf=True)
under_behaviour = Process(initial, behaviour, transition, 1)
COUNTS = Domain("N", (0, 1, 2))
counted = Process(
    Letter("rho_0", (COUNTS,), pmf=True), Letter("pi", (ACTIONS, COUNTS), pmf=True),
    Letter("P", (COUNTS, COUNTS, ACTIONS), pmf=True), 2, COUNTS,
)  # fmt: skip
start_count = State(0, COUNTS)
of_theta = Letter("w", (STATES,), parameter=theta)
first, bit, other_bit = Draw(1, OUTCOMES), Var("i", Domain("B", (0, 1))), Var("i_2", Domain("B", (0, 1)))
heads, j = Letter("q", (bit.domain,), pmf=True), time_symbol("j")


def within(theorem: Theorem, context: Expr) -> Theorem:
    return cong(theorem, context, HOLE)


# What SymPy cancels unasked: x/x is 1, also where x vanishes.


def the_inverse_of_zero_is_put_into_zero() -> Theorem:
    return inst(within(nothing_is_zero, y * HOLE), {y: 1 / NOTHING})


def zero_is_put_below_the_line() -> Theorem:
    empty_sum_of_inverses = law("empty", TimeSum(1 / z, k, 1, 0))
    return inst(trans(sym(law("homogeneity", TimeSum(1 / z, k, 1, 0))), empty_sum_of_inverses), {z: VOID})


def the_parameter_becomes_the_inverse_of_zero() -> Theorem:
    return law("evaluation", At(theta * NOTHING, theta, 1 / NOTHING))


def a_constant_is_the_inverse_of_the_sum() -> Theorem:
    term = TimeSum(1 / VOID, k, 1, 0)
    return trans(sym(law("homogeneity", term)), law("empty", term))


def a_product_rule_cancels_a_gradient() -> Theorem:
    return law("leibniz", Gradient(gamma / Gradient(gamma, theta), theta))


def a_power_with_a_symbolic_exponent_cancels() -> Theorem:
    return ring(NOTHING**t * VOID ** (-t), Integer(1))


def a_definition_divides_zero_by_zero() -> Theorem:
    return define(Definition("d", (y, z), y / z)(NOTHING, NOTHING))


def an_inverse_hides_in_a_definition() -> Theorem:
    return define(Definition("q", (), 1 / NOTHING)())


def an_argument_is_the_root_of_a_negative_number() -> Theorem:
    inverse = Definition("d", (y,), payoff(first) / (1 + y**2))  # of a square: positive, if the argument is real
    return law("draw_sample", over_samples(NOTHING * inverse(sqrt(NOTHING - 1))), Integer(1))


def a_definition_within_has_a_parameter_of_that_name() -> Theorem:
    inverse = Definition("e", (y,), payoff(first) / y)
    outer = Definition("d", (y,), inverse(NOTHING))
    return law("draw_sample", over_samples(NOTHING * outer(5)), Integer(1))


def a_definition_within_divides_by_what_is_put_in() -> Theorem:
    outer = Definition("d", (y, z), payoff(first) * Definition("e", (), y / z)())
    return law("draw_sample", over_samples(outer(NOTHING, NOTHING)), Integer(1))


def one_trajectory_speaks_for_all_in_a_definition() -> Theorem:
    more = 1 + v(State(0))
    lhs, rhs = (Definition("d", (), Expectation(body, process)) for body in ((more**2 + more) / more, more + 1))
    return ring(lhs(), rhs(), [Inequality(0, v(State(0)))])


def one_element_speaks_for_all_in_a_definition() -> Theorem:
    more = 1 + payoff(x)
    lhs, rhs = (Definition("d", (x,), SumOver(body, x)) for body in ((more**2 + more) / more, more + 1))
    return ring(lhs(x), rhs(x), [Inequality(0, payoff(x))])


def renaming_makes_two_zeros_one() -> Theorem:
    return trans(refl(Integer(1)), refl(NOTHING / VOID))


def a_factor_is_split_with_its_inverse() -> Theorem:
    return law("homogeneity", TimeSum(1, k, 0, 0), 1 / y, y)


def importance_sampling_without_support() -> Theorem:
    weight = behaviour(a, s)
    return define(Mean(policy(a, s) / weight * g(a), a, weight))


def importance_sampling_of_paths_without_support() -> Theorem:
    ratio = PathProbability(process.until(1)) / PathProbability(under_behaviour)
    return define(Expectation(ratio * v(State(1)), under_behaviour))


def a_discount_of_zero() -> Theorem:
    return inst(ring(gamma ** (k - t) * gamma**t, gamma**k), {gamma: Integer(0)})


# A number is taken to be other than zero where it stands in γ^k: then it is not replaced by what may be zero.


def a_power_is_evaluated_at_zero() -> Theorem:
    joined = within(law("single", once(gamma ** (k - 1))), At(gamma * HOLE, gamma, 0))
    below, above = law("evaluation", joined.lhs), inst(joined, {k: Integer(0)})  # 0 · 0^(k-1), which is 0, and 0^0
    return trans(trans(sym(inst(below, {k: Integer(0)})), above), law("evaluation", above.rhs))


def a_power_is_summed_from_zero() -> Theorem:
    joined = within(law("single", once(n ** (k - 1))), TimeSum(n * HOLE, n, 0, 0))
    below, above = law("single", joined.lhs), inst(joined, {k: Integer(0)})
    return trans(trans(sym(inst(below, {k: Integer(0)})), above), law("single", above.rhs))


def a_power_in_a_definition_is_of_zero() -> Theorem:
    lhs, rhs = (Definition("d", (y,), body) for body in (y * (y ** (k - 1) + z), y**k + y * z))
    same, below = inst(ring(lhs(0), rhs(0)), {k: Integer(0)}), inst(define(lhs(0)), {k: Integer(0)})
    return trans(trans(sym(below), same), define(same.rhs))


def a_power_of_a_product_is_of_zero() -> Theorem:
    power = (y * gamma) ** z
    joined = within(law("single", once(power)), HOLE * (y * gamma) ** (n - z))
    return inst(joined, {y: Integer(0), z: Integer(1)})


def a_power_of_a_number_becomes_one_of_a_time() -> Theorem:
    return inst(within(law("single", once(y ** (k - 1))), y * HOLE), {y: n})


def a_product_with_a_discount_is_cancelled_out_of_sight() -> Theorem:
    vanishing = assume(Equation(y * gamma, Integer(0)))
    up, down = once(gamma ** (t - 1)), once(gamma ** (-t))
    first_out = within(law("single", up), y * gamma * HOLE * down)
    second_out = within(law("single", down), y * HOLE * gamma**t)
    alone = trans(trans(first_out, ring(first_out.rhs, second_out.lhs)), second_out)
    return inst(trans(sym(alone), within(vanishing, HOLE * up * down)), {gamma: Integer(0)})


def a_discount_is_cancelled_by_an_instance() -> Theorem:
    vanishing = inst(within(assume(Equation(y * gamma, Integer(0))), z * HOLE), {z: gamma ** (-t)})
    return trans(ring(y, gamma ** (t - 1) * vanishing.lhs), within(vanishing, gamma ** (t - 1) * HOLE))


def an_upper_end_divides_by_zero() -> Theorem:
    return ring(TimeSum(1, k, 1, (NOTHING**2 + NOTHING) / NOTHING), TimeSum(1, k, 1, NOTHING + 1))


def an_enumeration_divides_by_zero() -> Theorem:
    i = Var("i", COUNTS)
    return law("enumeration", SumOver(1 / i, i))


def an_index_divides_by_zero() -> Theorem:
    return law("single", TimeSum(1 / k, k, 0, 0))


def one_trajectory_speaks_for_all() -> Theorem:
    here = policy(Action(0), State(0))
    lhs = Expectation((here**2 + here) / here, under_behaviour)
    return ring(lhs, Expectation(here + 1, under_behaviour), [Possible(process.until(1))])


def a_parameter_is_taken_for_the_free_index() -> Theorem:
    first, second = Definition("d", (n,), (n**2 + n) / n), Definition("d", (n,), n + 1)
    return inst(ring(first(k), second(k), [AtMost(1, n)]), {n: Integer(1)})


def infinity_is_a_number() -> Theorem:
    return define(Definition("d", (y,), y + 1)(oo))


def a_positive_symbol_becomes_negative() -> Theorem:
    positive = Symbol("x", positive=True)
    return inst(define(Definition("d", (y,), sqrt(y**2))(positive)), {positive: Integer(-1)})


def a_hypothesis_is_rounded() -> Theorem:
    far = Float(1e20)
    larger = law("nonnegative", Integer(0), y - z, given=[Inequality(far + z, far + y)])
    return inst(larger, {y: Integer(1), z: Integer(2)})


# Names that are captured.


def the_bound_time_is_the_position() -> Theorem:
    return law("homogeneity", Given(TimeSum(v(State(t)), t, 0, 2) * v(State(2)), 2 * t, process))


def a_bound_name_is_spelt_like_a_canonical_one() -> Theorem:
    clash = Symbol("_1", integer=True)
    return trans(refl(TimeSum(k * clash, k, 0, 2)), refl(TimeSum(k * k, k, 0, 2)))


def a_parameter_shadows_the_parameter_of_a_letter() -> Theorem:
    return law("gradient_constant", Gradient(Definition("d", (theta,), policy(a, s))(0), theta))


def a_letter_depends_on_another_symbol_of_that_name() -> Theorem:
    integer = Letter("q", (ACTIONS,), pmf=True, parameter=Symbol("theta", integer=True))
    law("gradient_constant", Gradient(integer(a), theta))
    return law("gradient_constant", Gradient(Letter("q", (ACTIONS,), pmf=True, parameter=theta)(a), theta))


def an_inequality_about_the_parameter_is_forgotten() -> Theorem:
    at_most_zero = law("empty", TimeSum(1, n, 1, k), given=[AtMost(k, 0)])
    return cong(at_most_zero, At(HOLE, k, 1), HOLE)


def a_bound_is_spelt_like_the_index() -> Theorem:
    nothing = law("empty", TimeSum(1, k, 0, t), given=[AtMost(t, -1)])
    summed = cong(nothing, TimeSum(HOLE, t, t + 1, 2), HOLE)  # of the bound t it is not known that t + 1 <= t
    return inst(summed, {t: Integer(0)})


def an_induction_starts_at_its_own_index() -> Theorem:
    claim, start = Equation((1 + (-1) ** n) * TimeSum(1, k, n, 4), Integer(0)), 11 - 2 * n
    base = refl(substitute(claim.lhs, {n: start}))
    vanished = law("empty", TimeSum(1, k, n + 1, 4), given=[AtMost(start, n)])
    return inst(induct(base, within(vanished, (1 + (-1) ** (n + 1)) * HOLE), claim, n, start), {n: Integer(4)})


def an_induction_takes_zero_by_zero_for_one() -> Theorem:
    odd = assume(Equation(NOTHING / VOID, Integer(0)))
    return induct(odd, odd, Equation(Integer(1), Integer(0)), n)


def an_expectation_averages_what_was_put_in() -> Theorem:
    return inst(refl(Expectation(g(Action(0)) * g(a), process)), {a: Action(0)})


def a_gradient_differentiates_what_was_put_in() -> Theorem:
    return inst(law("gradient_constant", Gradient(y, theta)), {y: theta**2})


def a_definition_averages_its_random_argument() -> Theorem:
    return define(Definition("V", (s,), Expectation(v(State(0)) * v(s), process))(State(0)))


# Samples, and what is assumed of one element only.


def over_samples(body: Expr) -> Samples:
    return Samples(body, x, density(x), 2)


def samples_of_two_sets_become_one() -> Theorem:
    other = Domain("Y")
    body = payoff(first) * Letter("g", (other,))(Draw(1, other))
    return inst(law("homogeneity", over_samples(body)), {OUTCOMES: other})


def a_sample_is_put_into_its_own_average() -> Theorem:
    return inst(refl(over_samples(payoff(first) * payoff(x))), {x: first})


def a_definition_averages_its_sample() -> Theorem:
    return define(Definition("m", (x,), over_samples(payoff(first) * payoff(x)))(first))


def what_is_assumed_of_one_sample_is_averaged() -> Theorem:
    return within(assume(Equation(payoff(first), Integer(0))), over_samples(HOLE))


def a_sample_solves_its_equation_always() -> Theorem:
    return always(Always(payoff(first), Integer(0)))


def what_always_holds_of_one_trajectory_is_averaged() -> Theorem:
    here = inst(always(Always(v(s), y)), {y: v(State(0))})  # v is at every state what it is at the first
    return within(here, Expectation(HOLE, process))


def what_holds_at_one_number_is_differentiated_by_it() -> Theorem:
    slope = cong(always(Always(v(s), y)), Gradient(HOLE, y), HOLE)
    one = trans(slope, law("gradient_parameter", Gradient(y, y)))
    return trans(sym(law("gradient_constant", Gradient(v(s), y))), one)


def what_holds_at_one_number_is_evaluated_at_another() -> Theorem:
    elsewhere = cong(always(Always(v(s), y)), At(HOLE, y, 3), HOLE)
    return trans(sym(law("evaluation", At(v(s), y, 3))), trans(elsewhere, law("evaluation", At(y, y, 3))))


def a_number_becomes_the_parameter_of_what_holds_for_all_its_values() -> Theorem:
    slope = cong(always(Always(of_theta(s), y)), Gradient(HOLE, theta), HOLE)
    return inst(trans(slope, law("gradient_constant", Gradient(y, theta))), {y: theta})


def a_letter_forgets_the_parameter_of_what_holds_for_all_its_values() -> Theorem:
    slope = cong(always(Always(of_theta(s), theta)), Gradient(HOLE, theta), HOLE)
    return inst(trans(slope, law("gradient_parameter", Gradient(theta, theta))), {of_theta: v})


def the_same_sample_is_drawn_again() -> Theorem:
    return law("draw_sample", over_samples(payoff(Draw(k, OUTCOMES)) * payoff(first)), Integer(1), given=[AtMost(1, k)])


def a_sample_beyond_the_last_is_drawn() -> Theorem:
    return law("draw_sample", over_samples(payoff(Draw(3, OUTCOMES))), Integer(3))


def one_element_is_at_least_zero_and_all_are_divided_by() -> Theorem:
    return law("homogeneity", SumOver(gamma / (1 + payoff(x)), x), given=[Inequality(0, payoff(x))])


def one_element_is_at_least_zero_and_the_sum_is_positive() -> Theorem:
    return law("log_product", Log(2 * SumOver(1 + payoff(x), x)), given=[Inequality(0, payoff(x))])


def one_sample_is_at_least_zero_and_all_are_divided_by() -> Theorem:
    return law("homogeneity", over_samples(gamma / (1 + payoff(first))), given=[Inequality(0, payoff(first))])


def one_weight_is_at_least_zero_and_all_average() -> Theorem:
    larger = law("below_larger", payoff(first), Max(payoff(first), y))
    weight = Letter("w", (OUTCOMES,))(x)
    return monotone(larger, Samples(HOLE, x, weight, 2), HOLE, [Inequality(0, weight)])


def one_weight_is_positive_and_all_are_divided_by() -> Theorem:
    weight = Letter("w", (OUTCOMES,))(x)
    slope = Gradient(Samples(payoff(first), x, 1 + weight, 2), theta)
    return law("gradient_of_samples", slope, given=[Inequality(0, weight)])


def the_parameter_is_positive_here_and_zero_there() -> Theorem:
    return law("evaluation", At(1 / k, k, n), given=[AtMost(1, k)])


def one_case_is_decided_for_every_element() -> Theorem:
    told = Cases(bit, 1, gamma, 0)
    apart = law("distinguish", SumOver(told, bit), bit, Integer(1))
    return trans(sym(apart), refl(Cases(bit, 1, SumOver(gamma, bit), SumOver(0, bit))))


# What is summed over, and drawn from.


def nothing_has_a_distribution() -> Theorem:
    empty = Domain("E", ())
    i, p = Var("i", empty), Letter("p", (empty,), pmf=True)
    return trans(sym(law("normalisation", SumOver(p(i), i))), law("enumeration", SumOver(p(i), i)))


def a_set_lists_what_is_rounded_to_one_number() -> Theorem:
    i = Var("i", Domain("B", (0.2, 0.4)))  # type: ignore[arg-type]
    p = Letter("p", (i.domain,), pmf=True)
    return trans(sym(law("normalisation", SumOver(p(i), i))), law("enumeration", SumOver(p(i), i)))


class Doubled(SumOver):
    """A node of a class of somebody's own."""


def a_foreign_node_passes_for_a_sum() -> Theorem:
    return law("homogeneity", Doubled(gamma * payoff(x), x))


def a_walk_leaves_its_line() -> Theorem:
    return law("draw_start", Expectation(Letter("f", (LINE,))(State(0, LINE)), walk.until(3)))


def a_weight_that_is_no_distribution_is_drawn_from() -> Theorem:
    weighted = Process(initial, Letter("q", (ACTIONS, STATES)), transition, 2)
    return law("draw_action", Given(g(Action(0)), 0, weighted))


def a_random_number_of_terms_leaves_the_expectation() -> Theorem:
    return law("exchange", Expectation(TimeSum(1, k, 1, start_count), counted))


def a_random_number_of_terms_is_a_constant() -> Theorem:
    count, payoff = TimeSum(1, k, 1, start_count), Letter("g", (COUNTS,))
    return law("homogeneity", Expectation(count * payoff(start_count), counted))


def a_range_that_depends_on_the_parameter() -> Theorem:
    return law("exchange", Gradient(TimeSum(1, n, 1, theta), theta))


def a_number_of_terms_jumps_with_the_parameter() -> Theorem:
    count, half = TimeSum(1, k, 1, theta), Rational(1, 2)
    return law("gradient_extreme", Max(count - half, half - count) * Gradient(Max(count, half), theta))


# Powers, roots and the order.


def once(body: Expr) -> TimeSum:
    """The body, which SymPy does not know to be alone."""
    return TimeSum(body, j, 1, 1)


def zero_to_the_power_zero_is_taken_apart() -> Theorem:
    return inst(ring(Integer(0) ** (k + 1), Integer(0), [AtMost(-1, k)]), {k: Integer(-1)})


def a_difference_to_the_power_zero_is_taken_apart() -> Theorem:
    nothing = once(y) - TimeSum(y, n, 1, 1)
    return inst(ring(nothing ** (k + 1), Integer(0), [AtMost(-1, k)]), {k: Integer(-1)})


def a_real_exponent_becomes_a_root() -> Theorem:
    square = inst(law("nonnegative", Integer(0), once(y**z) ** 2), {z: Rational(1, 2)})
    return inst(trans(square, within(law("single", once(sqrt(y))), HOLE**2)), {y: Integer(-1)})


def the_logarithm_of_a_complex_power() -> Theorem:
    return law("log_exp", Log(Exp(10 * Rational(-1) ** Rational(1, 3))))


def a_number_becomes_a_real_power_of_minus_one() -> Theorem:
    return inst(inst(law("nonnegative", Integer(0), y**2), {y: (-1) ** z}), {z: Rational(1, 2)})


def the_root_of_a_negative_number_stands_below_the_line() -> Theorem:
    def below(number: Expr) -> Expr:
        return 1 + once(sqrt(number)) ** 2

    ratio = within(law("single", once(sqrt(y))), (1 + HOLE**2) / below(y))
    return trans(inst(ratio, {y: NOTHING - 1}), within(nothing_is_zero, HOLE / below(NOTHING - 1)))


def the_parameter_becomes_the_root_of_a_negative_number() -> Theorem:
    there = within(within(nothing_is_zero, Max(theta**2, HOLE)), At(HOLE, theta, sqrt(y)))
    same = trans(trans(sym(law("evaluation", there.lhs)), there), law("evaluation", there.rhs))
    return inst(trans(sym(within(nothing_is_zero, Max(y, HOLE))), same), {y: Integer(-1)})


def a_discount_that_may_vanish_is_divided_by() -> Theorem:
    vanishing = within(within(assume(Equation(y * gamma, Integer(0))), HOLE * gamma ** (-t)), HOLE * gamma ** (t - 1))
    return inst(trans(ring(y, vanishing.lhs), vanishing), {gamma: Integer(0)})


def an_inequality_holds_always_as_an_equation() -> Theorem:
    return always(Inequality(Integer(0), Integer(1)))  # type: ignore[arg-type]


def what_holds_for_all_values_loses_its_letter() -> Theorem:
    slope = cong(always(Always(of_theta(s) * y, theta)), Gradient(HOLE, theta), HOLE)
    return inst(trans(slope, law("gradient_parameter", Gradient(theta, theta))), {y: Integer(0)})


# Names of another sort.


def a_time_is_an_element_of_a_listed_set() -> Theorem:
    picked = inst(law("sift", SumOver(Cases(bit, other_bit, bit, 0), bit)), {other_bit: k})
    return inst(picked, {k: Integer(7)})


def a_time_is_below_the_maximum() -> Theorem:
    return inst(law("below_maximum", k, Maximum(bit, bit), k), {k: Integer(7)})


def a_number_is_not_in_an_arbitrary_set() -> Theorem:
    return inst(law("sift", SumOver(Cases(x, 1, 1, 0), x)), {OUTCOMES: bit.domain})


def an_element_is_evaluated_outside_its_set() -> Theorem:
    picked = law("sift", SumOver(Cases(bit, other_bit, bit, 0), bit))
    return law("evaluation", cong(picked, At(HOLE, other_bit, 7), HOLE).lhs)


def a_time_is_evaluated_at_a_fraction() -> Theorem:
    even = within(law("single", once((-1) ** k)), HOLE * (-1) ** k)
    return law("evaluation", cong(even, At(HOLE, k, z), HOLE).lhs)


def one_index_is_a_fraction() -> Theorem:
    even = within(law("single", once((-1) ** k)), HOLE * (-1) ** k)
    return law("single", cong(even, TimeSum(HOLE, k, z, z), HOLE).lhs)


def a_state_of_another_set_is_drawn() -> Theorem:
    return law("draw_start", Expectation(State(0, bit.domain), counted))


def the_parameter_is_rewritten() -> Theorem:
    slope = cong(sym(law("single", once(theta))), Gradient(theta**2, HOLE), HOLE)
    return trans(slope, law("gradient_constant", slope.rhs))


def the_bound_time_is_rewritten() -> Theorem:
    return cong(assume(Equation(k, n)), TimeSum(n, t, 0, 2), t)


def the_bound_element_is_rewritten() -> Theorem:
    other, bound = Var("x_2", OUTCOMES), Var("x_3", OUTCOMES)
    return cong(assume(Equation(x, other)), SumOver(payoff(x), bound), bound)


def the_set_of_a_sample_is_rewritten() -> Theorem:
    return cong(sym(law("single", once(bit.domain))), Samples(Draw(1, HOLE), bit, heads(bit), 1), HOLE)


def another_sample_says_which_is_looked_at() -> Theorem:
    chosen = payoff(Draw(Draw(1, bit.domain), OUTCOMES))
    return law("homogeneity", Samples(chosen, bit, heads(bit), 1), chosen, Integer(1))


def another_sample_says_how_many_there_are() -> Theorem:
    inner = Samples(1, x, Letter("w", (OUTCOMES,))(x), Draw(1, bit.domain))
    return law("homogeneity", Samples(inner, bit, heads(bit), 1), inner, Integer(1))


def a_random_number_of_steps_is_a_constant() -> Theorem:
    paths = PathSum(1, counted.until(start_count))
    return law("homogeneity", Expectation(paths, counted), paths, Integer(1))


def a_sample_is_told_apart_at_another_time() -> Theorem:
    body = At(payoff(Draw(k, OUTCOMES)), k, 1) * payoff(first)
    return law("draw_sample", over_samples(body), Integer(1), given=[AtMost(2, k)])


def a_state_is_known_at_another_time() -> Theorem:
    later = At(v(State(k)), k, 2)
    return law("homogeneity", Given(later, 0, process), later, Integer(1), given=[AtMost(k, 0)])


ATTACKS: tuple[Callable[[], Theorem], ...] = (
    the_inverse_of_zero_is_put_into_zero, zero_is_put_below_the_line, the_parameter_becomes_the_inverse_of_zero,
    a_constant_is_the_inverse_of_the_sum, a_product_rule_cancels_a_gradient, a_power_with_a_symbolic_exponent_cancels,
    a_number_of_terms_jumps_with_the_parameter,
    a_set_lists_what_is_rounded_to_one_number, a_foreign_node_passes_for_a_sum, the_logarithm_of_a_complex_power,
    a_power_is_evaluated_at_zero, a_power_is_summed_from_zero, a_power_in_a_definition_is_of_zero,
    a_power_of_a_product_is_of_zero, a_power_of_a_number_becomes_one_of_a_time,
    a_product_with_a_discount_is_cancelled_out_of_sight, a_discount_is_cancelled_by_an_instance,
    an_upper_end_divides_by_zero,
    a_definition_divides_zero_by_zero, an_inverse_hides_in_a_definition, renaming_makes_two_zeros_one,
    an_argument_is_the_root_of_a_negative_number, a_definition_within_has_a_parameter_of_that_name,
    a_definition_within_divides_by_what_is_put_in, one_trajectory_speaks_for_all_in_a_definition,
    one_element_speaks_for_all_in_a_definition, what_always_holds_of_one_trajectory_is_averaged,
    a_factor_is_split_with_its_inverse, importance_sampling_without_support,
    importance_sampling_of_paths_without_support, a_discount_of_zero, an_enumeration_divides_by_zero,
    an_index_divides_by_zero, one_trajectory_speaks_for_all, a_parameter_is_taken_for_the_free_index,
    infinity_is_a_number, a_positive_symbol_becomes_negative, a_hypothesis_is_rounded, the_bound_time_is_the_position,
    a_bound_name_is_spelt_like_a_canonical_one, a_parameter_shadows_the_parameter_of_a_letter,
    a_letter_depends_on_another_symbol_of_that_name, an_inequality_about_the_parameter_is_forgotten,
    a_bound_is_spelt_like_the_index, an_induction_starts_at_its_own_index, an_induction_takes_zero_by_zero_for_one,
    an_expectation_averages_what_was_put_in,
    a_gradient_differentiates_what_was_put_in, a_definition_averages_its_random_argument, nothing_has_a_distribution,
    a_walk_leaves_its_line, a_weight_that_is_no_distribution_is_drawn_from,
    a_random_number_of_terms_leaves_the_expectation, a_random_number_of_terms_is_a_constant,
    a_range_that_depends_on_the_parameter, samples_of_two_sets_become_one, a_sample_is_put_into_its_own_average,
    a_definition_averages_its_sample, what_is_assumed_of_one_sample_is_averaged, a_sample_solves_its_equation_always,
    the_same_sample_is_drawn_again, a_sample_beyond_the_last_is_drawn,
    one_element_is_at_least_zero_and_all_are_divided_by, one_element_is_at_least_zero_and_the_sum_is_positive,
    one_sample_is_at_least_zero_and_all_are_divided_by, the_parameter_is_positive_here_and_zero_there,
    one_case_is_decided_for_every_element, one_weight_is_at_least_zero_and_all_average,
    one_weight_is_positive_and_all_are_divided_by, what_holds_at_one_number_is_differentiated_by_it,
    what_holds_at_one_number_is_evaluated_at_another, a_number_becomes_the_parameter_of_what_holds_for_all_its_values,
    a_letter_forgets_the_parameter_of_what_holds_for_all_its_values, a_discount_that_may_vanish_is_divided_by,
    zero_to_the_power_zero_is_taken_apart, a_difference_to_the_power_zero_is_taken_apart,
    a_real_exponent_becomes_a_root, a_number_becomes_a_real_power_of_minus_one,
    the_root_of_a_negative_number_stands_below_the_line, the_parameter_becomes_the_root_of_a_negative_number,
    an_inequality_holds_always_as_an_equation,
    what_holds_for_all_values_loses_its_letter, a_time_is_an_element_of_a_listed_set, a_time_is_below_the_maximum,
    a_number_is_not_in_an_arbitrary_set, an_element_is_evaluated_outside_its_set, a_time_is_evaluated_at_a_fraction,
    one_index_is_a_fraction, a_state_of_another_set_is_drawn, the_parameter_is_rewritten,
    the_bound_time_is_rewritten, the_bound_element_is_rewritten, the_set_of_a_sample_is_rewritten,
    another_sample_says_which_is_looked_at, another_sample_says_how_many_there_are,
    a_random_number_of_steps_is_a_constant, a_sample_is_told_apart_at_another_time,
    a_state_is_known_at_another_time,
)  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda f: f.__name__)
def test_an_attack_is_refused(attack: Callable[[], Theorem]) -> None:
    with pytest.raises((Refused, IllFormed)):
        attack()


def test_importance_sampling_holds_where_the_behaviour_is_positive_and_only_there() -> None:
    weight = behaviour(a, s)
    averaged, summed = Mean(policy(a, s) / weight * g(a), a, weight), SumOver(policy(a, s) * g(a), a)
    theorem = define(averaged, [Positive(behaviour)])
    assert theorem.hypotheses == {Positive(behaviour)}
    assert not judge(theorem, Random(0), 20).false
    assert judge_equation(averaged, summed, (), Random(0), 40).false


def test_renamed_parameters_of_a_definition_stay_apart() -> None:
    first, second = real_symbol("x"), real_symbol("x_1")
    for pair in [(first, second), (second, first), (first, real_symbol("x_2"))]:
        difference = Definition("d", pair, pair[0] - pair[1] + y)
        for value in (first, second, first + second):
            theorem = inst(define(difference(3, 1)), {y: value})
            assert define(theorem.lhs).rhs == theorem.rhs == value + 2


def test_contradictory_hypotheses_prove_anything_and_stay() -> None:
    absurd = inst(law("empty", TimeSum(1, k, 0, T), given=[AtMost(1, 0)]), {T: Integer(0)})
    theorem = trans(sym(law("single", absurd.lhs)), absurd)
    assert (theorem.lhs, theorem.rhs, theorem.hypotheses) == (1, 0, {AtMost(1, 0)})
    summed = cong(theorem, TimeSum(HOLE, k, 0, T), HOLE, given=[AtMost(0, T)])
    assert AtMost(1, 0) in summed.hypotheses
    assert AtMost(1, 0) in weaken(summed, [AtMost(1, 0)]).hypotheses
    with pytest.raises(Refused, match="cannot show 1 <= 0"):
        weaken(summed, [AtMost(0, T)])
