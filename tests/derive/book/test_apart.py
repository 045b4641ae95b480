"""A text that breaks the process it is judged in: a word in the report, and the others judged all the same."""

import json
import sys
from pathlib import Path

import pytest

from derive import cli
from derive.book import run as running
from derive.book.apart import Apart, can_be_apart
from derive.book.report import exit_code
from derive.errors import Unreadable

JUDGES = """
import os
from derive.book.judge import Judges

class Undecided:
    verdict, reason, sizes, error_bound, counterexample = "unknown", "not tried", (), "", None

def made(decide):
    def on_six(equation, hypotheses):
        return decide() or Undecided if "6" in str(equation) else Undecided
    return Judges(lambda e, h: None, on_six, lambda *a: False, lambda *a: False, lambda t: None)

def calm(): return made(lambda: None)
def hungry(): return made(lambda: bytearray(2**40) and None)
def endless(): return made(lambda: 9 ** (9 ** 9) and None)
def aborting(): return made(os.abort)
def leaving(): return made(lambda: os._exit(3))
def dead(): os._exit(4)
"""
TEXT = "$$ r_0 + 1 = r_1 $$\n\n$$ r_0 + 6 = r_1 $$\n\n$$ r_1 + 2 = r_0 $$\n"
NEEDS_LIMITS = pytest.mark.skipif(sys.platform != "linux", reason="memory and processor time are bounded on Linux only")


@pytest.fixture
def judges(tmp_path, monkeypatch):
    (tmp_path / "judges_of_a_test.py").write_text(JUDGES)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("DERIVE_CACHE", str(tmp_path / "cache"))
    import judges_of_a_test

    yield judges_of_a_test
    del sys.modules["judges_of_a_test"]


def codes(make, tmp_path, **options):
    (tmp_path / "t.md").write_text(TEXT)
    one = Apart(make, **options)
    try:
        first = one.judge(tmp_path / "t.md")
    finally:
        one.close()
    assert first.error is None
    assert all(row["verdict"] == "unknown" for row in first.rows)
    return [row["code"] for row in first.rows], first.rows[1]["message"]


def test_the_verdicts_are_those_of_this_process(judges, tmp_path):
    assert codes(judges.calm, tmp_path)[0] == ["D050", "D050", "D050"]


@NEEDS_LIMITS
def test_too_much_memory(judges, tmp_path):
    assert codes(judges.hungry, tmp_path) == (["D050", "D066", "D050"], "not decided within the memory of a step")


@NEEDS_LIMITS
def test_too_much_time_where_python_cannot_interrupt(judges, tmp_path):
    found, message = codes(judges.endless, tmp_path, seconds=1)
    assert found == ["D050", "D065", "D050"]
    assert "more processor time than it may" in message


@pytest.mark.parametrize(("name", "word"), [("aborting", "SIGABRT"), ("leaving", "code 3")])
def test_a_breakdown(judges, tmp_path, name, word):
    found, message = codes(getattr(judges, name), tmp_path)
    assert found == ["D050", "D065", "D050"]
    assert word in message


def test_a_process_that_never_begins_is_an_error_of_the_text(judges, tmp_path):
    (tmp_path / "t.md").write_text(TEXT)
    (outcome,) = running.run([tmp_path / "t.md"], judges.dead, cached=False)
    assert "cannot be judged" in outcome.error
    assert exit_code([outcome]) == 2


@pytest.mark.parametrize("options", [{"jobs": 2}, {"jobs": 2, "backend": "loky"}])
def test_side_by_side(judges, tmp_path, options):
    paths = [tmp_path / f"{n}.md" for n in range(2)]
    for path in paths:
        path.write_text(TEXT)
    said = []
    outcomes = running.run(paths, judges.calm, cached=False, report=said.append, **options)
    assert [o.path for o in outcomes] == list(map(str, paths))
    assert all([row["code"] for row in o.rows] == ["D050"] * 3 for o in outcomes)
    assert said[-2].startswith("████████████████████ 2 of 2 ")
    assert said[-1] == ""


def test_the_progress_of_one_text(judges, tmp_path):
    (tmp_path / "t.md").write_text(TEXT)
    said = []
    running.run([tmp_path / "t.md"], lambda: judges.calm(), cached=False, report=said.append)
    assert said[0].endswith("t.md: ░░░░░░░░░░ 0 of 3 formulas")
    assert len(said) == 5


def test_judges_of_a_function_stay_here(judges):
    assert can_be_apart(judges.calm)
    assert not can_be_apart(lambda: None)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there is no /dev/zero")
def test_a_device_is_no_text(judges):
    (outcome,) = running.run(["/dev/zero"], judges.calm)
    assert "is no file" in outcome.error


def test_a_long_file_is_not_read(judges, tmp_path):
    with (tmp_path / "long.md").open("wb") as file:
        file.truncate(2**40)
    (outcome,) = running.run([tmp_path / "long.md"], judges.calm)
    assert "the limit is" in outcome.error
    (tmp_path / "t.ipynb").write_text(json.dumps({"cells": []}))
    with pytest.raises(Unreadable):
        running.run([tmp_path / "none"], judges.calm)


def test_a_backend_of_joblib(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DERIVE_CACHE", str(tmp_path / "cache"))
    (tmp_path / "t.md").write_text("$$ 1 + 1 = 2 $$\n")
    assert cli.main(["check", "--backend", "dsk", str(tmp_path / "t.md")]) == 2
    assert "did you mean dask" in capsys.readouterr().err
    assert cli.main(["check", "--backend", "threading", "--jobs", "2", str(tmp_path / "t.md")]) == 0
    assert "1 proved" in capsys.readouterr().out


@pytest.mark.peers
def test_on_dask(tmp_path, monkeypatch, capsys):
    distributed = pytest.importorskip("distributed", reason="distributed is not installed")
    monkeypatch.setenv("DERIVE_CACHE", str(tmp_path / "cache"))
    for name in ("one", "two"):
        (tmp_path / f"{name}.md").write_text("$$ 1 + 1 = 2 $$\n")
    with distributed.Client(n_workers=1, threads_per_worker=1, dashboard_address=None):
        assert cli.main(["check", "--backend", "dask", "--jobs", "2", str(tmp_path)]) == 0
    assert "2 proved" in capsys.readouterr().out
