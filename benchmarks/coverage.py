"""python -m benchmarks.coverage PATH ... [--sample N] [--output-format text|json]

How much of each text is read and decided, how long a step takes, and every refutation, to be read by eye.

A display is read when no step of it is `not-read`. Claims are all steps but `definition` and `not-a-claim`; decided are
those that end `proved`, `holds`, `refuted` or `inconsistent`. `--sample N` prints N random verdicts that do not count
among the claims, because an error there would flatter the share.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

from derive.book.check import check_file
from derive.book.judge import Judges
from derive.book.outcome import VERDICTS, Outcome
from derive.book.rows import outcome
from derive.book.source import files
from derive.cli.texts import judges

DECIDED = ("proved", "holds", "refuted", "inconsistent")
SILENT = ("definition", "not-a-claim")
Row = dict[str, Any]


@dataclass(frozen=True)
class Coverage:
    """What became of one text; times in milliseconds of processor time a step."""

    path: str
    displays: int
    read: int
    steps: int
    claims: int
    decided: int
    verdicts: dict[str, int]
    reading: float
    judging: float
    error: str | None = None


class _Undecided:
    verdict, reason, sizes, error_bound, counterexample = "unknown", "not tried", (), "", None


READING_ONLY = Judges(
    lambda equation, hypotheses: None,
    lambda equation, hypotheses: _Undecided,
    lambda *anything: False,
    lambda *anything: False,
    lambda theorem: None,
)


def measured(text: Path, witnesses: Judges) -> tuple[Coverage, Outcome]:
    """The text checked twice: without witnesses, for the time of reading alone, and with them."""
    start = time.process_time()
    check_file(text, READING_ONLY)
    between = time.process_time()
    found = outcome(check_file(text, witnesses))
    end = time.process_time()
    return covered(found, between - start, end - between), found


def covered(found: Outcome, reading: float, judging: float) -> Coverage:
    """The counts of one text."""
    counts = Counter(row["verdict"] for row in found.rows)
    claims = len(found.rows) - sum(counts[v] for v in SILENT)
    per_step = 1000 / max(len(found.rows), 1)
    return Coverage(
        found.path,
        found.displays,
        max(0, found.displays - len({_display(row) for row in found.rows if row["verdict"] == "not-read"})),
        len(found.rows),
        claims,
        sum(counts[v] for v in DECIDED),
        {v: counts[v] for v in VERDICTS if counts[v]},
        reading * per_step,
        judging * per_step,
        found.error,
    )


def _display(row: Row) -> tuple[Any, ...]:
    return row["file"], row.get("cell"), row["line"]


def total(parts: Sequence[Coverage]) -> Coverage:
    """All texts as one."""
    steps = sum(p.steps for p in parts)
    verdicts: Counter[str] = Counter()
    for part in parts:
        verdicts.update(part.verdicts)
    times = [sum(t * p.steps for t, p in zip(ts, parts, strict=True)) / max(steps, 1)
             for ts in ([p.reading for p in parts], [p.judging for p in parts])]  # fmt: skip
    sums = [sum(getattr(p, name) for p in parts) for name in ("displays", "read", "steps", "claims", "decided")]
    return Coverage("all", *sums, {v: verdicts[v] for v in VERDICTS if verdicts[v]}, *times)


def table(parts: Sequence[Coverage]) -> str:
    """A Markdown table, the last row all texts together."""
    head = ["text", "displays", "read", "steps", "claims", "decided", *VERDICTS, "reading ms", "judging ms"]
    lines = [f"| {' | '.join(head)} |", "|---" + "|--:" * (len(head) - 1) + "|"]
    for p in [*parts, total(parts)] if len(parts) > 1 else parts:
        counts = [str(p.verdicts.get(v, "")) for v in VERDICTS]
        cells = [
            p.path,
            str(p.displays),
            _of(p.read, p.displays),
            str(p.steps),
            str(p.claims),
            _of(p.decided, p.claims),
        ]
        lines.append(f"| {' | '.join([*cells, *counts, f'{p.reading:.1f}', f'{p.judging:.0f}'])} |")
        lines += [f"| {p.error} |"] if p.error is not None else []
    return "\n".join(lines)


def _of(part: int, whole: int) -> str:
    return f"{part} ({100 * part / whole:.0f} %)" if whole else "0"


def listed(rows: Iterable[Row]) -> str:
    """Each with its place, its formula and what was said of it."""
    out = []
    for row in rows:
        cell = f":cell {row['cell']}" if "cell" in row else ""
        out.append(
            f"{row['file']}{cell}:{row['line']}:{row['column']}: {row['code']} {row['verdict']}: {row['message']}"
        )
        out.append(f"    {' '.join(row['latex'].split())}")
        out += [f"    repair: {row['repair']}"] if "repair" in row else []
    return "\n".join(out)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return the exit code: 0 measured, 2 a path leads to no text."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.coverage", description="What is read and decided.")
    parser.add_argument("paths", nargs="+", metavar="PATH")
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="verdicts that are no claims, at random")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output-format", choices=("text", "json"), default="text")
    options = parser.parse_args(arguments)
    witnesses = judges()
    parts, rows = [], []
    for text in (text for path in options.paths for text in files(Path(path))):
        part, found = measured(text, witnesses)
        print(f"{text}: {part.steps} steps", file=sys.stderr)
        parts.append(part)
        rows += found.rows
    wrong = [row for row in rows if row["verdict"] in ("refuted", "inconsistent")]
    silent = [row for row in rows if row["verdict"] in SILENT]
    sample = Random(options.seed).sample(silent, min(options.sample, len(silent)))
    if options.output_format == "json":
        data = {"texts": [asdict(p) for p in parts], "total": asdict(total(parts)), "wrong": wrong, "sample": sample}
        print(json.dumps(data, ensure_ascii=False))
        return 0
    print(table(parts))
    print(f"\n{len(wrong)} refuted or inconsistent\n{listed(wrong)}")
    if options.sample:
        print(f"\n{len(sample)} of {len(silent)} that are no claims\n{listed(sample)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
