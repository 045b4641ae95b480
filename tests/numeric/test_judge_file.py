"""`judge_file`: the same verdicts from a child process, which leaves nothing behind. What the package imports."""

import os
import re
import subprocess
import sys
import time

import pytest

from numeric.errors import EstimatorError
from numeric.estimators import reward_to_go
from numeric.testing import judge, judge_file

from .known_estimators import without_discount_power

FILE = """
import os, sys, time
import numpy as np
from numeric.estimators import reward_to_go, weighted_scores
from numeric.returns import rewards_to_go

print("loading")

def right(b, theta):
    print("calling")
    return reward_to_go(b, theta)

def wrong(b, theta):
    return weighted_scores(b, theta, rewards_to_go(b.rewards, b.gamma))

def sleeps(b, theta):
    if b.rewards.any():
        open(__file__ + ".pid", "w").write(str(os.getpid()))
        time.sleep(60)
    return 0 * theta

def vanishes(b, theta):
    os._exit(3)

def raises(b, theta):
    raise RuntimeError("of its own")
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(FILE, encoding="utf-8")
    return path


def test_a_file_is_judged_as_its_function_would_be_and_its_output_stays_off_ours(file, capfd):
    verdict = judge_file(file, "right", max_examples=10)
    out, err = capfd.readouterr()
    direct = judge(reward_to_go, max_examples=10)
    assert (verdict.verdict, verdict.variance, verdict.mdps) == ("UNBIASED", direct.variance, 10)
    assert out == err == ""
    assert len(verdict.notes) == 1
    assert re.fullmatch(r"right prints \(\d+ lines, the first: 'calling'\)", verdict.notes[0])


def test_the_variances_of_the_library_are_given_to_compare(file):
    verdict = judge_file(file, "right", max_examples=10)
    assert set(verdict.compared) == {"total return", "reward to go", "reward to go less V"}
    assert verdict.compared["reward to go"] == pytest.approx(verdict.variance)
    assert verdict.compared["reward to go less V"] < verdict.variance


def test_a_biased_function_of_a_file_brings_its_counterexample(file):
    verdict = judge_file(file, "wrong")
    assert (verdict.verdict, verdict.counterexample) == (
        "BIASED",
        judge(without_discount_power).counterexample,
    )


def test_a_folder_named_like_the_package_is_not_in_the_way(file, tmp_path, monkeypatch):
    (tmp_path / "work" / "numeric").mkdir(parents=True)
    (tmp_path / "work" / "numeric" / "__init__.py").write_text("raise RuntimeError", encoding="utf-8")
    monkeypatch.chdir(tmp_path / "work")
    assert judge_file(file, "right", max_examples=2).mdps == 2


def test_what_never_ends_is_killed_and_the_mdp_named(file):
    started = time.monotonic()
    with pytest.raises(EstimatorError, match=r"sleeps did not end within 2 seconds; it was on s0 a0 → "):
        judge_file(file, "sleeps", timeout=2)
    assert time.monotonic() - started < 10
    with pytest.raises(ProcessLookupError):
        os.kill(int((file.parent / "mine.py.pid").read_text()), 0)


def test_what_ends_its_process_is_named_with_its_status(file):
    with pytest.raises(EstimatorError, match=r"vanishes ended its own process, with status 3; it was on s0 a0 → "):
        judge_file(file, "vanishes")


def test_a_fault_in_a_file_is_the_same_error(file):
    with pytest.raises(EstimatorError, match="raises raises RuntimeError: of its own, line 26 of raises"):
        judge_file(file, "raises")


def test_an_unknown_function_is_told_the_nearest_names(file):
    with pytest.raises(EstimatorError, match=r"mine.py has no function 'rihgt'; did you mean right"):
        judge_file(file, "rihgt")


def test_a_file_that_is_missing_or_does_not_load_is_named(tmp_path):
    with pytest.raises(
        EstimatorError, match=r"nowhere.py does not exist; give the path of a Python file that defines f"
    ):
        judge_file(tmp_path / "nowhere.py", "f")
    broken = tmp_path / "broken.py"
    broken.write_text("def f(:\n", encoding="utf-8")
    with pytest.raises(EstimatorError, match=r"broken.py cannot be loaded: SyntaxError: .*line 1"):
        judge_file(broken, "f")


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("numeric", "hypothesis numpy sympy flint derive"),
        ("numeric.testing", "sympy flint derive matplotlib torch"),
    ],
)
def test_the_witness_stays_light_and_alone(module, absent):
    code = f"import sys, {module}; print([m for m in '{absent}'.split() if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
