"""Theorems in Coq: every statement is read back, and where Coq is installed it judges the proofs without an axiom."""

import re
import shutil
import subprocess
from functools import cache

import pytest

import proofs
from derive.catalogue import load
from derive.cli import main
from derive.errors import Refused, Unreadable
from derive.export.coq_file import CLOSED, beside_library, document, exported, library, stated
from derive.export.coq_reader import read, says
from derive.terms import Equation

CATALOGUE = load(proofs).derivations


@cache
def theorem(name):
    d = CATALOGUE[name]
    return exported(name, d.claim, d.assuming, d.theorem)


def test_every_statement_that_is_written_is_read_back_as_the_claim_and_the_rest_is_refused_with_its_reason():
    written, reasons = 0, []
    for name, d in CATALOGUE.items():
        try:
            said = stated(d.claim, d.assuming)
        except Refused as reason:
            reasons.append(str(reason))
            continue
        written += 1
        assert says(said.statement, said.words, d.claim, d.assuming), name
        assert not says(said.statement, said.words, d.falsehood.claim, d.falsehood.assuming or d.assuming), name
    assert written >= 150
    assert all("has no counterpart in the export" in reason for reason in reasons)


@pytest.mark.parametrize(
    ("name", "ours", "theirs"),
    [
        ("double_sum_split_past_future", "((-1) + T)", "T"),
        ("sum_mul_sum_eq_double_sum", "(y t%Z)", "(x t%Z)"),
        ("baseline_variance", "^+ 2", "^+ 3"),
        ("score_function_identity", "ln C", "ex C"),
    ],
)
def test_a_statement_that_says_something_else_is_told_apart(name, ours, theirs):
    d = CATALOGUE[name]
    said = stated(d.claim, d.assuming)
    changed = said.statement.replace(ours, theirs, 1)
    assert changed != said.statement
    assert not says(changed, said.words, d.claim, d.assuming)


@pytest.mark.parametrize("text", ["(f x", "0 = 0 = 0", "0 = nobody", "0 = (0 ? 1)", ""])
def test_what_the_writer_does_not_write_is_not_read(text):
    d = CATALOGUE["baseline_variance"]
    with pytest.raises(Unreadable):
        read(text, stated(d.claim, d.assuming).words)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("bandit_variance_at_zero", "At has no counterpart"),
        ("kl_gradient_at_old_eq_zero", "the hypothesis Coincide has no counterpart"),
        ("ppo_clip_grad_zero_iff", "the hypothesis 0 <= epsilon, of one value of the parameter, has no counterpart"),
    ],
)
def test_a_theorem_is_refused_by_the_name_of_its_node_or_law(name, reason, capsys):
    assert main(["export", name]) == 1
    assert reason in capsys.readouterr().err


def test_one_theorem_is_a_self_contained_file(tmp_path, capsys):
    assert main(["export", "score_function_identity", "-o", str(tmp_path)]) == 0
    text = (tmp_path / "score_function_identity.v").read_text(encoding="utf-8")
    assert text.startswith(library())
    assert "Axiom" not in text
    assert "admit" not in text.lower()
    assert "1 exported, 0 refused" in capsys.readouterr().out


def test_several_theorems_are_a_file_each_beside_one_library(tmp_path):
    names = ["grad_eq_mul_grad_log", "importance_ratio_mean_one"]
    assert main(["export", *names, "-o", str(tmp_path)]) == 0
    assert {p.name for p in tmp_path.iterdir()} == {"library.v", *(f"{n}.v" for n in names)}
    for name in names:
        text = (tmp_path / f"{name}.v").read_text(encoding="utf-8")
        assert "Require Import library." in text
        assert "Lemma" not in text
        assert text.endswith(str(theorem(name)))


def test_a_theorem_is_written_the_same_way_every_time():
    d = CATALOGUE["two_action_softmax_eq_sigmoid"]
    assert str(exported(d.name, d.claim, d.assuming, d.theorem)) == str(theorem(d.name))


# with Coq


NEEDS_COQ = pytest.mark.skipif(shutil.which("coqc") is None, reason="Coq is not installed: apt-get install coq …")
KINDS = {
    "inequalities": "le_join",
    "samples": "(samples ",
    "trajectories": "(expect ",
    "powers with a time in them": "powz",
    "sums over time": "zrange",
    "none of these": "",
}
OF_EACH_KIND = 2


def shortest():
    """Of each kind of file the theorems with the shortest scripts, each under the first kind that it is of."""
    found = {kind: [] for kind in KINDS}
    for d in CATALOGUE.values():
        try:
            stated(d.claim, d.assuming)
            made = theorem(d.name)
        except Refused:
            continue
        found[next(k for k, mark in KINDS.items() if mark in str(made))].append(made)
    return [t for kind in found.values() for t in sorted(kind, key=lambda t: len(str(t)))[:OF_EACH_KIND]]


@pytest.fixture(scope="session")
def compiled(tmp_path_factory):
    """A folder with the library, compiled."""
    folder = tmp_path_factory.mktemp("coq")
    answer = judged(folder, "library", library())
    assert answer.returncode == 0, answer.stderr
    return folder


def judged(folder, name, text):
    """What Coq says of a file."""
    (folder / f"{name}.v").write_text(text, encoding="utf-8")
    command = ["coqc", "-q", "-w", "none", f"{name}.v"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240, check=False)


def is_closed(answer):
    """Whether Coq accepts the one theorem of a file, and says last that it rests on no axiom."""
    stated_so = answer.stdout.count(CLOSED) == 1 and answer.stdout.strip().endswith(CLOSED)
    return answer.returncode == 0 and stated_so and "Axioms:" not in answer.stdout


def said(answer):
    """The messages of Coq in one line."""
    return " ".join(answer.stderr.split())


@pytest.mark.system
@NEEDS_COQ
def test_coq_proves_them_without_an_axiom(compiled):
    chosen = shortest()
    assert len(chosen) == OF_EACH_KIND * len(KINDS)
    for made in chosen:
        answer = judged(compiled, made.name, beside_library(made))
        assert is_closed(answer), f"{made.name}: {answer.stderr[-2000:]}"


@pytest.mark.system
@NEEDS_COQ
def test_a_self_contained_file_is_proved_too(tmp_path):
    answer = judged(tmp_path, "alone", document([theorem("score_function_identity")]))
    assert is_closed(answer), answer.stderr


@pytest.mark.system
@NEEDS_COQ
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("score_function_identity", r'Unable to unify "mean \(index_enum A_set\) \[eta pi\] .*D C \(ln C \(pi a\)\)'),
        ("grad_eq_mul_grad_log", r"Error: Cannot apply lemma \(fact_i\d+ \(pi a\) \(D C \(ln C \(pi a\)\)\)\)"),
        ("past_reward_cancellation", r"Error: No applicable tactic."),
    ],
)
def test_the_steps_of_a_proof_do_not_prove_what_people_write_instead(name, message, compiled):
    """The first begins at another left side, the second ends at another right side; the third lets a reward be known
    that the action may still change."""
    d = CATALOGUE[name]
    assert isinstance(d.falsehood.claim, Equation)
    made = exported(name, d.falsehood.claim, d.falsehood.assuming or d.assuming, d.theorem)
    answer = judged(compiled, f"{name}_false", beside_library(made))
    assert answer.returncode == 1
    assert re.search(message, said(answer))
    assert CLOSED not in answer.stdout


BY_ARITHMETIC = re.compile(r"have fact_\w+ : [^\n]* = [^\n.]*(?=\.\n *\{\n *move=>[^\n]*\n *ring\.)")


@pytest.mark.system
@NEEDS_COQ
def test_coq_refuses_a_step_that_was_changed(compiled):
    text = beside_library(theorem("sum_mul_sum_eq_double_sum"))
    changed, places = BY_ARITHMETIC.subn(lambda step: f"{step[0]} + 1", text, count=1)
    assert places == 1
    answer = judged(compiled, "changed_step", changed)
    assert answer.returncode == 1
    assert "Tactic failure: Not a valid ring equation." in said(answer)
    assert CLOSED not in answer.stdout
