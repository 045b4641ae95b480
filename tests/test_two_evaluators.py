"""The two evaluators share no code and must agree: on random terms of every constructor, on random models."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from sympy import Expr

from derive import terms
from derive.errors import DeriveError
from derive.models import Model, decide, evaluate
from derive.notation import a, density, policy, s, theta, x
from derive.terms import Equation, Gradient, Hypothesis, Inequality
from derive.wire import ARITHMETIC, NODES, encode
from numeric.errors import UnevaluableError
from numeric.evaluate import judged, refutes, satisfies
from numeric.evaluation.jets import Jet
from numeric.evaluation.meanings import MEANINGS
from tests.language.models import random_model
from tests.language.terms import HYPOTHESES, PRODUCTIONS, any_statement, any_term

PATIENT = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much], deadline=None)
EACH = settings(PATIENT, max_examples=max(10, settings().max_examples // 5))
SEARCH = settings(PATIENT, max_examples=2000, phases=[Phase.generate], database=None)
SEEDS = st.integers(0, 2**32)
ATOMS = {"num", "time", "real", "var", "domain", "letter", "definition"}
Interval = tuple[Fraction, Fraction]


def first(term: Expr, model: dict[str, Any]) -> Interval | None:
    """The first evaluator's value, as an interval; of one point where it is a fraction."""
    try:
        found = evaluate(term, Model.from_dict(model))
    except DeriveError:
        return None
    if not hasattr(found, "man_exp"):
        return (Fraction(int(found.p), int(found.q)),) * 2
    ends = (end.man_exp() for end in (found.lower(), found.upper()))
    low, high = (Fraction(int(m)) * Fraction(2) ** int(e) for m, e in ends)
    return low, high


def second(term: Expr, low: Fraction, high: Fraction, model: dict[str, Any]) -> bool | None:
    """Whether the second evaluator's value is in an interval, as far as float64 tells; None where there is none."""
    least, greatest = (("num", end.numerator, end.denominator) for end in (low, high))
    try:
        if low == high:
            return judged(("Equation", encode(term), least), model)[2] is not False
        above, below = ("Inequality", least, encode(term)), ("Inequality", encode(term), greatest)
        return all(judged(side, model)[2] is not False for side in (above, below))
    except UnevaluableError:
        return None


def agreement(term: Expr, model: dict[str, Any]) -> bool | None:
    """Whether the evaluators agree; None where one has no value."""
    found = first(term, model)
    return None if found is None else second(term, *found, model)


def tags(wire: Any) -> set[str]:
    """The tags of a wire and of its parts."""
    if not isinstance(wire, tuple):
        return set()
    own = {wire[0]} if wire and isinstance(wire[0], str) else set()
    return own.union(*map(tags, wire))


def check(term: Expr, seed: int) -> None:
    model = random_model(term, Random(seed))
    assert agreement(term, model) is not False, f"{term} is {first(term, model)}, or not, on {model}"


def test_the_grammar_has_every_node_of_the_language() -> None:
    language = {
        name
        for name, cls in vars(terms).items()
        if isinstance(cls, type) and issubclass(cls, (terms.Term, terms.Process)) and not name.startswith("_")
    } - {"Term"}
    assert set(PRODUCTIONS) == language | set(ARITHMETIC) == set(NODES) | set(ARITHMETIC)


@pytest.mark.parametrize("tag", [*PRODUCTIONS, *sorted(ATOMS)])
def test_the_grammar_makes_it(tag: str) -> None:
    find(
        any_term(1, tag if tag in PRODUCTIONS else None),
        lambda term: tag in tags(encode(term)),
        settings=SEARCH,
        random=Random(0),
    )


@pytest.mark.parametrize("tag", PRODUCTIONS)
def test_both_have_a_value_for_it(tag: str) -> None:
    def valued(case: tuple[Expr, int]) -> bool:
        term, seed = case
        return tag in tags(encode(term)) and agreement(term, random_model(term, Random(seed))) is True

    find(st.tuples(any_term(1, tag), SEEDS), valued, settings=SEARCH, random=Random(0))


@pytest.mark.parametrize("tag", PRODUCTIONS)
@EACH
@given(data=st.data())
def test_where_both_have_a_value_of_a_node_it_is_the_same(tag: str, data: st.DataObject) -> None:
    check(data.draw(any_term(2, tag)), data.draw(SEEDS))


@PATIENT
@given(any_term(3), SEEDS)
def test_where_both_have_a_value_of_a_deep_term_it_is_the_same(term: Expr, seed: int) -> None:
    check(term, seed)


@PATIENT
@given(any_statement(), st.sets(st.sampled_from(HYPOTHESES), max_size=3))
def test_the_second_confirms_the_counterexamples_of_the_first(statement: Any, hypotheses: set[Hypothesis]) -> None:
    """What the first refutes, the second refutes on the same model, under hypotheses that both find true of it."""
    outcome = decide(statement, sorted(hypotheses, key=str))
    if outcome.verdict != "refuted":
        return
    model = outcome.counterexample.model.to_dict()
    try:
        assert satisfies(model, map(encode, hypotheses))
        assert refutes(encode(statement), model, outcome.counterexample.lhs, outcome.counterexample.rhs)
    except UnevaluableError:  # a value is then said to be unknown, never refuted
        return


@pytest.mark.parametrize("kind", [Equation, Inequality])
def test_some_counterexamples_are_confirmed(kind: type) -> None:
    def confirmed(statement: Any) -> bool:
        outcome = decide(statement)
        if not isinstance(statement, kind) or outcome.verdict != "refuted":
            return False
        found = outcome.counterexample
        return refutes(encode(statement), found.model.to_dict(), found.lhs, found.rhs)

    find(any_statement(), confirmed, settings=SEARCH, random=Random(0))


@pytest.mark.parametrize("tag", sorted(set(PRODUCTIONS) & set(MEANINGS)))
def test_a_wrong_value_of_a_node_would_be_seen(tag: str, monkeypatch: pytest.MonkeyPatch) -> None:
    right = MEANINGS[tag]

    def wrong(*args: Any) -> Jet:
        found = right(*args)
        return Jet(found.value + 1, found.tangent, found.second)

    monkeypatch.setitem(MEANINGS, tag, wrong)

    def seen(case: tuple[Expr, int]) -> bool:
        return agreement(case[0], random_model(case[0], Random(case[1]))) is False

    find(st.tuples(any_term(1, tag), SEEDS), seen, settings=SEARCH, random=Random(0))


@pytest.mark.parametrize("order", [1, 2])
def test_a_wrong_derivative_would_be_seen(order: int, monkeypatch: pytest.MonkeyPatch) -> None:
    right = MEANINGS["mul"]

    def wrong(*args: Any) -> Jet:
        found = right(*args)
        parts = [part if k != order else 2 * part for k, part in enumerate(found.parts)]
        return Jet(*parts)

    monkeypatch.setitem(MEANINGS, "mul", wrong)
    term: Expr = policy(a, s) * density(x)
    for _ in range(order):
        term = Gradient(term, theta)
    assert any(agreement(term, random_model(term, Random(seed))) is False for seed in range(5))
