"""Verdicts as they are shown: one JSON object, or text in which every step points at its place."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from derive.book.outcome import JUDGED, VERDICTS, WRONG, Outcome

LONG = 10  # steps, more than a screen shows
WIDTH, BESIDE = 500, 60  # characters of a line that are shown, and of those before a step


def summary(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Counts of files, formulas, steps and verdicts, and how much of the text was judged."""
    all_rows = rows(outcomes)
    counts = Counter(row["verdict"] for row in all_rows)
    judged = sum(counts[v] for v in JUDGED)
    return {
        "files": len(outcomes),
        "displays": sum(o.displays for o in outcomes),
        "steps": len(all_rows),
        "judged": judged,
        "coverage": f"{judged} of {len(all_rows)} steps judged",
        "verdicts": {v: counts[v] for v in VERDICTS},
        "internal": sum(row["code"].startswith("internal") for row in all_rows),
        "by_hand": sum(bool(row.get("by_hand")) for row in all_rows),
        "suppressed": sum("suppressed" in row for row in all_rows),
        "known": sum("known" in row for row in all_rows),
        "errors": [{"file": o.path, "message": o.error} for o in outcomes if o.error is not None],
    }


def as_json(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """{"summary": {…}, "steps": [{file, line, column, …, verdict, code, message, read_as, counterexample?}]}."""
    return {"summary": summary(outcomes), "steps": rows(outcomes)}


def rows(outcomes: Iterable[Outcome]) -> list[dict[str, Any]]:
    return [row for o in outcomes for row in o.rows]


def exit_code(outcomes: Sequence[Outcome], *, strict: bool = False) -> int:
    """0 nothing wrong, 1 refuted or inconsistent (strict: not read, unknown, by hand too), 2 something failed."""
    shown = rows(outcomes)
    if any(o.error is not None for o in outcomes) or any(row["code"].startswith("internal") for row in shown):
        return 2
    wrong = WRONG | ({"not-read", "unknown"} if strict else set())
    ours = (row for row in shown if "suppressed" not in row and "known" not in row)
    counted = (row for row in ours if strict or not row.get("by_hand"))
    return int(any(row["verdict"] in wrong for row in counted))


def as_text(outcomes: Sequence[Outcome], *, readings: bool = False) -> str:
    """file:line:column code verdict message, the line with the step underlined, and the counterexample."""
    lines: list[str] = []
    for one in outcomes:
        if one.error is not None:
            lines += [f"{one.path}: {one.error}", ""]
        for row, written in zip(one.rows, one.written, strict=True):
            lines += [] if "known" in row else [*_shown(row, written, readings), ""]
    lines += _recalled(rows(outcomes))
    total = summary(outcomes)
    counts = ", ".join(f"{n} {v}" for v, n in total["verdicts"].items() if n)
    known = f"; {total['known']} known from the baseline, not shown" if total["known"] else ""
    return "\n".join([*lines, f"{total['coverage']}: {counts or 'nothing displayed'}{known}"])


def _recalled(shown: Sequence[dict[str, Any]]) -> list[str]:
    """Where a long report says that something is wrong."""
    open_ = (row for row in shown if "known" not in row and "suppressed" not in row)
    wrong = [f"{_place(row)} {row['code']}" for row in open_ if row["verdict"] in WRONG]
    return [f"wrong: {', '.join(wrong)}"] if wrong and len(shown) > LONG else []


def _place(row: dict[str, Any]) -> str:
    cell = f":cell {row['cell']}" if "cell" in row else ""
    return f"{row['file']}{cell}:{row['line']}:{row['column']}"


def _shown(row: dict[str, Any], written: str, readings: bool) -> list[str]:
    hand = " (check by hand)" if row.get("by_hand") else ""
    said = row["message"].removeprefix(row["verdict"]).lstrip(",; ")
    out = [f"{_place(row)}: {row['code']} {row['verdict']}{hand}{': ' if said else ''}{said}"]
    span = row.get("stopped", row)
    stop = span["end_column"] if span["end_line"] == span["line"] else len(written) + 1
    clean = "".join(c if unicodedata.category(c)[0] != "C" or c == "\t" else "\ufffd" for c in written)
    out += _underlined(clean, span["column"] - 1, max(1, stop - span["column"]))
    if row["read_as"] is not None and (readings or row["verdict"] in ("refuted", "inconsistent", "unknown")):
        out.append(f"  = read as {row['read_as']}")
    if "counterexample" in row:
        out += [f"  = {line}" for line in str(row["counterexample"]["text"]).splitlines()]
    if "gap" in row:
        out.append(f"  = {needs(row)}")
    if "repair" in row:
        out.append(f"  = repair: {row['repair']}")
    if "suppressed" in row:
        out.append(f"  = suppressed: {row['suppressed']}")
    return out


def _underlined(line: str, start: int, length: int) -> list[str]:
    """The line, and ^ under the step; of a line that no screen holds, what is around it."""
    first = max(0, start - BESIDE) if len(line) > WIDTH else 0
    left, shown = "…" if first else "", line[first : first + WIDTH]
    right = "…" if first + WIDTH < len(line) else ""
    before = "".join("\t" if c == "\t" else " " for c in left + line[first:start])
    return [f"  | {left}{shown}{right}", f"  | {before}{'^' * max(1, min(length, first + len(shown) - start))}"]


def needs(row: dict[str, Any]) -> str:
    """What an attempt at a proof came down to."""
    said = "would follow from" if row["verdict"] in WRONG else "could not show that"
    return f"{said} {row['gap']}"
