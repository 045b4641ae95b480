"""One-way matching: every answer turns the pattern into the term, and what is an instance is found."""

from random import Random

import pytest
from sympy import Expr, Symbol

from derive.binding import alike, free, respell, substitute
from derive.errors import DeriveError
from derive.matching import matches
from derive.notation import T, a, expect, gamma, k, n, policy, reward, s, score, t, theta
from derive.terms import Action, Domain, Letter, State, SumOver, TimeSum, real_symbol

from .laws.terms import Maker

c = Letter("c", (None,))
m, y = Symbol("m", integer=True), real_symbol("y")
LETTERS = frozenset({theta})


def first(pattern: Expr, term: Expr) -> dict | None:
    return next(iter(matches(pattern, term, LETTERS)), None)


def becomes(pattern: Expr, values: dict, term: Expr) -> bool:
    spelling = {key: v for key, v in values.items() if isinstance(key, (Letter, Domain))}
    names = {key: v for key, v in values.items() if key not in spelling}
    return alike(substitute(respell(pattern, spelling), names), term)


@pytest.mark.parametrize(
    ("pattern", "term", "values"),
    [
        (c(k), c(t), {k: t}),
        (c(k + 1), c(t), {k: t - 1}),
        (c(2 - k), c(t), {k: 2 - t}),
        (TimeSum(c(n), n, 0, k), TimeSum(c(m), m, 0, T - 1), {k: T - 1}),
        (policy(a, s), policy(Action(t), State(t)), {a: Action(t), s: State(t)}),
        (expect(reward(k) * score(t)), expect(reward(n) * score(m)), {k: n, t: m}),
        (y * c(k), c(t) * gamma, {y: gamma, k: t}),
        (SumOver(policy(a, s), a), SumOver(policy(a, State(0)), a), {s: State(0)}),
    ],
)
def test_an_instance_is_found(pattern: Expr, term: Expr, values: dict) -> None:
    found = [dict(v) for v in matches(pattern, term, LETTERS)]
    assert any({key: v for key, v in f.items() if key != v} == values for f in found), found
    assert all(becomes(pattern, f, term) for f in found)


@pytest.mark.parametrize(
    ("pattern", "term"),
    [
        (c(k) * c(k), c(t) * c(n)),
        (c(2 * k), c(t)),
        (TimeSum(c(n), n, 0, k), TimeSum(c(n), n, 1, k)),
        (TimeSum(c(n) * y, n, 0, k), TimeSum(c(n) * c(n + 1), n, 0, k)),  # y may not hold the bound name
        (SumOver(policy(a, s), a), SumOver(policy(a, s), s)),
        (expect(y), expect(reward(t))),  # a random value may not enter an expectation
        (reward(k), reward(t) + 1),
    ],
)
def test_what_is_no_instance_is_not_found(pattern: Expr, term: Expr) -> None:
    assert first(pattern, term) is None


def test_a_letter_matches_another_of_its_kind() -> None:
    other = Letter("b", policy.domains, pmf=True, parameter=theta)
    found = first(SumOver(policy(a, s), a), SumOver(other(a, s), a))
    assert found is not None
    assert found[policy] == other
    assert first(SumOver(policy(a, s), a), SumOver(Letter("q", policy.domains)(a, s) * gamma, a)) is None


def test_every_random_instance_that_is_answered_is_one() -> None:
    answered = 0
    for seed in range(120):
        rng = Random(seed)
        maker = Maker(rng)
        try:
            pattern = maker.term(2)
            term = substitute(pattern, {t: m, k: n + 1}) if rng.random() < 0.7 else maker.term(2)
            found = list(matches(pattern, term, LETTERS))[:3]
        except DeriveError:
            continue
        for values in found:
            assert becomes(pattern, values, term)
            answered += 1
    assert answered > 40


def test_names_that_are_fixed_stay() -> None:
    assert not list(matches(c(k), c(t), frozenset({k})))
    assert free(c(k)) == {k}
