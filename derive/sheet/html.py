"""A sheet as one page that needs nothing else: MathML, its style within, no scripts, light and dark.

A reason opens, by hover, tap or key, into what its rule states, side condition and all.
"""

from __future__ import annotations

import re
from html import escape
from typing import Any

from derive.printing import extent
from derive.printing.layout import layout
from derive.sheet.content import (
    Counterexample,
    Example,
    ExampleRow,
    Falsehood,
    Line,
    Sheet,
    by_letter,
    by_quantity,
    drawn_alike,
    entry,
    estimate,
    has_samples,
    numbered,
    of_samples,
    with_minus,
)
from derive.sheet.html_style import page
from derive.sheet.mathml import LONG, mathml, mathml_of, wrapping
from derive.sheet.words import pieces


def html(sheet: Sheet) -> str:
    """The whole page."""
    name = f'<p class="name">{escape(sheet.name)}</p>'
    return page(sheet.title, "\n".join([f"<header><h1>{words(sheet.title)}</h1>{name}</header>", *body(sheet)]))


def body(sheet: Sheet, heading: str = "h2", prefix: str = "") -> list[str]:
    """All below the title; `prefix` keeps the names of lines apart where several sheets share a page."""
    return [
        f'<div class="statement">{mathml(sheet.statement)}</div>',
        *_where(sheet),
        _leaning(sheet),
        *_blocks(sheet, heading, prefix),
        *(_example(e, heading) for e in (sheet.example,) if e),
        *(_falsehood(f, heading) for f in (sheet.falsehood,) if f),
        _colophon(sheet),
    ]


def words(said: str) -> str:
    """Words and the formulas among them."""
    return "".join(escape(p) if isinstance(p, str) else mathml_of(p, display=False) for p in pieces(said))


def _where(sheet: Sheet) -> list[str]:
    if not sheet.definitions:
        return []
    rows = "".join(f"<div>{mathml(d)}</div>" for d in sheet.definitions)
    return [f'<section class="where" aria-label="Definitions">where{rows}</section>']


def _leaning(sheet: Sheet) -> str:
    assumed = ", ".join(mathml(h, display=False) for h in sheet.hypotheses) or "nothing"
    laws, axioms = (", ".join(map(words, names)) or "none" for names in (sheet.laws, sheet.axioms))
    rows = (("Assumes", assumed), ("By the laws", laws), ("Axioms beyond the laws", axioms))
    return "<dl>" + "".join(f"<dt>{t}</dt><dd>{d}</dd>" for t, d in rows) + "</dl>"


def _blocks(sheet: Sheet, heading: str, prefix: str) -> list[str]:
    out = []
    for block, lines in numbered(sheet):
        rows = [
            f'<li id="{prefix}line-{n}"{_width(line.term)}>\n<div class="term">{wrapping(line.term, lead="=")}</div>\n'
            f'{_reason(line)}<div class="count">({n})</div></li>'
            for n, line in lines
        ]
        end = '<p class="done" aria-label="end of proof">∎</p>' if block is sheet.blocks[-1] else ""
        out.append(
            f"<section><{heading}>{words(block.title or 'Derivation')}</{heading}>\n"
            f'<div class="start">{wrapping(block.start)}</div>\n<ol>\n' + "\n".join(rows) + "\n</ol>\n"
            f"{end}</section>"
        )
    return out


def _reason(line: Line) -> str:
    """The reason; where it is known what its rules state, that is shown on demand."""
    if not line.behind:
        return f'<div class="reason">{words(line.reason)}</div>'
    hover = escape("\n".join(f"{law.name}: {law.states}" for law in line.behind), quote=True)
    laws = "".join(f"<p><code>{escape(law.name)}</code> {words(law.states)}</p>" for law in line.behind)
    return (
        f'<details class="reason"><summary title="{hover}">{words(line.reason)}</summary>'
        f'<div class="behind">{laws}</div></details>'
    )


def _width(term: Any) -> str:
    """A long line has its reason below it."""
    return ' class="long"' if extent(layout(term)) > LONG else ""


def _example(example: Example, heading: str) -> str:
    sampled, alike = has_samples(example), drawn_alike(example)
    columns = ["Quantity", "At", "Exact", *(["Monte Carlo"] if sampled else [])]
    head = "".join(f'<th scope="col">{column}</th>' for column in columns)
    rows = "\n".join(
        _row(row, f'<td rowspan="{len(rows)}">{_quantity(quantity)}</td>' if i == 0 else "", sampled, alike)
        for quantity, rows in by_quantity(example)
        for i, row in enumerate(rows)
    )
    said = words(example.description) + (f" Monte Carlo: {alike}." if alike else "")
    return (
        f"<section><{heading}>Worked example: {words(example.world)}</{heading}>\n<p>{said}</p>\n"
        f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>'
        f"\n{rows}\n</tbody></table></div></section>"
    )


def _quantity(quantity: Any) -> str:
    return "" if quantity is None else mathml(quantity, display=False)


def _row(row: ExampleRow, first: str, sampled: bool, alike: str) -> str:
    cells = f"{first}<td>{words(row.label)}</td><td>{_exact(row.exact)}</td>"
    if sampled:
        found = estimate(row)
        noted = "" if alike else f"<small>{of_samples(row)}</small>"
        cells += f'<td class="number">{"" if found is None else f"{with_minus(found[0])} ± {found[1]}{noted}"}</td>'
    return f"<tr>{cells}</tr>"


def _exact(value: str) -> str:
    value = with_minus(value)
    match = re.fullmatch(r"(−?)(\d{1,15})/(\d{1,15})", value.strip())
    if match is None:
        return words(value)
    sign, above, below = match.groups()
    minus = '<mo form="prefix">−</mo>' if sign else ""
    fraction = f"<mfrac><mn>{above}</mn><mn>{below}</mn></mfrac>"
    return f'<math displaystyle="true" alttext="{escape(value)}">{minus}{fraction}</math>'


def _falsehood(falsehood: Falsehood, heading: str) -> str:
    assumed = ", ".join(mathml(h, display=False) for h in falsehood.assuming)
    under = f"<p>Assumed here: {assumed}.</p>" if assumed else ""
    said = f"<div>{mathml(falsehood.statement)}<p>{words(falsehood.text)}</p>{under}</div>"
    table = "" if falsehood.counterexample is None else f"<div>{_counterexample(falsehood.counterexample)}</div>"
    pair = f'<div class="pair">{said}{table}</div>' if table else said
    return f'<section class="false"><{heading}>Not true</{heading}>{pair}</section>'


def _counterexample(found: Counterexample) -> str:
    rows = [" ".join(map(_value, values)) for _, values in by_letter(found)]
    sides = (
        f'<span class="entry"><b>left side</b> {_exact(found.left)}</span> '
        f'<span class="entry"><b>right side</b> {_exact(found.right)}</span>'
    )
    return (
        f"<table><caption><b>Counterexample</b>, {words(found.sizes)}</caption><tbody>"
        + "".join(f"<tr><td>{row}</td></tr>" for row in [*rows, sides])
        + "</tbody></table>"
    )


def _value(value: tuple[str, str]) -> str:
    name, number = value
    return f'<span class="entry">{mathml_of(entry(name), display=False)} = {_exact(number)}</span>'


def _colophon(sheet: Sheet) -> str:
    return (
        f"<footer><p>Source: {words(sheet.source)}</p>"
        f"<p>Status: {words(sheet.status)}. Fingerprint: <code>{escape(sheet.fingerprint)}</code></p>"
        "</footer>"
    )
