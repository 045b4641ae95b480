"""A child process answers by files, and nothing of it is left when its time is up."""

import os
import time

import pytest

from numeric.isolation import run_module

CHILD = """
import pathlib, subprocess, sys, time
folder, request = sys.argv[1:]
print("said aloud")
(pathlib.Path(folder) / "answer").write_text(request.upper(), encoding="utf-8")
if request == "fail":
    sys.exit(3)
if request == "family":
    grandchild = subprocess.Popen(["sleep", "60"])
    (pathlib.Path(folder) / "pid").write_text(str(grandchild.pid))
    time.sleep(60)
"""


@pytest.fixture
def child(tmp_path, monkeypatch):
    (tmp_path / "a_child.py").write_text(CHILD, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return "a_child"


def test_the_answer_is_in_files_and_the_output_on_standard_error(child, capfd):
    outcome = run_module(child, "γ", timeout=30)
    assert (outcome.status, outcome.files) == (0, {"answer": "Γ"})
    out, err = capfd.readouterr()
    assert (out, err) == ("", "said aloud\n")


def test_a_status_is_passed_on_with_the_files_left_so_far(child):
    outcome = run_module(child, "fail", timeout=30)
    assert (outcome.status, outcome.files) == (3, {"answer": "FAIL"})


def test_when_time_is_up_the_child_and_its_children_are_killed(child):
    started = time.monotonic()
    outcome = run_module(child, "family", timeout=2)
    assert time.monotonic() - started < 20
    assert (outcome.status, outcome.files["answer"]) == (None, "FAMILY")
    assert not alive(int(outcome.files["pid"]))


def alive(pid):
    """Whether the process runs; one that was killed goes to init, which may take a moment to reap it."""
    for _ in range(50):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        with open(f"/proc/{pid}/stat") as stat:
            if stat.read().rsplit(")", 1)[1].split()[0] == "Z":
                return False
        time.sleep(0.05)
    return True
