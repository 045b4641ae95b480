"""The benchmarks answer in the shape that they promise. How fast anything is, no test asserts."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.checking import CHAPTER
from benchmarks.registry import GROUPS, chosen
from derive.book.check import check_file
from derive.book.rows import outcome
from derive.cli.texts import judges

ROOT = Path(__file__).resolve().parent.parent


def benchmarks(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60
    )


def test_json_is_one_object_with_a_row_per_benchmark() -> None:
    done = benchmarks("gradient_exact_vs_sampled", "--quick", "--output-format", "json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert list(found) == ["benchmarks"]
    (row,) = found["benchmarks"]
    assert list(row) == ["name", "ours", "peer", "ratio", "unit"]
    assert row["name"] == "gradient_exact_vs_sampled"
    assert row["ours"] > 0
    assert row["ratio"] == row["peer"] / row["ours"]


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    done = benchmarks("gradent")
    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean gradient" in done.stderr


def test_every_benchmark_has_a_group_and_says_what_its_peer_needs() -> None:
    found = chosen([], quick=False)
    assert {b.group for b in found} == set(GROUPS)
    assert {name for b in found for name in b.missing} <= {"gymnasium", "jax", "stable_baselines3", "torch"}
    assert set(chosen([], quick=True)) < set(found)


def test_ten_million_episodes_are_summarised_in_less_than_a_gibibyte() -> None:
    """A bound on memory, not on time: here some 35 MiB."""
    done = benchmarks("memory_of_ten_million_episodes", "--output-format", "json")
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(done.stdout)["benchmarks"]
    assert row["ours"] < 1024


def test_nothing_in_the_chapter_that_is_timed_is_wrong() -> None:
    found = outcome(check_file(CHAPTER, judges()))
    assert found.displays >= 40
    assert {row["verdict"] for row in found.rows} <= {"proved", "holds", "definition", "not-a-claim"}
