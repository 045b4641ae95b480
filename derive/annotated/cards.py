"""A display with its verdicts: the formula, a mark for every step beside it, and what is to be said of each below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Any

from derive.annotated.style import clean
from derive.annotated.typeset import typeset
from derive.book.codes import CODES
from derive.book.document import Formula
from derive.book.outcome import WRONG
from derive.book.tokens import Macro
from derive.sheet.html_words import exact, words
from derive.sheet.mathml import mathml_of
from derive.sheet.refuted import entry

SYMBOLS = {
    "refuted": "✗", "inconsistent": "≠", "unknown": "?", "not-read": "∅", "proved": "∎", "holds": "✓",
    "definition": "≔", "not-a-claim": "–",
}  # fmt: skip
Row = dict[str, Any]


@dataclass(frozen=True)
class Card:
    """A displayed formula and the verdicts on its steps, numbered in the page."""

    number: int
    formula: Formula
    rows: tuple[Row, ...]

    @property
    def worst(self) -> str:
        """The verdict that decides the colour."""
        found = {row["verdict"] for row in self.rows}
        return next((v for v in SYMBOLS if v in found), "not-a-claim")

    def name(self, row: Row) -> str:
        """The anchor of what is said of a step."""
        return f"d{self.number}s{self.rows.index(row) + 1}"


def block(card: Card, macros: Mapping[str, Macro], beside: tuple[Card | None, Card | None] = (None, None)) -> str:
    """The whole card; `beside` are the findings before and after it."""
    formula = card.formula
    said = ", ".join(f"{n} {v}" if n > 1 else v for v, n in _counted(card.rows)) or "no step"
    notes = [_note(card, row, macros) for row in card.rows if _is_open(row)]
    quiet = [row for row in card.rows if not _is_open(row)]
    return (
        f'<div class="card {card.worst}" id="d{card.number}" role="group" aria-label="line {formula.line}: {said}">\n'
        f'<div class="formula" tabindex="0" role="group" aria-label="formula">{shown(formula, macros)}</div>\n'
        f'<ul class="marks">{_marks(card)}</ul>\n'
        f"{''.join(notes)}{_quiet(card, quiet, macros)}{_beside(*beside)}</div>\n"
    )


def shown(formula: Formula, macros: Mapping[str, Macro]) -> str:
    """A formula set, or its source."""
    set_ = typeset(formula.latex, macros, display=formula.displayed)
    return set_ or f'<code class="latex">{escape(formula.latex)}</code>'


def mark(verdict: str) -> str:
    """Symbol and word."""
    return f'<span class="symbol" aria-hidden="true">{SYMBOLS[verdict]}</span> {verdict}'


def _counted(rows: Sequence[Row]) -> list[tuple[str, int]]:
    verdicts = [row["verdict"] for row in rows]
    return [(v, verdicts.count(v)) for v in dict.fromkeys(verdicts)]


def _is_open(row: Row) -> bool:
    return row["verdict"] in ("refuted", "inconsistent", "unknown", "not-read")


def _marks(card: Card) -> str:
    out, many = [], len(card.rows) > 1
    for verdict, group in groupby(card.rows, key=lambda row: str(row["verdict"])):
        rows = list(group)
        first, last = card.rows.index(rows[0]) + 1, card.rows.index(rows[-1]) + 1
        which = (
            f" <small>step{'s' if len(rows) > 1 else ''} {first}{f'–{last}' if last > first else ''}</small>"
            if many
            else ""
        )
        hand = " <small>check by hand</small>" if rows[0].get("by_hand") else ""
        known = " <small>known</small>" if rows[0].get("known") else ""
        out.append(
            f'<li><a class="mark {verdict}" href="#{card.name(rows[0])}">{mark(verdict)}{which}{hand}{known}</a></li>'
        )
    return "".join(out)


def _note(card: Card, row: Row, macros: Mapping[str, Macro]) -> str:
    """What is said of a step that needs a reader, open where it is wrong."""
    which = f"Step {card.rows.index(row) + 1}: " if len(card.rows) > 1 else ""
    opened = " open" if row["verdict"] in WRONG and "suppressed" not in row else ""
    return (
        f'<details class="note {row["verdict"]}"{opened}><summary>{which}{words(clean(row["message"]))}</summary>\n'
        f'<div id="{card.name(row)}">{_said(row, macros)}</div></details>\n'
    )


def _quiet(card: Card, rows: Sequence[Row], macros: Mapping[str, Macro]) -> str:
    if not rows:
        return ""
    inside = "".join(
        f'<div class="step" id="{card.name(row)}"><p><span class="mark {row["verdict"]}">{mark(row["verdict"])}</span> '
        f"{words(clean(row['message']))}</p>{_said(row, macros)}</div>"
        for row in rows
    )
    return f'<details class="note quiet"><summary>How it was read</summary>{inside}</details>\n'


def _said(row: Row, macros: Mapping[str, Macro]) -> str:
    """Counterexample, repair, reading, source, place and code of a step."""
    rows = []
    if "counterexample" in row:
        rows.append(("Counterexample", _counterexample(row["counterexample"])))
    if "repair" in row:
        rows.append(("Repair", f'<div class="repair">{words(clean(row["repair"]))}</div>'))
    if "gap" in row:
        name = "Would follow from" if row["verdict"] in WRONG else "Could not show"
        rows.append((name, f'<div class="gap">{words(clean(row["gap"]))}</div>'))
    if "suppressed" in row:
        rows.append(("Suppressed", escape(row["suppressed"])))
    if "stopped" in row:
        token = row["stopped"]
        place = f"line {token['line']}, column {token['column']}"
        rows.append(("Stopped at", f"<code>{escape(clean(token['token']))}</code>, {place}"))
    if row["read_as"]:
        rows.append(("Read as", _scrolling(_read(row["read_as"]))))
    rows.append(("As written", f'<code class="latex">{escape(clean(row["latex"]))}</code>'))
    cell = f"cell {row['cell']}, " if "cell" in row else ""
    meaning = escape(CODES[row["code"]][1]) if row["code"] in CODES else ""
    rows.append(("Place", f"{cell}line {row['line']}, column {row['column']}"))
    rows.append((escape(row["code"]), meaning))
    return "<dl>" + "".join(f"<dt>{name}</dt><dd>{said}</dd>" for name, said in rows) + "</dl>"


def _read(latex: str) -> str:
    return typeset(latex, display=True) or f'<code class="latex">{escape(latex)}</code>'


def _scrolling(inside: str) -> str:
    return f'<div class="wide" tabindex="0" role="group" aria-label="reading">{inside}</div>'


def _counterexample(found: Row) -> str:
    sizes = [f"{found[n]} {n if found[n] != 1 else n[:-1]}" for n in ("states", "actions") if found.get(n) is not None]
    sizes += [f"horizon {found['horizon']}"] if found.get("horizon") is not None else []
    head = f"<p>{escape(', '.join(sizes))}</p>" if sizes else ""
    values = "".join(
        f"<li>{mathml_of(entry(clean(str(name))), display=False)} = {exact(clean(str(value)))}</li>"
        for name, value in found["assignment"].items()
    )
    sides = "".join(
        f'<li><span class="side">{name} side</span> <b>{exact(clean(str(found[key])))}</b></li>'
        for name, key in (("left", "lhs"), ("right", "rhs"))
    )
    true_if = f"<p>true if {words(clean(str(found['true_if'])))}</p>" if found.get("true_if") else ""
    return f'{head}<ul class="values">{values}</ul><ul class="sides">{sides}</ul>{true_if}'


def _beside(before: Card | None, after: Card | None) -> str:
    if before is None and after is None:
        return ""
    links = [
        f'<a href="#d{c.number}">{words_}</a>'
        for c, words_ in ((before, "↑ previous finding"), (after, "↓ next finding"))
        if c
    ]
    return f'<p class="beside">{" · ".join(links)}</p>\n'
