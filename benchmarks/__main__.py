"""python -m benchmarks [NAME ...] [--quick] [--output-format text|json]

A NAME is a benchmark or a group. Text is a Markdown table; JSON is one object on standard output; the machine and what
was skipped go to standard error. Exit codes: 0 measured, 2 a name is unknown or a benchmark could not be carried out.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from benchmarks.machine import machine
from benchmarks.measure import Row
from benchmarks.registry import Benchmark, chosen

QUICK, FULL = 0.5, 4.0  # seconds a benchmark goes on repeating


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Ratios against peers, side by side.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="a benchmark or a group; all by default")
    parser.add_argument("--quick", action="store_true", help="under 45 s: fewer repeats, without the slow ones")
    parser.add_argument("--output-format", choices=("text", "json"), default="text")
    options = parser.parse_args(arguments)
    try:
        wanted = chosen(options.names, quick=options.quick)
    except ValueError as fault:
        print(f"benchmarks: {fault}", file=sys.stderr)
        return 2
    print(machine(), file=sys.stderr)
    measured = [_measure(b, QUICK if options.quick else FULL) for b in wanted if not _skipped(b)]
    rows = [row for row in measured if row is not None]
    if options.output_format == "json":
        print(json.dumps({"benchmarks": [asdict(row) for row in rows]}, ensure_ascii=False, indent=2))
    else:
        print(_table(rows))
    return 0 if len(rows) == len(measured) else 2


def _skipped(benchmark: Benchmark) -> bool:
    if benchmark.missing:
        print(f"skipped {benchmark.name}: {', '.join(benchmark.missing)} not installed", file=sys.stderr)
    return bool(benchmark.missing)


def _measure(benchmark: Benchmark, budget: float) -> Row | None:
    try:
        return benchmark.run(benchmark.name, budget)
    except Exception as fault:
        print(f"failed {benchmark.name}: {type(fault).__name__}: {fault}", file=sys.stderr)
        return None


def _table(rows: Sequence[Row]) -> str:
    lines = ["| benchmark | ours | peer | unit | ratio |", "|---|--:|--:|---|--:|"]
    for row in rows:
        cells = (row.name, _number(row.ours), _number(row.peer), row.unit, _number(row.ratio))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _number(value: float | None) -> str:
    """Three digits."""
    if value is None:
        return "—"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


if __name__ == "__main__":
    sys.exit(main())
