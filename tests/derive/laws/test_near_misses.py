"""Every near miss of a law is false on a small model, and the law does not say what its near miss says."""

import pytest

import derive.axioms  # noqa: F401  (admits the laws)
from derive.errors import DeriveError
from derive.kernel import LAWS, law
from derive.models import decide
from derive.near_misses import NEAR_MISSES, NearMiss

from .instances import INSTANCES


@pytest.mark.parametrize("miss", NEAR_MISSES, ids=lambda m: m.law)
def test_a_near_miss_is_false_on_a_small_model(miss: NearMiss) -> None:
    found = decide(miss.claim, miss.assuming)
    assert found.verdict == "refuted", found.reason
    assert found.counterexample is not None
    assert found.counterexample.lhs != found.counterexample.rhs


@pytest.mark.parametrize("miss", NEAR_MISSES, ids=lambda m: m.law)
def test_a_law_does_not_say_what_its_near_miss_says(miss: NearMiss) -> None:
    assert miss.law in LAWS
    try:
        theorem = law(miss.law, miss.claim.lhs, given=miss.assuming)
    except (DeriveError, TypeError):
        return
    assert theorem.rhs != miss.claim.rhs


def test_no_law_has_two_near_misses() -> None:
    names = [m.law for m in NEAR_MISSES]
    assert len(set(names)) == len(names) >= 40
    assert {name for name in INSTANCES if name in LAWS} >= set(names)
