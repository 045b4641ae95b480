"""A checked text -> its rows: the place, the words and the evidence of every step, as documented."""

from __future__ import annotations

from typing import Any

from derive.book.check import Checked
from derive.book.outcome import WRONG, Outcome, mostly_unread
from derive.book.progress import Step
from derive.book.remarks import Suppression, suppressions


def outcome(checked: Checked) -> Outcome:
    """The verdicts on one file as plain data."""
    if checked.document is None:
        return Outcome(checked.path, 0, (), (), checked.error)
    by_hand = mostly_unread(s.verdict for s in checked.steps)
    ignored = {(source.name, source.cell): suppressions(source) for source in checked.document.sources}
    rows = tuple(_row(step, by_hand, ignored.get(_source(step), [])) for step in checked.steps)
    written = tuple(
        step.formula.source.line(row.get("stopped", row)["line"]) for step, row in zip(checked.steps, rows, strict=True)
    )
    return Outcome(checked.path, len(checked.document.displays), rows, written, checked.error)


def _row(step: Step, by_hand: bool, ignored: list[Suppression]) -> dict[str, Any]:
    formula = step.formula
    row: dict[str, Any] = {"file": formula.source.name, **_place(step, step.start, step.end)}
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
    for name in ("counterexample", "certificate", "repair", "gap"):
        if getattr(step, name) is not None:
            row[name] = getattr(step, name)
    if step.verdict in WRONG and by_hand:
        row["by_hand"] = True
    if (reason := _suppressed(step, ignored)) is not None:
        row["suppressed"] = reason
    return row


def _place(step: Step, start: int, end: int) -> dict[str, int]:
    names = ("line", "column", "end_line", "end_column")
    return dict(zip(names, step.formula.place(start, end), strict=True))


def _suppressed(step: Step, ignored: list[Suppression]) -> str | None:
    """The reason of a suppression for this step: one that stands before its display, with no other in between."""
    formula = step.formula
    opens = formula.whole[0]
    before = [s for s in ignored if s.end <= opens and step.code in s.codes]
    if not before or formula.source.text[before[-1].end : opens].strip(" \t\r\n>"):
        return None
    return before[-1].reason


def _source(step: Step) -> tuple[str, int | None]:
    return step.formula.source.name, step.formula.source.cell
