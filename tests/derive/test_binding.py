"""Names: what is free, what may be put where, and when two terms are one."""

from random import Random

import pytest
from sympy import Integer, Symbol

from derive.binding import alike, canonical, free, fresh, is_random, meaning, names, parameters, respell, substitute
from derive.errors import DeriveError, IllFormed
from derive.notation import (
    T,
    a,
    density,
    expect,
    gamma,
    k,
    n,
    objective,
    pi,
    policy,
    process,
    return_to_go,
    reward,
    s,
    score,
    t,
    theta,
    x,
)  # fmt: skip
from derive.terms import (
    ACTIONS,
    Action,
    At,
    Definition,
    Domain,
    Given,
    Gradient,
    Letter,
    Mean,
    PathProbability,
    State,
    SumOver,
    TimeSum,
    Var,
    real_symbol,
)

from .laws.terms import Maker

c = Letter("c", (None,))
y, m = real_symbol("y"), Symbol("m", integer=True)


def test_a_binder_hides_its_name_in_its_scope_only() -> None:
    assert free(TimeSum(c(k) * c(n), k, k, T)) == {k, n, T}  # the bound stands outside the scope
    assert free(Mean(policy(a, s), a, policy(a, s))) == {s, theta}
    assert free(Definition("d", (k,), c(k) * c(n))) == {n}
    assert free(policy) == {theta}
    assert free(Definition("d", (theta,), policy(a, s))) == {theta, a, s}  # a letter's parameter is not bound
    assert names(TimeSum(c(k), k, 0, T)) == {k, T}


def test_parameters_and_randomness() -> None:
    assert parameters(objective()) == {theta}
    assert parameters(At(y, theta, 0)) == {theta}
    assert is_random(reward(t))
    assert is_random(Given(reward(t), 2 * t, process))
    assert is_random(PathProbability(process))
    assert is_random(return_to_go(t))
    assert not is_random(expect(reward(t)))


def test_substitution_renames_what_would_capture() -> None:
    renamed = substitute(TimeSum(c(k) * c(n), k, 0, n), {n: k})
    assert renamed.index != k
    assert alike(renamed, TimeSum(c(m) * c(k), m, 0, k))
    both = substitute(SumOver(policy(a, s), a), {s: State(0)})
    assert both == SumOver(policy(a, State(0)), a)
    swapped = substitute(c(k) - c(n), {k: n, n: k})
    assert swapped == c(n) - c(k)


@pytest.mark.parametrize(
    ("node", "values"),
    [
        (expect(Letter("g", (ACTIONS,))(a)), {a: Action(t)}),
        (Given(y, 2 * t, process), {y: reward(0)}),
        (Gradient(y, theta), {y: theta}),
        (Gradient(y, theta), {y: density(x)}),
        (density(x), {theta: Integer(0)}),
        (score(t), {theta: gamma}),
        (At(y, theta, 1), {y: theta}),
        (Definition("V", (s,), expect(y * policy(a, s)))(s), {y: reward(0)}),
    ],
)
def test_what_would_be_captured_is_refused(node: object, values: dict) -> None:
    with pytest.raises(IllFormed):
        substitute(node, values)


def test_parameters_of_a_definition_step_aside_and_stay_apart() -> None:
    first, second = real_symbol("x"), real_symbol("x_1")
    d = Definition("d", (first, second), first - second + y)
    moved = substitute(d, {y: first})
    assert len(set(moved.params)) == 2
    assert first not in moved.params
    assert meaning(moved(5, 3)) == 2 + first


def test_alike_is_up_to_bound_names_alone() -> None:
    left = TimeSum(TimeSum(c(k) * c(n), n, 0, k), k, 0, T)
    assert alike(left, TimeSum(TimeSum(c(n) * c(k), k, 0, n), n, 0, T))
    assert not alike(left, TimeSum(TimeSum(c(k) * c(n), n, 0, T), k, 0, T))
    assert not alike(TimeSum(c(k), k, 0, T), TimeSum(c(k), k, 0, t))
    assert not alike(SumOver(policy(a, s), a), SumOver(policy(a, s), s))
    with pytest.raises(IllFormed, match="kept for bound variables"):
        canonical(TimeSum(c(k) * Symbol("_1", integer=True), k, 0, T))


def test_canonical_and_substitution_agree_on_random_terms() -> None:
    decided = 0
    for seed in range(150):
        maker = Maker(Random(seed))
        try:
            term = maker.term(3)
            once = canonical(term)
        except DeriveError:
            continue
        assert canonical(once) == once
        assert free(once) == free(term)
        fresh_t = Symbol("fresh", integer=True)
        try:
            there = substitute(term, {t: fresh_t})
        except DeriveError:
            continue
        assert t not in free(there)
        assert alike(substitute(there, {fresh_t: t}), term)
        decided += 1
    assert decided > 80


def test_fresh_names_keep_their_sort() -> None:
    assert fresh(k, frozenset({n})) == k
    assert fresh(k, frozenset({k})) == Symbol("k_1", integer=True)
    assert fresh(a, frozenset({a})) == Var("a_1", ACTIONS)


def test_letters_and_domains_are_respelt_everywhere() -> None:
    behaviour, listed = Letter("b", policy.domains, pmf=True), Domain("N", (0, 1))
    there = respell(expect(pi(t)), {policy: behaviour})
    assert policy not in there.atoms(Letter)
    moved = respell(SumOver(policy(a, s), a), {ACTIONS: listed})
    assert moved.var.domain == listed
    assert moved.body.letter.domains[0] == listed


def test_the_meaning_of_an_abbreviation() -> None:
    assert meaning(return_to_go(t)) == return_to_go.body
    assert meaning(Mean(y, a, policy(a, s))) == SumOver(policy(a, s) * y, a)
    assert meaning(c(k)) is None
