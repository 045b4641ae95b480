"""A sheet as one page that needs nothing else: MathML, its style and a short script within, light and dark."""

from __future__ import annotations

from html import escape
from typing import Any

from derive.printing import extent
from derive.printing.layout import layout
from derive.sheet.content import (
    Example,
    ExampleRow,
    Sheet,
    by_quantity,
    by_text,
    drawn_alike,
    estimate,
    has_samples,
    numbered,
    of_samples,
)
from derive.sheet.html_laws import SCRIPT, STYLE, laws_of, reason, why_conditions
from derive.sheet.html_style import page
from derive.sheet.html_words import counterexample, exact, words
from derive.sheet.mathml import LONG, mathml, wrapping
from derive.sheet.refuted import OUTCOMES, Falsehood, Without, with_minus
from derive.sheet.svg import STYLE as DRAWN
from derive.sheet.svg import svg_figure

LOOK = STYLE + DRAWN


def html(sheet: Sheet) -> str:
    """The whole page."""
    name = f'<p class="name">{escape(sheet.name)}</p>'
    head = f"<header><h1>{words(sheet.title)}</h1>{name}</header>"
    *parts, colophon = body(sheet)
    return page(sheet.title, "\n".join([head, *parts, *why_conditions(laws_of(sheet)), colophon]), LOOK, SCRIPT)


def body(sheet: Sheet, heading: str = "h2", prefix: str = "") -> list[str]:
    """All below the title; `prefix` keeps the names of lines apart where several sheets share a page."""
    return [
        f'<div class="statement">{mathml(sheet.statement)}</div>',
        *_where(sheet),
        _leaning(sheet),
        *_blocks(sheet, heading, prefix),
        *(_example(e, heading, prefix) for e in (sheet.example,) if e),
        *(_falsehood(f, heading) for f in (sheet.falsehood,) if f),
        *_without(sheet, heading),
        _colophon(sheet),
    ]


def _where(sheet: Sheet) -> list[str]:
    if not sheet.definitions:
        return []
    rows = "".join(f"<div>{mathml(d)}</div>" for d in sheet.definitions)
    return [f'<div class="where">where{rows}</div>']


def _leaning(sheet: Sheet) -> str:
    assumed = ", ".join(mathml(h, display=False) for h in sheet.hypotheses) or "nothing"
    laws, axioms = (", ".join(map(words, names)) or "none" for names in (sheet.laws, sheet.axioms))
    rows = (("Assumes", assumed), ("By the laws", laws), ("Axioms beyond the laws", axioms))
    return "<dl>" + "".join(f'<dt>{t}</dt><dd><div class="given">{d}</div></dd>' for t, d in rows) + "</dl>"


def _blocks(sheet: Sheet, heading: str, prefix: str) -> list[str]:
    out = []
    for block, lines in numbered(sheet):
        rows = [
            f'<li id="{prefix}line-{n}"{_width(line.term)}>\n'
            f'<div class="term">{wrapping(line.term, lead=line.relation)}</div>\n'
            f'{reason(line)}<div class="count">({n})</div></li>'
            for n, line in lines
        ]
        end = '<p class="done" aria-label="end of proof">∎</p>' if block is sheet.blocks[-1] else ""
        out.append(
            f"<section><{heading}>{words(block.title or 'Derivation')}</{heading}>\n"
            f'<div class="start">{wrapping(block.start)}</div>\n<ol>\n' + "\n".join(rows) + "\n</ol>\n"
            f"{end}</section>"
        )
    return out


def _width(term: Any) -> str:
    """A long line has its reason below it."""
    return ' class="long"' if extent(layout(term)) > LONG else ""


def _example(example: Example, heading: str, prefix: str) -> str:
    sampled, alike = has_samples(example), drawn_alike(example)
    columns = ["Quantity", "At", "Exact", *(["Monte Carlo"] if sampled else [])]
    head = "".join(f'<th scope="col">{column}</th>' for column in columns)
    rows = "\n".join(
        _row(row, f'<td rowspan="{len(rows)}">{_quantity(quantity)}</td>' if i == 0 else "", sampled, alike)
        for quantity, rows in by_quantity(example)
        for i, row in enumerate(rows)
    )
    said = words(example.description) + (f" Monte Carlo: {alike}." if alike else "")
    drawn = "".join(svg_figure(f, f"{prefix}figure-{i}") for i, f in enumerate(example.figures, 1))
    figures = f'<div class="figures">{drawn}</div>' if drawn else ""
    return (
        f"<section><{heading}>Worked example: {words(example.world)}</{heading}>\n<p>{said}</p>\n"
        f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>'
        f"\n{rows}\n</tbody></table></div>{figures}</section>"
    )


def _quantity(quantity: Any) -> str:
    return "" if quantity is None else mathml(quantity, display=False)


def _row(row: ExampleRow, first: str, sampled: bool, alike: str) -> str:
    cells = f"{first}<td>{words(row.label)}</td><td>{exact(row.exact)}</td>"
    if sampled:
        found = estimate(row)
        noted = "" if alike else f"<small>{of_samples(row)}</small>"
        cells += f'<td class="number">{"" if found is None else f"{with_minus(found[0])} ± {found[1]}{noted}"}</td>'
    return f"<tr>{cells}</tr>"


def _falsehood(falsehood: Falsehood, heading: str) -> str:
    assumed = ", ".join(mathml(h, display=False) for h in falsehood.assuming)
    under = f"<p>Assumed here: {assumed}.</p>" if assumed else ""
    said = f"<div>{mathml(falsehood.statement)}<p>{words(falsehood.text)}</p>{under}</div>"
    table = "" if falsehood.counterexample is None else f"<div>{counterexample(falsehood.counterexample)}</div>"
    pair = f'<div class="pair">{said}{table}</div>' if table else said
    return f'<section class="false"><{heading}>Not true</{heading}>{pair}</section>'


def _without(sheet: Sheet, heading: str) -> list[str]:
    """What the models say of the statement without each hypothesis."""
    if not sheet.without:
        return []
    said = "What becomes of the statement when one of them is left out, on small finite models."
    rows = "\n".join(map(_dropped, sheet.without))
    return [f'<section class="without"><{heading}>Drop a hypothesis</{heading}>\n<p>{said}</p>\n{rows}</section>']


def _dropped(without: Without) -> str:
    table = "" if without.counterexample is None else counterexample(without.counterexample)
    kind, hypothesis = without.outcome.replace(" ", "-"), mathml(without.hypothesis, display=False)
    return (
        f'<details class="{kind}"><summary>Without <span class="dropped">{hypothesis}</span>: '
        f"<b>{OUTCOMES[without.outcome]}</b></summary><p>{words(without.said)}</p>{table}</details>"
    )


def _texts(sheet: Sheet) -> str:
    found = "; ".join(
        f"<cite>{words(title)}</cite>, {', '.join(map(words, sections))}" for title, sections in by_text(sheet.places)
    )
    return f"<p>In the texts: {found}.</p>" if found else ""


def _colophon(sheet: Sheet) -> str:
    return (
        f"<footer><p>Source: {words(sheet.source)}</p>{_texts(sheet)}"
        f"<p>Status: {words(sheet.status)}. Fingerprint: <code>{escape(sheet.fingerprint)}</code></p>"
        "</footer>"
    )
