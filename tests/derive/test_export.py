"""Theorems in Coq: every statement is read back, and where Coq is installed it judges the proofs without an axiom."""

import shutil
import subprocess
from functools import cache

import pytest

import proofs
from derive.catalogue import load
from derive.cli import main
from derive.errors import Refused, Unreadable
from derive.export.coq_file import CLOSED, document, exported, library
from derive.export.coq_reader import read, says
from derive.terms import Equation

CATALOGUE = load(proofs).derivations
COMPILED = [
    "grad_eq_mul_grad_log", "score_function_identity", "single_step_policy_gradient", "importance_sampling_unbiased",
    "baseline_variance", "fisher_eq_neg_expected_hessian", "sum_mul_sum_eq_double_sum", "double_sum_split_past_future",
    "gaussian_score_eq", "bandit_mean", "return_recursion", "gae_recursion", "trajectory_probability",
]  # fmt: skip


@cache
def theorem(name):
    d = CATALOGUE[name]
    return exported(name, d.claim, d.assuming, d.theorem)


def everything():
    found = {}
    for name in CATALOGUE:
        try:
            found[name] = theorem(name)
        except Refused as reason:
            found[name] = str(reason)
    return found


def test_every_statement_that_is_exported_is_read_back_as_the_claim_and_what_is_not_is_refused_with_its_reason():
    found = everything()
    written = {n: t for n, t in found.items() if not isinstance(t, str)}
    assert set(COMPILED) <= set(written)
    assert len(written) >= 40
    for name, made in written.items():
        d = CATALOGUE[name]
        assert says(made.statement, made.words, d.claim, d.assuming), name
        assert not says(made.statement, made.words, d.falsehood.claim, d.assuming), name
    assert all(
        "counterpart" in reason or "cannot compare" in reason for reason in found.values() if isinstance(reason, str)
    )


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
    made, d = theorem(name), CATALOGUE[name]
    changed = made.statement.replace(ours, theirs, 1)
    assert changed != made.statement
    assert not says(changed, made.words, d.claim, d.assuming)


@pytest.mark.parametrize("text", ["(f x", "0 = 0 = 0", "0 = nobody", "0 = (0 ? 1)", ""])
def test_what_the_writer_does_not_write_is_not_read(text):
    with pytest.raises(Unreadable):
        read(text, theorem("baseline_variance").words)


def test_a_process_is_refused_by_the_name_of_its_node(capsys):
    assert main(["export", "multi_step_policy_gradient"]) == 1
    assert "Expectation has no counterpart" in capsys.readouterr().err


def test_one_theorem_is_a_self_contained_file(tmp_path, capsys):
    assert main(["export", "score_function_identity", "-o", str(tmp_path)]) == 0
    text = (tmp_path / "score_function_identity.v").read_text(encoding="utf-8")
    assert text.startswith(library())
    assert "Axiom" not in text
    assert "admit" not in text.lower()
    assert "1 theorems" in capsys.readouterr().out


# with Coq


NEEDS_COQ = pytest.mark.skipif(shutil.which("coqc") is None, reason="Coq is not installed: apt-get install coq …")


def judged(folder, text):
    """What Coq says of a file."""
    (folder / "theorems.v").write_text(text, encoding="utf-8")
    command = ["coqc", "-q", "-w", "none", "theorems.v"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240, check=False)


@pytest.mark.system
@NEEDS_COQ
def test_coq_proves_them_without_an_axiom(tmp_path):
    answer = judged(tmp_path, document(map(theorem, COMPILED)))
    assert answer.returncode == 0, answer.stderr[-2000:]
    assert answer.stdout.count(CLOSED) == len(COMPILED)
    assert "Axioms:" not in answer.stdout


@pytest.mark.system
@NEEDS_COQ
def test_coq_refuses_the_proof_of_a_falsehood(tmp_path):
    """The steps that prove the claim do not prove what people write instead."""
    d = CATALOGUE["grad_expectation_eq_expectation_mul_score"]
    assert isinstance(d.falsehood.claim, Equation)
    answer = judged(tmp_path, document([exported(d.name, d.falsehood.claim, d.assuming, d.theorem)]))
    assert answer.returncode == 1
    assert "Unable to unify" in answer.stderr or "No applicable tactic" in answer.stderr


@pytest.mark.system
@NEEDS_COQ
def test_coq_refuses_a_step_that_was_changed(tmp_path):
    text = document([theorem("sum_mul_sum_eq_double_sum")])
    before, proof = text.split("Theorem sum_mul_sum_eq_double_sum")
    changed = before + "Theorem sum_mul_sum_eq_double_sum" + proof.replace("(-1) + T", "T", 1)
    answer = judged(tmp_path, changed)
    assert answer.returncode == 1
    assert "Unable to unify" in answer.stderr or "Error" in answer.stderr
