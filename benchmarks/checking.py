"""Checking a chapter of some forty displays, benchmarks/chapter.md: cold, again unchanged, and reading alone.

Processor time, children's included, so that what else the machine does counts little; the peer is the bound.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.coverage import READING_ONLY
from benchmarks.measure import Row, WrongAnswer
from benchmarks.registry import benchmark
from derive.book.check import check_file

CHAPTER = Path(__file__).parent / "chapter.md"
COMMAND = (sys.executable, "-m", "derive.cli", "check", str(CHAPTER))
COLD, AGAIN, READING = 5.0, 300.0, 10.0  # seconds; milliseconds; milliseconds a step


def _bounded(name: str, ours: float, bound: float, unit: str) -> Row:
    return Row(name, ours, bound, bound / ours, unit)


def _processor_seconds(*arguments: str, cache: str) -> float:
    """What one whole process takes, and the process that it judges in."""
    before = os.times()
    done = subprocess.run(
        [*COMMAND, *arguments], env={**os.environ, "DERIVE_CACHE": cache}, capture_output=True, text=True
    )
    after = os.times()
    if done.returncode or "steps judged" not in done.stdout:
        raise WrongAnswer(f"exit code {done.returncode}: {done.stdout[-300:]} {done.stderr[-300:]}")
    return after.children_user + after.children_system - before.children_user - before.children_system


@benchmark("check_chapter_cold", group="checking", slow=True)
def cold(name: str, budget: float) -> Row:
    """Start, reading and judging, with nothing remembered."""
    return _bounded(name, median(_processor_seconds("--no-cache", cache="") for _ in range(3)), COLD, "s")


def _again(budget: float) -> float:
    with tempfile.TemporaryDirectory() as folder:
        _processor_seconds(cache=folder)
        return 1e3 * median(_processor_seconds(cache=folder) for _ in range(7))


@benchmark("check_chapter_again", group="checking", slow=True)
def again(name: str, budget: float) -> Row:
    """The same once more, unchanged."""
    return _bounded(name, _again(budget), AGAIN, "ms")


@benchmark("read_step_of_chapter", group="checking")
def reading(name: str, budget: float) -> Row:
    """Reading without witnesses, for each step; the first time warms nothing but the imports."""
    once = partial(check_file, CHAPTER, READING_ONLY)
    steps, spent = len(once().steps), []
    for _ in range(3):
        start = time.process_time()
        once()
        spent.append(time.process_time() - start)
    return _bounded(name, 1e3 * median(spent) / steps, READING, "ms")
