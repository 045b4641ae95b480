"""Every law: true on random models, false when it is broken, and refused where its side condition fails."""

from collections import Counter
from random import Random

import pytest

import derive.axioms  # noqa: F401  (admits the laws)
from derive.errors import DeriveError, IllFormed, Refused, Tampered
from derive.kernel import LAWS, axiom, law

from .instances import INSTANCES
from .mutants import MUTANTS, Mutant
from .refusals import REFUSALS
from .witness import judge, judge_statement

ROUNDS = 25
ENOUGH = ROUNDS // 2


def test_every_law_has_instances_a_broken_copy_and_a_refusal() -> None:
    # Whoever admits a law shows it true, shows a broken copy of it false, and shows what it refuses.
    assert set(LAWS) == set(INSTANCES)
    assert set(LAWS) == {m.law for m in MUTANTS}
    assert set(LAWS) == {name for name, _, _ in REFUSALS}


@pytest.mark.parametrize("name", sorted(INSTANCES))
def test_a_law_is_true_on_every_model(name: str) -> None:
    found = Counter[str]()
    for seed in range(ROUNDS):
        rng = Random(f"{name}/{seed}")
        term, args, given = INSTANCES[name](rng)
        try:
            theorem = law(name, term, *args, given=given)
        except Refused:
            found["refused"] += 1
            continue
        verdict = judge(theorem, rng, 2)
        assert not verdict.false, f"{theorem}\nis false on {verdict.counterexample}"
        found["true"] += verdict.true
    assert found["true"] >= ENOUGH
    assert found["refused"] <= ROUNDS // 3


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: f"{m.law}: {m.fault}")
def test_a_broken_law_is_false_on_some_model(mutant: Mutant) -> None:
    claim = mutant.claim
    verdict = judge_statement(claim, mutant.given, Random(mutant.fault), 30)
    assert verdict.false, f"{claim}\nwas not refuted; {verdict.true} times true, {verdict.obstacles[:3]}"


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: f"{m.law}: {m.fault}")
def test_no_law_says_what_its_broken_copy_says(mutant: Mutant) -> None:
    try:
        theorem = law(mutant.law, mutant.term, *mutant.args, given=mutant.given)
    except DeriveError:
        return
    assert theorem.claim != mutant.claim
    assert not judge(theorem, Random(0), 10).false


@pytest.mark.parametrize(("name", "instance", "message"), REFUSALS)
def test_a_law_refuses_where_its_side_condition_fails(name: str, instance: tuple, message: str) -> None:
    term, args, given = instance
    with pytest.raises((Refused, IllFormed), match=message):
        law(name, term, *args, given=given)


def test_a_law_is_admitted_once() -> None:
    def split() -> None:
        """Another law of a name that is taken."""

    with pytest.raises(Tampered, match="there is a law named split already"):
        axiom(split)


def test_an_unknown_law_is_refused_with_those_that_exist() -> None:
    with pytest.raises(Refused, match=r"no law named tower_of_babel; there are .*tower"):
        law("tower_of_babel", INSTANCES["tower"](Random(0))[0])
