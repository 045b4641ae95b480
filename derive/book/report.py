"""Verdicts as they are shown: one JSON object, or text in which every step points at its place."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from derive.book.check import Checked
from derive.book.progress import Step

VERDICTS = ("proved", "holds", "refuted", "inconsistent", "definition", "not-a-claim", "not-read", "unknown")
JUDGED = ("proved", "holds", "refuted", "inconsistent", "definition", "not-a-claim")
MOSTLY_UNREAD = 0.4  # below this share of judged steps a refutation is shown as "check by hand"


def summary(checked: Sequence[Checked]) -> dict[str, Any]:
    """Counts of files, formulas, steps and verdicts, and how much of the text was judged."""
    steps = [s for c in checked for s in c.steps]
    counts = Counter(s.verdict for s in steps)
    judged = sum(counts[v] for v in JUDGED)
    return {
        "files": len(checked),
        "displays": sum(len(c.document.displays) for c in checked if c.document is not None),
        "steps": len(steps),
        "judged": judged,
        "coverage": f"{judged} of {len(steps)} steps judged",
        "verdicts": {v: counts[v] for v in VERDICTS},
        "internal": sum(s.code.startswith("internal") for s in steps),
        "by_hand": sum(bool(row.get("by_hand")) for row in rows(checked)),
        "errors": [{"file": c.path, "message": c.error} for c in checked if c.error is not None],
    }


def as_json(checked: Sequence[Checked]) -> dict[str, Any]:
    """{"summary": {…}, "steps": [{file, line, column, …, verdict, code, message, read_as, counterexample?}]}."""
    return {"summary": summary(checked), "steps": rows(checked)}


def rows(checked: Iterable[Checked]) -> list[dict[str, Any]]:
    return [_row(c, s, _by_hand(c)) for c in checked for s in c.steps]


def exit_code(checked: Sequence[Checked], *, strict: bool = False) -> int:
    """0 nothing wrong, 1 refuted or inconsistent (strict: not read, unknown, by hand too), 2 something failed."""
    if any(c.error is not None for c in checked) or any(
        s.code.startswith("internal") for c in checked for s in c.steps
    ):
        return 2
    wrong = {"refuted", "inconsistent"} | ({"not-read", "unknown"} if strict else set())
    return int(any(row["verdict"] in wrong and (strict or not row.get("by_hand")) for row in rows(checked)))


def _by_hand(checked: Checked) -> bool:
    """Whether so little of a text was judged that its refutations are to be checked by hand."""
    judged = sum(s.verdict in JUDGED for s in checked.steps)
    return judged < MOSTLY_UNREAD * len(checked.steps)


def _row(checked: Checked, step: Step, by_hand: bool) -> dict[str, Any]:
    formula = step.formula
    row: dict[str, Any] = {"file": checked.path, **_place(step, step.start, step.end)}
    row |= {
        "latex": formula.latex[step.start : step.end],
        "verdict": step.verdict,
        "code": step.code,
        "message": step.message,
        "read_as": step.read_as,
    }
    if step.where is not None:
        token = formula.latex[slice(*step.where)] or "end of the formula"
        row["stopped"] = {**_place(step, *step.where), "token": token[:80]}
    if formula.source.cell is not None:
        row["cell"] = formula.source.cell
    if step.counterexample is not None:
        row["counterexample"] = step.counterexample
    if step.certificate is not None:
        row["certificate"] = step.certificate
    if step.verdict == "refuted" and by_hand:
        row["by_hand"] = True
    return row


def _place(step: Step, start: int, end: int) -> dict[str, int]:
    names = ("line", "column", "end_line", "end_column")
    return dict(zip(names, step.formula.place(start, end), strict=True))


def as_text(checked: Sequence[Checked]) -> str:
    """file:line:column code verdict message, the line with the step underlined, and the counterexample."""
    lines: list[str] = []
    for one in checked:
        if one.error is not None:
            lines += [f"{one.path}: {one.error}", ""]
        for step in one.steps:
            lines += [*_shown(one, step), ""]
    total = summary(checked)
    counts = ", ".join(f"{n} {v}" for v, n in total["verdicts"].items() if n)
    return "\n".join([*lines, f"{total['coverage']}: {counts or 'nothing displayed'}"])


def _shown(checked: Checked, step: Step) -> list[str]:
    row = _row(checked, step, _by_hand(checked))
    hand = " (check by hand)" if row.get("by_hand") else ""
    cell = f":cell {row['cell']}" if "cell" in row else ""
    out = [f"{row['file']}{cell}:{row['line']}:{row['column']}: {step.code} {step.verdict}{hand}: {step.message}"]
    span = row.get("stopped", row)
    written = step.formula.source.line(span["line"])
    stop = span["end_column"] if span["end_line"] == span["line"] else len(written) + 1
    clean = "".join(c if unicodedata.category(c)[0] != "C" or c == "\t" else "\ufffd" for c in written)
    before = "".join("\t" if c == "\t" else " " for c in clean[: span["column"] - 1])
    out += [f"  | {clean}", f"  | {before}{'^' * max(1, stop - span['column'])}"]
    if step.read_as is not None and step.verdict in ("refuted", "inconsistent", "unknown"):
        out.append(f"  = read as {step.read_as}")
    if step.counterexample is not None:
        out += [f"  = {line}" for line in str(step.counterexample["text"]).splitlines()]
    return out
