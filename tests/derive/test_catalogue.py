"""The catalogue: every entry is proved, holds on models, and its falsehood is refuted; broken entries are refused."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from types import ModuleType

import pytest

import proofs
from derive import kernel
from derive.binding import alike
from derive.calc import Start
from derive.catalogue import _COLLECTED, Cited, Derivation, Falsehood, derivation, load
from derive.errors import UnknownName, WrongClaim, WrongLine
from derive.models.refute import decide
from derive.notation import T, a, bandit_policy, expect, given_history, grad, k, mean, policy, reward, score, t
from derive.rules import (
    constant,
    expectation,
    gradient_of_sum,
    known,
    linearity,
    log_derivative,
    normalised,
    score_vanishes,
    tower,
)
from derive.terms import AtMost, Equation, Inequality, Log, Positive, SumOver

from .laws.witness import judge, judge_equation, judge_statement

CATALOGUE = load(proofs)
ENTRIES = sorted(CATALOGUE.derivations.values(), key=lambda d: d.name)
every_entry = pytest.mark.parametrize("entry", ENTRIES, ids=lambda d: d.name)


def test_every_file_loads_and_enters_its_own_name() -> None:
    assert not CATALOGUE.faults
    files = {p.stem for p in Path(proofs.__path__[0]).glob("*.py")} - {"__init__"}
    assert {d.build.__module__.rpartition(".")[2] for d in ENTRIES} == files
    assert {
        "sigmoid_gradient", "trajectory_probability", "log_trick_expansion", "score_function_identity",
        "past_reward_cancellation", "bandit_variance",
    } <= set(CATALOGUE.derivations)  # fmt: skip


@every_entry
def test_an_entry_is_proved_and_replays(entry: Derivation) -> None:
    theorem = kernel.replay(entry.theorem)
    assert alike(theorem.lhs, entry.claim.lhs)
    assert alike(theorem.rhs, entry.claim.rhs)
    assert theorem.hypotheses <= set(entry.given)
    assert theorem.laws <= set(kernel.LAWS)


@every_entry
def test_an_entry_is_true_for_the_second_evaluator(entry: Derivation) -> None:
    rng, true = Random(entry.name), 0
    for _ in range(20):
        verdict = judge(entry.theorem, rng, 3)
        assert not verdict.false, verdict.counterexample
        true += verdict.true
        if true >= 3:
            return
    pytest.fail(f"decided on {true} models only; {verdict.obstacles[:5]}")


@every_entry
def test_the_falsehood_is_false_for_the_second_evaluator(entry: Derivation) -> None:
    claim = entry.falsehood.claim
    verdict = judge_equation(claim.lhs, claim.rhs, entry.falsehood.assuming, Random(entry.name), 60)
    assert verdict.false, verdict.obstacles[:5]


@every_entry
def test_the_models_uphold_the_claim(entry: Derivation) -> None:
    held = decide(entry.claim, entry.assuming, max_states=2, max_actions=2, max_horizon=2)
    unopposed = isinstance(entry.claim, Inequality) and held.points > 0  # models prove no inequality
    assert held.verdict == "holds" or (unopposed and held.verdict == "unknown"), held.reason


@pytest.mark.parametrize("entry", ENTRIES, ids=[d.name for d in ENTRIES])
def test_the_models_refute_the_falsehood(entry: Derivation) -> None:
    refuted = decide(entry.falsehood.claim, entry.falsehood.assuming, max_states=2, max_actions=2, max_horizon=3)
    assert refuted.verdict == "refuted", refuted.reason


@every_entry
def test_a_fingerprint_is_short_and_its_own(entry: Derivation) -> None:
    assert len(entry.fingerprint) == 16
    assert [d.name for d in ENTRIES if d.fingerprint == entry.fingerprint] == [entry.name]


# axioms beyond the laws

CITED = sorted({axiom.name: axiom for d in ENTRIES for axiom in d.admitting}.items())


def test_whatever_is_admitted_is_counted() -> None:
    assert [name for name, _ in CITED] == ["hoeffding_lemma"]
    for entry in ENTRIES:
        admitted = {axiom.claim for axiom in entry.admitting}
        assert admitted == entry.theorem.hypotheses - set(entry.assuming), entry.name


@pytest.mark.parametrize(("name", "axiom"), CITED)
def test_an_axiom_is_true_on_random_models(name: str, axiom: Cited) -> None:
    found = decide(axiom.claim, axiom.assuming)
    assert (found.verdict, found.points > 50) == ("unknown", True), found.reason  # models prove no inequality
    verdict = judge_statement(axiom.claim, axiom.assuming, Random(name), 300)
    assert not verdict.false, verdict.counterexample
    assert verdict.true >= 20
    assert axiom.source


@pytest.mark.parametrize(("name", "axiom"), CITED)
def test_a_broken_copy_of_an_axiom_is_false(name: str, axiom: Cited) -> None:
    assert decide(axiom.falsehood.claim, axiom.falsehood.assuming or axiom.assuming).verdict == "refuted"


def test_what_is_admitted_is_true_under_the_assumptions_and_is_not_the_claim() -> None:
    admitted = Cited("half", Equation(SumOver(p, a), 2), (Positive(bandit_policy),), "nowhere", NONE)
    twice = Equation(2 * SumOver(p, a), 4)

    def lines(start: Start) -> object:
        return start.eq(4, by=admitted.claim)

    def entry(claim: Equation, assuming: tuple) -> Derivation:
        return Derivation("entry", "Entry", claim, assuming, "", lines, NONE, "", (), (admitted,))

    good = entry(twice, (Positive(bandit_policy),))
    assert good.theorem.hypotheses == {admitted.claim}
    with pytest.raises(WrongClaim, match=r"half is true where π_θ > 0; add that to `assuming`"):
        _ = entry(twice, ()).theorem
    with pytest.raises(WrongClaim, match="nothing is left to prove"):
        _ = entry(admitted.claim, (Positive(bandit_policy),)).theorem


# entries that are wrong

p = bandit_policy(a)
fresh_score = grad(Log(p))
NONE = Falsehood(Equation(SumOver(fresh_score, a), 0), "")
IDENTITY = Equation(mean(fresh_score, a, p), 0)
PAST = Equation(expect(reward(k) * score(t)), 0)
INSIDE = (AtMost(k, t - 1), AtMost(0, k), AtMost(t, T - 1), Positive(policy))


def entry_of(claim: Equation, assuming: tuple, build: object) -> Derivation:
    return Derivation("entry", "Entry", claim, tuple(assuming), "", build, NONE, "quiz-bandit")


def lines(start: Start) -> object:
    return (
        start.eq(SumOver(p * fresh_score, a), by=expectation)
        .eq(SumOver(grad(p), a), by=log_derivative)
        .eq(grad(SumOver(p, a)), by=gradient_of_sum)
        .eq(grad(1), by=normalised)
        .eq(0, by=constant)
    )


def past(start: Start) -> object:
    return (
        start.eq(expect(given_history(reward(k) * score(t), t)), by=tower(2 * t))
        .eq(expect(reward(k) * given_history(score(t), t)), by=known)
        .eq(0, by=[score_vanishes, linearity])
    )


def test_the_good_entry_is_good() -> None:
    assert entry_of(IDENTITY, (Positive(bandit_policy),), lines).theorem.hypotheses == {Positive(bandit_policy)}
    assert entry_of(PAST, INSIDE, past).theorem.hypotheses == set(INSIDE)


def test_a_chain_that_ends_elsewhere_is_refused() -> None:
    with pytest.raises(WrongClaim, match=r"entry: the lines end with 0, the claim with 1"):
        _ = entry_of(Equation(IDENTITY.lhs, 1), (Positive(bandit_policy),), lines).theorem


@pytest.mark.parametrize("left_out", INSIDE, ids=str)
def test_a_missing_assumption_is_refused_at_the_line_that_needs_it(left_out: object) -> None:
    fewer = tuple(h for h in INSIDE if h != left_out)
    with pytest.raises(WrongLine, match=r"the line says") as caught:
        _ = entry_of(PAST, fewer, past).theorem
    assert "the line before it is" in str(caught.value)


def test_a_superfluous_assumption_is_refused() -> None:
    with pytest.raises(WrongClaim, match=r"1 ≤ T is assumed and never used; take it out"):
        _ = entry_of(IDENTITY, (Positive(bandit_policy), AtMost(1, T)), lines).theorem
    with pytest.raises(WrongClaim, match=r"is assumed and never used"):
        _ = entry_of(PAST, (*INSIDE, Positive(bandit_policy)), past).theorem


def test_a_weaker_assumption_than_the_lines_need_is_refused() -> None:
    with pytest.raises(WrongLine, match=r"cannot show|leaves the line"):
        _ = entry_of(PAST, (AtMost(k, t), *INSIDE[1:]), past).theorem


# files that do not load


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package of derivations of its own, forgotten afterwards."""
    folder = tmp_path / "some_proofs"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    before = dict(_COLLECTED)
    yield folder
    for name in [m for m in sys.modules if m.partition(".")[0] == "some_proofs"]:
        del sys.modules[name]
    _COLLECTED.clear()
    _COLLECTED.update(before)


GOOD = """
from derive.catalogue import Falsehood, derivation
from derive.notation import grad, theta
from derive.rules import chain_rule
from derive.terms import Equation

no = Falsehood(Equation(grad(theta), 0), "")

@derivation(title="T", claim=Equation(grad(theta), 1), source="", falsehood=no, world="")
def {name}(start):
    return start.eq(1, by=chain_rule)
"""


def loaded(folder: Path) -> tuple[ModuleType, object]:
    importlib.invalidate_caches()
    module = importlib.import_module("some_proofs")
    return module, load(module)


def test_a_file_that_does_not_load_leaves_the_rest(package: Path) -> None:
    (package / "a_fine.py").write_text(GOOD.format(name="first_fine"))
    (package / "b_syntax.py").write_text("def broken(:\n")
    (package / "c_import.py").write_text("import there_is_no_such_module\n")
    (package / "d_twice.py").write_text(GOOD.format(name="first_fine"))
    (package / "e_raises.py").write_text("1 / 0\n")
    (package / "f_fine.py").write_text(GOOD.format(name="second_fine"))
    _, catalogue = loaded(package)
    assert list(catalogue.derivations) == ["first_fine", "second_fine"]
    assert set(catalogue.faults) == {"b_syntax", "c_import", "d_twice", "e_raises"}
    assert catalogue.faults["b_syntax"].startswith("SyntaxError")
    assert "there_is_no_such_module" in catalogue.faults["c_import"]
    assert "there is a derivation named first_fine already" in catalogue.faults["d_twice"]
    assert catalogue.derivations["second_fine"].theorem.rhs == 1


def test_a_name_is_looked_up_with_suggestions() -> None:
    assert [d.name for d in CATALOGUE.named(["sigmoid_gradient"])] == ["sigmoid_gradient"]
    assert len(CATALOGUE.named([])) == len(ENTRIES)
    with pytest.raises(UnknownName, match="no derivation named 'sigmoid_gradien'; did you mean sigmoid_gradient"):
        CATALOGUE.named(["sigmoid_gradien"])


def test_a_name_is_entered_once() -> None:
    with pytest.raises(WrongClaim, match="there is a derivation named sigmoid_gradient already"):

        @derivation(title="", claim=IDENTITY, source="", falsehood=NONE, world="")
        def sigmoid_gradient(start: Start) -> object:
            return start
