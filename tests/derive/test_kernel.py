"""The structural rules: what each gives, and what each must refuse."""

from random import Random

import pytest
from sympy import Expr, Integer, Max, Rational, Symbol, sqrt

import derive.axioms  # noqa: F401  (admits the laws)
from derive.errors import DeriveError, IllFormed, Refused, Tampered
from derive.kernel import (
    Theorem,
    assume,
    cong,
    define,
    either,
    induct,
    inst,
    law,
    premises_first,
    refl,
    replay,
    ring,
    sym,
    trans,
    weaken,
)
from derive.notation import T, a, density, expect, gamma, k, n, objective, pi, policy, process, reward, s, t, theta, x
from derive.rewriting import HOLE
from derive.terms import (
    ACTIONS,
    Action,
    At,
    AtMost,
    Coincide,
    Domain,
    Equation,
    Expectation,
    Given,
    Gradient,
    Inequality,
    Letter,
    Log,
    Mean,
    PathSum,
    Positive,
    Possible,
    State,
    SumOver,
    TimeSum,
    real_symbol,
)

from .laws.witness import judge

y, z, m = real_symbol("y"), real_symbol("z"), Symbol("m", integer=True)
c, g = Letter("c", (None,)), Letter("g", (ACTIONS,))
empty_to_k = law("empty", TimeSum(c(n), n, 1, k), given=[AtMost(k, 0)])  # k <= 0 ⊢ Σ_{n=1}^{k} c(n) = 0


def test_reflexivity_symmetry_transitivity() -> None:
    same = refl(c(k))
    assert (same.lhs, same.rhs, same.hypotheses, same.laws) == (c(k), c(k), frozenset(), frozenset())
    back = sym(empty_to_k)
    assert (back.lhs, back.rhs, back.hypotheses) == (0, empty_to_k.lhs, {AtMost(k, 0)})
    both = trans(empty_to_k, back)
    assert (both.lhs, both.rhs, both.laws) == (empty_to_k.lhs, empty_to_k.lhs, {"empty"})
    renamed = trans(refl(TimeSum(c(n), n, 0, T)), refl(TimeSum(c(m), m, 0, T)))
    assert renamed.rhs == TimeSum(c(m), m, 0, T)


def test_transitivity_needs_one_middle() -> None:
    with pytest.raises(Refused, match=r"the first ends with .*, the second begins with"):
        trans(refl(c(k)), refl(c(n)))
    with pytest.raises(Refused, match="trans"):
        trans(refl(TimeSum(c(n) * c(k), n, 0, T)), refl(TimeSum(c(n) * c(n), n, 0, T)))


def test_arithmetic_compares_rational_functions() -> None:
    assert ring((y + z) ** 2, y**2 + 2 * y * z + z**2).hypotheses == frozenset()
    assert ring(gamma ** (k + 1), gamma * gamma**k).rhs == gamma * gamma**k
    assert ring(1 / policy(a, s) + 1, (1 + policy(a, s)) / policy(a, s), [Positive(policy)]).hypotheses == {
        Positive(policy)
    }
    with pytest.raises(Refused, match="arithmetic does not make"):
        ring(y + z, y * z)


def test_arithmetic_needs_its_denominators_positive() -> None:
    with pytest.raises(Refused, match="cannot show y > 0 from nothing"):
        ring((y**2 + y) / y, y + 1)
    with pytest.raises(Refused, match="cannot show k > 0"):
        ring(TimeSum((k**2 + k) / k, k, 0, T), TimeSum(k + 1, k, 0, T))
    assert ring(TimeSum((k**2 + k) / k, k, 1, T), TimeSum(k + 1, k, 1, T)).hypotheses == frozenset()
    with pytest.raises(Refused, match=r"arithmetic does not make|division by"):
        ring(y / (z - z + TimeSum(c(n), n, 0, T) - TimeSum(c(m), m, 0, T)), y)


def test_a_sum_over_times_is_positive_where_it_is_not_empty() -> None:
    total = TimeSum(k + 1, k, 0, m)
    assert ring(total / total**2, 1 / total, given=[AtMost(0, m)]).hypotheses == {AtMost(0, m)}
    with pytest.raises(Refused, match=r"cannot show .* > 0"):
        ring(total / total**2, 1 / total)
    with pytest.raises(Refused, match=r"cannot show .* > 0"):
        ring(1 / TimeSum(k, k, 0, m), 1 / TimeSum(k, k, 0, m), given=[AtMost(0, m)])


def test_a_definition_is_what_it_abbreviates() -> None:
    assert define(objective()).rhs == objective.body
    assert define(Mean(g(a), a, policy(a, s))).rhs == SumOver(policy(a, s) * g(a), a)
    with pytest.raises(Refused, match="abbreviates nothing"):
        define(SumOver(g(a), a))


def test_an_assumption_is_its_own_hypothesis() -> None:
    equation = Equation(gamma, 1)
    assert assume(equation).hypotheses == {equation}


# congruence


def put(theorem: Theorem, context: Expr, given: tuple = ()) -> Theorem:
    return cong(theorem, context, HOLE, given)


def test_congruence_under_a_sum_uses_its_range() -> None:
    theorem = put(empty_to_k, TimeSum(HOLE * c(k), k, -2, 0))
    assert theorem.hypotheses == frozenset()
    assert theorem.rhs == TimeSum(0, k, -2, 0)
    outer = put(empty_to_k, TimeSum(HOLE, k, -2, t), (AtMost(t, 0),))
    assert outer.hypotheses == {AtMost(t, 0)}


def test_congruence_refuses_a_hypothesis_about_the_bound_name() -> None:
    with pytest.raises(Refused, match="k <= 0 mentions k, which is bound here, and does not follow from its range"):
        put(empty_to_k, TimeSum(HOLE, k, -2, 1))
    with pytest.raises(Refused, match="does not follow from its range"):
        put(empty_to_k, TimeSum(HOLE, k, -2, t))
    with pytest.raises(Refused, match="mentions k"):  # the outer range of another k does not help
        put(empty_to_k, TimeSum(TimeSum(HOLE, k, 0, 2), k, -5, 0))
    about_a = assume(Equation(g(a), 1))
    for binder in (SumOver(HOLE, a), Mean(HOLE, a, policy(a, s)), Mean(g(a), a, HOLE)):
        with pytest.raises(Refused, match="mentions a, which is bound here"):
            put(about_a, binder)


def test_congruence_under_a_gradient_refuses_an_equation_that_varies() -> None:
    varies, fixed = assume(Equation(theta, 1)), assume(Equation(gamma, 1))
    for context in (Gradient(HOLE, theta), At(HOLE, theta, 2), Gradient(Log(HOLE), theta)):
        with pytest.raises(Refused, match="does not hold throughout"):
            put(varies, context)
        assert put(fixed, context).hypotheses == {Equation(gamma, 1)}
    with pytest.raises(Refused, match="does not hold throughout"):
        put(assume(Equation(expect(reward(0)), 1)), Gradient(HOLE, theta))


@pytest.mark.parametrize(
    "average",
    [Expectation(HOLE, process), PathSum(HOLE, process), Given(HOLE, 2 * t, process)],
    ids=lambda t: type(t).__name__,
)
def test_congruence_over_trajectories_refuses_what_is_known_of_one(average: Expr) -> None:
    with pytest.raises(Refused, match="does not hold throughout"):
        put(assume(Equation(State(0), State(1))), average)
    possible = law("gradient_log", Gradient(Log(pi(0)), theta), given=[Possible(process), AtMost(1, T)])
    assert Possible(process) in possible.hypotheses
    with pytest.raises(Refused, match=r"P\(tau\) > 0 does not hold throughout"):
        put(possible, average)
    assert put(assume(Equation(gamma, 1)), average).hypotheses == {Equation(gamma, 1)}


def test_congruence_does_not_cancel_what_may_vanish() -> None:
    equation = assume(Equation(y, z))
    with pytest.raises(Refused, match="cannot show z > 0"):
        put(equation, HOLE / z)
    with pytest.raises(Refused, match="> 0 from"):
        put(equation, 1 / HOLE)
    with pytest.raises(Refused, match="> 0 from"):
        put(equation, TimeSum(HOLE, k, 0, T) / z)
    ratio = put(assume(Equation(y, policy(a, s))), HOLE / policy(a, s), (Positive(policy),))
    assert (ratio.rhs, ratio.hypotheses) == (1, {Equation(y, policy(a, s)), Positive(policy)})


def test_congruence_needs_one_hole_in_a_place_for_terms() -> None:
    for context in (HOLE * c(k) + HOLE, c(k), SumOver(g(a), a)):
        with pytest.raises(Refused, match="does not stand just once, as a term"):
            put(empty_to_k, context)
    with pytest.raises(Refused, match="does not stand just once"):
        cong(refl(T), Expectation(reward(0), process), T)  # a horizon is no place for a term


# instances


def test_an_instance_replaces_names_in_hypotheses_and_conclusion() -> None:
    theorem = inst(empty_to_k, {k: t - 1})
    assert (theorem.lhs, theorem.hypotheses) == (TimeSum(c(n), n, 1, t - 1), {AtMost(t - 1, 0)})
    assert inst(empty_to_k, {k: Integer(-1)}).hypotheses == frozenset()
    assert inst(empty_to_k, {k: Integer(2)}).hypotheses == {AtMost(2, 0)}
    captured = inst(refl(TimeSum(c(n) * c(k), n, 0, k)), {k: n})
    assert captured.lhs.index != n


@pytest.mark.parametrize(
    ("theorem", "values", "message"),
    [
        (refl(c(k)), {k: Rational(1, 2)}, "is not of the sort of"),
        (refl(c(k)), {k: gamma}, "is not of the sort of"),
        (refl(c(k)), {k: State(0)}, "is not of the sort of"),
        (refl(g(a)), {a: s}, "is not of the sort of"),
        (refl(g(a)), {a: State(0)}, "is not of the sort of"),
        (refl(g(a)), {a: Integer(0)}, "is not of the sort of"),
        (refl(y), {y: a}, "is not of the sort of"),
        (refl(expect(g(Action(0)) * g(a))), {a: Action(0)}, "averages over trajectories"),
        (refl(Given(y, 2 * t, process)), {y: reward(0)}, "averages over trajectories"),
        (refl(PathSum(y, process)), {y: pi(0)}, "averages over trajectories"),
        (law("gradient_constant", Gradient(y, theta)), {y: theta}, "may not depend on theta"),
        (law("gradient_constant", Gradient(y, theta)), {y: density(x)}, "may not depend on theta"),
        (refl(Gradient(theta, theta)), {theta: Integer(0)}, "cannot be replaced"),
        (refl(density(x)), {theta: Integer(0)}, "cannot be replaced"),
        (refl(1 / y), {y: Integer(0)}, "cannot show y > 0"),
    ],
)
def test_an_instance_of_another_sort_or_under_a_binder_is_refused(theorem: Theorem, values: dict, message: str) -> None:
    with pytest.raises((Refused, IllFormed), match=message):
        inst(theorem, values)


def test_a_letter_stands_for_every_function_of_its_kind() -> None:
    behaviour = Letter("b", policy.domains, pmf=True)
    one = law("average_of_one", Mean(1, a, policy(a, s)))
    assert inst(one, {policy: behaviour}).lhs == Mean(1, a, behaviour(a, s))
    for wrong in (Letter("b", policy.domains), Letter("b", policy.domains[:1], pmf=True), c):
        with pytest.raises(Refused, match="is not a function of the kind of"):
            inst(one, {policy: wrong})
    constant = law("gradient_constant", Gradient(g(a), theta))
    with pytest.raises(Refused, match="is not a function of the kind of"):
        inst(constant, {g: Letter("g", (ACTIONS,), parameter=theta)})


def test_a_set_stands_for_every_finite_set_but_a_listed_one_for_itself() -> None:
    listed = Domain("N", (0, 1))
    there = inst(refl(SumOver(g(a), a)), {ACTIONS: listed})
    assert there.lhs.var.domain == listed
    with pytest.raises(Refused, match="is not an arbitrary set"):
        inst(there, {listed: Domain("M", (0, 1, 2))})
    with pytest.raises((Refused, IllFormed)):
        inst(there, {listed: Domain("N")})


# weakening and induction


def test_weakening_keeps_what_is_needed() -> None:
    stronger = weaken(empty_to_k, [AtMost(k, t), AtMost(t, -1)])
    assert stronger.hypotheses == {AtMost(k, t), AtMost(t, -1)}
    with pytest.raises(Refused, match="cannot show k <= 0 from k <= t"):
        weaken(empty_to_k, [AtMost(k, t)])
    equation = assume(Equation(gamma, 1))
    assert weaken(equation, []).hypotheses == equation.hypotheses


claim = Equation(TimeSum(2 * k + 1, k, 0, n - 1), n**2)


def step_of(claimed: Equation) -> Theorem:
    longer = TimeSum(2 * k + 1, k, 0, n)
    apart = law("split", longer, n, given=[AtMost(0, n)])
    last = cong(law("single", TimeSum(2 * k + 1, k, n, n)), TimeSum(2 * k + 1, k, 0, n - 1) + HOLE, HOLE)
    known = cong(assume(claimed), HOLE + 2 * n + 1, HOLE)
    return trans(trans(trans(apart, last), known), ring(known.rhs, (n + 1) ** 2))


def test_induction_proves_the_sum_of_odd_numbers() -> None:
    base = law("empty", TimeSum(2 * k + 1, k, 0, -1))
    theorem = induct(base, step_of(claim), claim, n)
    assert (theorem.lhs, theorem.rhs, theorem.hypotheses) == (claim.lhs, claim.rhs, {AtMost(0, n)})
    verdict = judge(theorem, Random(0), 10)
    assert verdict.true == 10
    assert not verdict.false
    assert inst(theorem, {n: Integer(3)}).hypotheses == frozenset()


def test_induction_refuses_another_base_step_or_claim() -> None:
    base, step = law("empty", TimeSum(2 * k + 1, k, 0, -1)), step_of(claim)
    with pytest.raises(Refused, match="induct: at n = 0 the claim reads"):
        induct(refl(Integer(0)), step, claim, n)
    with pytest.raises(Refused, match=r"induct: at n = n \+ 1 the claim reads"):
        induct(base, base, claim, n)
    with pytest.raises(Refused, match="induct: at n = 1 the claim reads"):
        induct(base, step, claim, n, Integer(1))
    with pytest.raises(Refused, match="induct"):
        induct(base, step, Equation(claim.lhs, n**3), n)
    with pytest.raises(Refused, match="induct: at n = 1 - n the claim reads"):
        induct(base, step, claim, n, 1 - n)


def size_of(order: Inequality) -> Theorem:
    """y ≤ 0 ⊢ |y|² = y², or 0 ≤ y ⊢ the same."""
    size = Max(y, -y)
    decided = law("extreme", size, y if order.lesser == 0 else -y, 2 * order.greater - 2 * order.lesser, given=[order])
    squared = cong(decided, HOLE**2, HOLE)
    return trans(squared, ring(squared.rhs, y**2))


def test_two_numbers_stand_one_way_or_the_other() -> None:
    up, down = Inequality(0, y), Inequality(y, 0)
    theorem = either(size_of(up), size_of(down), up)
    assert (theorem.lhs, theorem.rhs, theorem.hypotheses) == (Max(y, -y) ** 2, y**2, frozenset())
    assert theorem.laws == {"extreme"}
    assert judge(theorem, Random(0), 10).true == 10
    assert replay(theorem).claim == theorem.claim


def test_cases_that_are_not_all_or_prove_other_things_are_refused() -> None:
    up, down = Inequality(0, y), Inequality(y, 0)
    assert either(size_of(up), size_of(up), up).hypotheses == {up}  # the other case is not shown: it stays assumed
    assert either(size_of(down), size_of(up), up).hypotheses == {up, down}
    assert either(size_of(up), size_of(down), Inequality(1, y)).hypotheses == {up, down}
    with pytest.raises(Refused, match="either: one case proves"):
        either(size_of(up), refl(y**2), up)
    with pytest.raises(Refused, match="is no order of two numbers"):
        either(size_of(up), size_of(down), Equation(y, 0))
    with pytest.raises(Refused, match="cannot show y >= 0"):
        either(size_of(up), size_of(down), Inequality(0, sqrt(y)))
    with pytest.raises(Refused, match="cannot show y > 0"):
        either(size_of(up), size_of(down), Inequality(0, 1 / y))


def test_an_order_at_one_parameter_is_not_carried_under_a_gradient() -> None:
    # |θ| = θ where 0 ≤ θ, yet the gradients at 0 differ.
    here = law("extreme", Max(theta, -theta), theta, 2 * theta, given=[Inequality(0, theta)])
    with pytest.raises(Refused, match="does not hold throughout"):
        cong(here, Gradient(HOLE, theta), HOLE)


def test_induction_refuses_what_is_assumed_of_its_index() -> None:
    base, step = law("empty", TimeSum(2 * k + 1, k, 0, -1)), step_of(claim)
    elsewhere = Equation(c(n), Integer(0))
    zero = Equation(TimeSum(c(n), k, 1, 0), Integer(0))
    with pytest.raises(Refused, match="induct"):
        induct(base, assume(elsewhere), zero, n)
    late = trans(step, weaken_by_detour(AtMost(5, n)))
    with pytest.raises(Refused, match="5 <= n mentions n"):
        induct(base, late, claim, n)
    dependent = Equation(TimeSum(c(n), n, 1, k) * 0 + TimeSum(c(n), n, 1, k), Integer(0))
    with pytest.raises(Refused):
        induct(empty_to_k, empty_to_k, dependent, k)


def weaken_by_detour(hypothesis: AtMost) -> Theorem:
    """5 ≤ n ⊢ (n+1)² = (n+1)², the hypothesis used on the way."""
    nothing = law("empty", TimeSum(c(k), k, n, 4), given=[hypothesis])
    there = cong(sym(nothing), (n + 1) ** 2 + HOLE, HOLE)
    return trans(there, sym(there))


# numbers that are taken to be other than zero


def test_a_power_that_may_be_negative_takes_its_base_to_be_other_than_zero() -> None:
    fewer = ring(gamma * gamma ** (k - 1), gamma**k)
    assert (fewer.nonzero, fewer.hypotheses) == ({gamma}, NO)
    assert cong(fewer, HOLE + 1, HOLE).nonzero == sym(fewer).nonzero == trans(fewer, refl(gamma**k)).nonzero == {gamma}
    assert cong(fewer, At(HOLE, gamma, y), HOLE).nonzero == inst(fewer, {gamma: y}).nonzero == {y}
    assert inst(fewer, {gamma: Rational(1, 2)}).nonzero == NO
    for refused in (lambda: inst(fewer, {gamma: Integer(0)}), lambda: cong(fewer, At(HOLE, gamma, 0), HOLE)):
        with pytest.raises(Refused, match="cannot show 0 > 0"):
            refused()


def test_a_power_that_is_none_of_a_negative_exponent_takes_nothing() -> None:
    fewer = ring(gamma * gamma ** (k - 1), gamma**k, [AtMost(1, k)])
    assert (fewer.nonzero, fewer.hypotheses) == (NO, {AtMost(1, k)})
    discounted = ring(TimeSum(2 * gamma ** (k - t), k, t, T), TimeSum(gamma ** (k - t) * 2, k, t, T))
    assert discounted.nonzero == NO


def test_no_hypothesis_speaks_of_a_number_that_is_taken_to_be_other_than_zero() -> None:
    fewer, vanishing = ring(gamma * gamma ** (k - 1), gamma**k), assume(Equation(gamma**k, y))
    with pytest.raises(Refused, match=r"gamma\*\*k = y speaks of a number that is taken to be other than zero"):
        trans(fewer, vanishing)
    assert trans(ring(fewer.lhs, fewer.rhs, [AtMost(1, k)]), vanishing).rhs == y


# theorems cannot be forged


NO = frozenset()


def forged(**values: object) -> Theorem:
    theorem = object.__new__(Theorem)
    for name, value in ({"relation": "=", "nonzero": NO} | values).items():
        object.__setattr__(theorem, name, value)
    return theorem


def test_a_theorem_has_no_constructor_and_cannot_be_changed() -> None:
    with pytest.raises(Tampered, match="there is no constructor"):
        Theorem(object(), (), Integer(0), Integer(1), (), ("refl", Integer(0)))
    theorem = refl(Integer(0))
    for name in ("rhs", "hypotheses", "proof", "another"):
        with pytest.raises(Tampered, match=f"tried to set {name}"):
            setattr(theorem, name, Integer(1))
    with pytest.raises((Tampered, TypeError)):
        theorem.__init__()


@pytest.mark.parametrize(
    "proof",
    [
        ("refl", Integer(0)), ("refl",), ("nonsense", Integer(0)), (), ("sym", refl(Integer(0))),
        ("law", "empty", Integer(0), (), ()),
        ("ring", Integer(0), Integer(1), ()), ("inst", refl(Integer(0)), 5), None,
    ],
)  # fmt: skip
def test_a_forged_theorem_does_not_replay(proof: object) -> None:
    theorem = forged(hypotheses=NO, lhs=Integer(0), rhs=Integer(1), laws=NO, proof=proof)
    with pytest.raises(DeriveError):
        replay(theorem)
    with pytest.raises(DeriveError):
        replay(sym(theorem))


def test_a_theorem_without_a_proof_or_within_itself_does_not_replay() -> None:
    with pytest.raises(Tampered):
        replay(forged())
    circular = forged(hypotheses=NO, lhs=Integer(0), rhs=Integer(0), laws=NO)
    object.__setattr__(circular, "proof", ("sym", circular))
    with pytest.raises(Tampered):
        replay(circular)


def test_a_theorem_changed_behind_its_back_does_not_replay() -> None:
    for name, value in (("rhs", Integer(1)), ("hypotheses", NO), ("laws", NO), ("nonzero", {gamma})):
        theorem = inst(empty_to_k, {k: t})
        object.__setattr__(theorem, name, value)
        with pytest.raises(Tampered, match="replaying inst gives"):
            replay(theorem)


def test_replay_rebuilds_from_the_premises_up() -> None:
    theorem = induct(law("empty", TimeSum(2 * k + 1, k, 0, -1)), step_of(claim), claim, n)
    order = premises_first(theorem)
    assert order[-1] is theorem
    assert replay(theorem) is not theorem
    places = {id(node): i for i, node in enumerate(order)}
    assert all(places[id(p)] < i for i, node in enumerate(order) for p in node.proof if isinstance(p, Theorem))


def test_letters_that_coincide_do_so_at_one_parameter_only() -> None:
    old = Letter("mu", policy.domains, pmf=True)
    here = law("coincidence", policy(a, s), given=(Coincide(policy, old),))
    assert here.rhs == old(a, s)
    summed = cong(here, SumOver(HOLE, a), HOLE)
    assert summed.hypotheses == {Coincide(policy, old)}
    with pytest.raises(Refused, match="pi = mu does not hold throughout"):
        cong(here, Gradient(HOLE, theta), HOLE)
    with pytest.raises(Refused, match="pi = mu does not hold throughout"):
        cong(here, At(HOLE, theta, 0), HOLE)
