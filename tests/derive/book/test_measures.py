"""The measures answer as they promise: what is counted, which mistakes are written; and a survivor would be seen."""

import json
from pathlib import Path

import pytest

from benchmarks import coverage, mutants
from benchmarks.mutations import KINDS, Mutation, mutations
from derive.book.document import parse
from derive.book.source import decode

CHAPTERS = Path(__file__).parent / "chapters"
GRADIENT = (
    r"\nabla_\theta J = \mathbb{E}_{\tau \sim \pi_\theta}\left[ \sum_{t=0}^{T-1} \gamma^t r_t "
    r"\nabla_\theta \log \pi_\theta(a_t | s_t) - b(s_t) c \right]"
)
TRUE = r"\sum_a \pi_\theta(a) = 1"


def test_coverage_counts(tmp_path, capsys):
    (tmp_path / "one.md").write_text(
        f"$$ {TRUE} $$\n\n$$ \\sum_a \\pi_\\theta(a) = 2 $$\n\n$$ \\flurb $$\n\n$$ r_0 $$\n"
    )
    (tmp_path / "two.md").write_text(f"$$ {TRUE} $$\n")
    assert coverage.main([str(tmp_path), "--output-format", "json", "--sample", "5"]) == 0
    found = json.loads(capsys.readouterr().out)
    one, two = found["texts"]
    assert (one["displays"], one["read"], one["steps"], one["claims"], one["decided"]) == (4, 3, 4, 3, 2)
    assert (two["displays"], two["read"], two["claims"], two["decided"]) == (1, 1, 1, 1)
    assert found["total"]["verdicts"] == {"proved": 2, "refuted": 1, "not-a-claim": 1, "not-read": 1}
    assert [row["verdict"] for row in found["wrong"]] == ["refuted"]
    assert [row["verdict"] for row in found["sample"]] == ["not-a-claim"]
    assert coverage.main([str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "| all | 5 | 4 (80 %) | 5 | 4 | 3 (75 %) |" in said
    assert "1 refuted or inconsistent" in said


def test_every_kind_of_mistake_is_made():
    made = {}
    for mutation in mutations(GRADIENT, 0, len(GRADIENT)):
        made.setdefault(mutation.kind, []).append(mutation.of(GRADIENT))
    others = {"dropped distribution", "swapped distribution", "extra factor", "dropped gradient"}
    assert set(made) == others | set(KINDS) - {"distribution"}
    assert [m.of("2 a = 1") for m in mutations("2 a = 1", 0, 7) if m.kind == "number"] == ["3 a = 1", "2 a = 2"]
    everything = [latex for found in made.values() for latex in found]
    assert len(set(everything)) == len(everything)
    for wanted in (
        "+ b(s_t)", r"= - \mathbb", "r_{t+1}", "(a_t | s_{t-1})", r"\gamma^t  \nabla", r"{\tau }", r"\sim \mu}",
        r"\left[  \gamma", r"\gamma^{t+1}", r"\gamma^k", r"\nabla_\theta \pi_\theta(a_t", r"\sum_{t=1}^{T-1}",
        r"}^{T} \gamma",
    ):  # fmt: skip
        assert any(wanted in latex for latex in everything), wanted


def test_a_mistake_stays_where_it_is_asked_for():
    start = GRADIENT.index("=")
    assert all(m.start >= start for m in mutations(GRADIENT, start, len(GRADIENT)))
    assert Mutation("sign", 2, 3, "-").of("a + b") == "a - b"


@pytest.fixture
def recording(judges):
    return mutants.Recording(judges)


def target_of(text, recording):
    document = parse(decode("t.md", text.encode()))
    return document, mutants.targets(document, recording)


@pytest.mark.parametrize(
    ("old", "new", "verdict", "meaning"),
    [
        ("= 1", "= 2", "refuted", "changed"),
        ("\\pi_\\theta", "\\pi_\\phi \\flurb", "not-read", "not read"),
        ("= 1", "= \\sum_a \\pi_\\theta(a)", "proved", "the same"),
        ("= 1", "= {1}", "proved", "read as before"),
    ],
)
def test_what_became_of_a_mutant(recording, old, new, verdict, meaning):
    document, (target,) = target_of(f"Words\n\n$$ {TRUE} $$\n", recording)
    at = TRUE.index(old)
    found = mutants.mutant(document, target, Mutation("a kind", at, at + len(old), new), recording)
    assert (found.line, found.kind, found.verdict, found.meaning) == (3, "a kind", verdict, meaning)
    assert found.before == TRUE


def test_a_checker_that_passes_all_is_found_out(judges):
    """Where the prover and the models pass everything, the second evaluator sees the survivors."""
    from dataclasses import replace
    from types import SimpleNamespace

    yes = SimpleNamespace(verdict="holds", reason="", sizes=((1, 1, 1),), error_bound="", counterexample=None)
    theorem = SimpleNamespace(hypotheses=())
    fooled = replace(judges, prove=lambda e, h: theorem, decide=lambda e, h: yes, certificate=lambda t: None)
    recording = mutants.Recording(fooled)
    document, (target,) = target_of(f"$$ {TRUE} $$\n", recording)
    (mutation,) = [m for m in mutations(TRUE, 0, len(TRUE)) if m.kind == "sign"]
    found = mutants.mutant(document, target, mutation, recording)
    assert (found.verdict, found.meaning) == ("proved", "changed")
    assert mutants.survivors([found]) == [found]
    assert "1 proved or holds" in mutants.shares([found])


def test_the_mutants_of_a_text(capsys):
    assert mutants.main([str(CHAPTERS / "bandit.md"), "--count", "12", "--all"]) == 0
    said = capsys.readouterr().out
    assert "12 mutants" in said
    assert "0 proved or holds" in said
