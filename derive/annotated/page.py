"""A checked text as one page that needs nothing else: a summary with links, and the text with its verdicts.

No scripts, no fonts, nothing from elsewhere; all that a text brings is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import pairwise
from pathlib import PurePath

from derive.annotated.cards import SYMBOLS, Card, Row, block, mark, shown
from derive.annotated.latex_words import latex_words
from derive.annotated.markdown_words import markdown_words
from derive.annotated.places import Shown, marked
from derive.annotated.restructured_words import restructured_words
from derive.annotated.style import clean, page
from derive.book.document import Document, Formula
from derive.book.macros import macros_of
from derive.book.outcome import WRONG, Outcome
from derive.book.report import summary
from derive.book.source import Source
from derive.sheet.html_words import words

MEANINGS = {
    "proved": "a theorem, replayed by the kernel, for every finite process and horizon",
    "holds": "equal on every finite model that was tried; no general proof was found",
    "refuted": "a finite model on which the two sides differ, under every reading of the text",
    "inconsistent": "true only under a definition that the text itself has replaced",
    "definition": "introduces or renames a symbol",
    "not-a-claim": "an update rule, a signature, an expression",
    "not-read": "the notation could not be read; nothing is said of it",
    "unknown": "read, but no method decides it; never a pass",
}


def annotated(outcome: Outcome, document: Document | None) -> str:
    """The whole page."""
    name = PurePath(outcome.path).name
    if document is None or outcome.error is not None:
        why = escape(clean(outcome.error or "not read"))
        return page(name, f'<h1>{escape(name)}</h1><p class="card refuted">{why}</p>')
    cards = _cards(outcome, document)
    body = [
        '<a class="skip" href="#text">to the text</a>',
        f'<header><h1>{escape(name)}</h1><p class="name">{escape(outcome.path)}</p></header>',
        _summary(outcome, cards),
        '<article id="text">',
        *_texts(document, cards),
        "</article>",
        "<footer><p>Verdicts by <code>derive check</code>. Symbols and colours say the same.</p></footer>",
    ]
    return page(name, "\n".join(body))


def _cards(outcome: Outcome, document: Document) -> dict[int, Card]:
    """The rows of every display, by the display's place among the formulas."""
    found: dict[int, Card] = {}
    rows, at = outcome.rows, 0
    for n, formula in enumerate(document.formulas):
        if not formula.displayed:
            continue
        start = at
        while at < len(rows) and _is_in(rows[at], formula):
            at += 1
        found[n] = Card(n + 1, formula, rows[start:at])
    return found


def _is_in(row: Row, formula: Formula) -> bool:
    line, column, end_line, end_column = formula.place(0, len(formula.latex))
    same = row["file"] == formula.source.name and row.get("cell") == formula.source.cell
    return same and (line, column) <= (row["line"], row["column"]) <= (end_line, end_column)


def _summary(outcome: Outcome, cards: dict[int, Card]) -> str:
    total = summary([outcome])
    counts = {v: total["verdicts"][v] for v in SYMBOLS if total["verdicts"][v]}
    bar = "".join(f'<span class="{v}" style="flex-grow:{n}"></span>' for v, n in counts.items())
    first = {v: next(c for c in cards.values() for row in c.rows if row["verdict"] == v) for v in counts}
    chips = "".join(
        f'<li><a class="mark {v}" href="#d{first[v].number}">{mark(v)} {n}</a></li>' for v, n in counts.items()
    )
    meanings = "".join(
        f'<dt class="{v}"><span class="mark">{mark(v)}</span></dt><dd>{MEANINGS[v]}</dd>' for v in SYMBOLS
    )
    listed = [(c, row) for c in cards.values() for row in c.rows]
    wrong = [(c, row) for c, row in listed if row["verdict"] in WRONG]
    undecided = [(c, row) for c, row in listed if row["verdict"] in ("unknown", "not-read")]
    folded = (
        f"<details><summary>{len(undecided)} not decided</summary>{_findings(undecided)}</details>" if undecided else ""
    )
    return (
        f'<nav class="summary" aria-label="Summary"><p>{total["coverage"]}, in {total["displays"]} displays.</p>\n'
        f'<div class="bar" aria-hidden="true">{bar}</div><ul class="counts">{chips}</ul>\n'
        f"{_findings(wrong)}{folded}"
        f'<details class="legend"><summary>What the verdicts mean</summary><dl>{meanings}</dl></details></nav>'
    )


def _findings(found: Sequence[tuple[Card, Row]]) -> str:
    rows = "".join(
        f'<li><a href="#d{card.number}">{_line(row)}</a>'
        f'<span class="mark {row["verdict"]}">{mark(row["verdict"])}</span>'
        f"<span>{words(clean(row['message']))}</span></li>"
        for card, row in found
    )
    return f'<ul class="findings">{rows}</ul>' if rows else ""


def _line(row: Row) -> str:
    return f"cell {row['cell']}, line {row['line']}" if "cell" in row else f"line {row['line']}"


def _texts(document: Document, cards: dict[int, Card]) -> list[str]:
    """Every source of the text, its words set, its displays as cards."""
    macros = {**macros_of(document.preamble), **macros_of(document.text)}
    wrong = [c for c in cards.values() if c.worst in WRONG]
    beside: dict[int, tuple[Card | None, Card | None]] = {}
    for (before, card), (_, after) in pairwise(pairwise([None, *wrong, None])):
        if card is not None:
            beside[card.number] = (before, after)
    out = []
    for source in document.sources:
        mine = [(n, f) for n, f in enumerate(document.formulas) if f.source is source]
        set_ = {
            n: Shown(
                shown(f, macros),
                block(cards[n], macros, beside.get(n + 1, (None, None))) if n in cards else None,
                source.text[slice(*f.whole)],
            )
            for n, f in mine
        }
        text = _words(source, mine, set_)
        out.append(f'<section class="file">{_named(source)}{text}</section>' if len(document.sources) > 1 else text)
    return out


def _words(source: Source, formulas: Sequence[tuple[int, Formula]], set_: dict[int, Shown]) -> str:
    text = marked(source, sorted(formulas, key=lambda pair: pair[1].whole))
    if source.name.endswith(".rst"):
        return restructured_words(text, set_)
    if source.name.endswith(".tex") or "\\documentclass" in source.text:
        return latex_words(text, set_)
    return markdown_words(text, set_)


def _named(source: Source) -> str:
    return f'<p class="name">{escape(f"cell {source.cell}" if source.cell is not None else source.name)}</p>'
