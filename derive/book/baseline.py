"""Findings that a project knows of already, in a file of its own: they are not reported again.

A finding is known by its text, its verdict and its formula, whatever line it has moved to; the same formula twice is
two findings. What is fixed drops out of the file when it is written anew.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from derive.book.outcome import Outcome
from derive.errors import Unreadable

VERSION = 1
FINDINGS = frozenset({"refuted", "inconsistent", "not-read", "unknown"})
Row = dict[str, Any]


def fingerprints(outcomes: Sequence[Outcome], folder: Path) -> Iterator[tuple[int, int, str]]:
    """Outcome, row and fingerprint of every finding; texts are named as seen from the folder of the file."""
    seen: Counter[str] = Counter()
    for i, outcome in enumerate(outcomes):
        for j, row in enumerate(outcome.rows):
            if row["verdict"] not in FINDINGS or "suppressed" in row or row["code"].startswith("internal"):
                continue
            content = json.dumps([_named(row, folder), row["verdict"], "".join(row["latex"].split())])
            seen[content] += 1
            yield i, j, hashlib.sha256(f"{content} {seen[content]}".encode()).hexdigest()[:16]


def _named(row: Row, folder: Path) -> str:
    return Path(os.path.relpath(row["file"], folder)).as_posix()


def baseline(outcomes: Sequence[Outcome], path: Path) -> dict[str, Any]:
    """What is written to the file: every finding, to be read by people too."""
    folder = path.resolve().parent
    findings = []
    for i, j, fingerprint in fingerprints(outcomes, folder):
        row = outcomes[i].rows[j]
        said = {"file": _named(row, folder), "verdict": row["verdict"], "code": row["code"], "latex": row["latex"]}
        findings.append({"fingerprint": fingerprint} | said)
    return {"version": VERSION, "findings": findings}


def known(path: Path) -> frozenset[str]:
    """The fingerprints in a file. Raises Unreadable."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["version"] != VERSION:
            raise ValueError(f"version {data['version']!r}, where {VERSION} is known")
        return frozenset(str(finding["fingerprint"]) for finding in data["findings"])
    except OSError as fault:
        raise Unreadable(f"{path} cannot be opened: {fault.strerror}; make it with --write-baseline") from fault
    except (ValueError, TypeError, KeyError, RecursionError) as fault:
        raise Unreadable(
            f"{path} is no baseline: {type(fault).__name__} {fault}; make it with --write-baseline"
        ) from fault


def marked(outcomes: Sequence[Outcome], path: Path) -> tuple[tuple[Outcome, ...], int]:
    """The outcomes, what the file knows marked in them; and how many findings in it no longer occur."""
    before = known(path)
    found = {(i, j): name for i, j, name in fingerprints(outcomes, path.resolve().parent)}
    out = []
    for i, outcome in enumerate(outcomes):
        rows = tuple(
            row | {"known": True} if found.get((i, j)) in before else row for j, row in enumerate(outcome.rows)
        )
        out.append(replace(outcome, rows=rows))
    return tuple(out), len(before - set(found.values()))
