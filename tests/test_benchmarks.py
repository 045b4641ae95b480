"""The benchmarks answer in the shape that they promise. How fast anything is, no test asserts."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def benchmarks(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60
    )


def test_json_is_one_object_with_a_row_per_benchmark() -> None:
    done = benchmarks("gradient", "--quick", "--output-format", "json")
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
