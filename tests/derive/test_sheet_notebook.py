"""A sheet's notebook runs as a plain program, replays each line, and stops where the derivation is another one."""

import json
import subprocess
import sys

import pytest

from derive.cli.catalogue import load_catalogue
from derive.cli.sheets import _sheet
from derive.sheet.notebook import notebook

NAMES = [
    "past_reward_cancellation",
    "trajectory_probability",
    "sigmoid_gradient_le_quarter",
]  # a chain, an induction, ≤


def program(source: str) -> str:
    """The code of a notebook, cell after cell."""
    return "\n\n".join("".join(c["source"]) for c in json.loads(source)["cells"] if c["cell_type"] == "code")


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue().derivations


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_runs_and_checks_every_line(name, catalogue):
    d = catalogue[name]
    done = run(program(notebook(_sheet(d, {}))))
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("replayed, by") == sum(len(block.lines) for block in d.proof.blocks)
    assert "if " in done.stdout


def test_a_notebook_of_another_derivation_stops_with_the_reason(catalogue):
    code = program(notebook(_sheet(catalogue["sigmoid_gradient"], {})))
    done = run(code.replace(catalogue["sigmoid_gradient"].fingerprint, "0" * 16))
    assert done.returncode != 0
    assert "the derivation has changed since this notebook was written" in done.stderr


def test_a_line_that_is_not_proved_as_printed_is_found(catalogue):
    code = program(notebook(_sheet(catalogue["sigmoid_gradient"], {})))
    assert "check(0, 1)" in code
    forged = code.replace("check(0, 1)", "blocks[0].lines[1].__dict__['term'] += 1\ncheck(0, 1)")
    done = run(forged)
    assert done.returncode != 0
    assert "the theorem is about another line" in done.stderr


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_is_one_that_jupyter_reads(name, catalogue):
    nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed")
    nbformat.validate(nbformat.reads(notebook(_sheet(catalogue[name], {})), as_version=4))
