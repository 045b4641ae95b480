"""The two evaluators share no code and must agree: on random terms of every constructor, on random models."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from sympy import Expr

from derive.binding import subterms
from derive.errors import DeriveError
from derive.models import Model, evaluate
from derive.terms import Letter, Process
from derive.wire import encode
from numeric.errors import UnevaluableError
from numeric.evaluate import value
from tests.derive.laws.terms import Maker
from tests.derive.laws.witness import random_models

SEEDS = 10
TERMS = 40


def exact(term: Expr, model: dict[str, Any]) -> Fraction | None:
    """The first evaluator's value, where it is a fraction."""
    try:
        found = evaluate(term, Model.from_dict(model))
        return Fraction(int(found.p), int(found.q))
    except (DeriveError, AttributeError):  # no value, or a ball
        return None


def second(term: Expr, model: dict[str, Any]) -> Fraction | None:
    """The second evaluator's value, where it is a fraction."""
    try:
        found = value(encode(term), model)
    except UnevaluableError:
        return None
    return found if isinstance(found, Fraction) else None


def drawn_from_laws(term: Expr) -> bool:
    """Whether every process draws from distributions: no average is defined otherwise."""
    processes = (n for n in subterms(term) if isinstance(n, Process))
    return all(isinstance(part, Letter) and part.pmf for p in processes for part in p.args[:3])


@pytest.mark.parametrize("seed", range(SEEDS))
def test_where_both_have_a_value_it_is_the_same(seed: int) -> None:
    rng, seen = Random(seed), Counter[str]()
    for _ in range(TERMS):
        try:
            term = Maker(rng).term(3)
        except DeriveError:
            continue
        if not drawn_from_laws(term):
            continue
        for model in random_models(term, rng, 2):
            first, other = exact(term, model), second(term, model)
            if first is None or other is None:
                seen["one has none"] += 1
                continue
            assert first == other, f"{term}\n{first} and {other} on {model}"
            seen["equal"] += 1
    assert seen["equal"] >= TERMS // 4, seen


def test_a_wrong_value_would_be_seen() -> None:
    rng = Random(0)
    terms = [Maker(rng).term(2) for _ in range(20)]
    differ = 0
    for term in terms:
        for model in random_models(term, rng, 1):
            first, other = exact(term + 1, model), second(term, model)
            differ += first is not None and other is not None and first != other
    assert differ > 5
