"""A sheet as one page that needs nothing else: MathML, its style within, no scripts, light and dark."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from derive.printing import extent
from derive.printing.layout import layout
from derive.sheet.content import (
    Example,
    ExampleRow,
    Falsehood,
    Sheet,
    estimate,
    has_samples,
    numbered,
    of_samples,
)
from derive.sheet.mathml import LONG, mathml, mathml_of, wrapping
from derive.sheet.words import pieces

_STYLE = """
:root { color-scheme: light dark; --ink: #1b1b1f; --paper: #fdfcf9; --faint: #67666d; --rule: #d9d6cd; --tint: #f4f1e8;
  --warn: #9b2c1f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e9e7e1; --paper: #17181c; --faint: #a3a2a8; --rule: #3a3b42;
  --tint: #202127; --warn: #f19a8b; } }
* { box-sizing: border-box; }
body { margin: 0; overflow-wrap: anywhere; background: var(--paper); color: var(--ink); line-height: 1.55;
  font: 1.06rem/1.55 "Latin Modern Roman", "STIX Two Text", Charter, Georgia, "Times New Roman", serif; }
main { max-width: 54rem; margin: 0 auto; padding: 3rem 1.25rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0; text-wrap: balance; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; }
math { font-family: "Latin Modern Math", "STIX Two Math", "Cambria Math", "Noto Sans Math", math; font-size: 1.08em; }
mtd { text-align: left; padding-left: 0; padding-right: 1em; }
.name { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .85rem; color: var(--faint); margin: .2rem 0 0; }
.statement { border: 1px solid var(--rule); background: var(--tint); border-radius: .4rem; margin: 1.6rem 0 1rem;
  padding: 1.1rem 1rem; text-align: center; overflow-x: auto; }
.where { margin: .4rem 0 1rem; overflow-x: auto; }
.where div { margin: .35rem 0 .35rem 1.4rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 1rem 0; font-size: .95rem; }
dt { color: var(--faint); }
dd { margin: 0; overflow-wrap: anywhere; }
ol { list-style: none; margin: .3rem 0 0; padding: 0; }
li { display: grid; grid-template-columns: minmax(0, 3fr) minmax(9rem, 1.35fr) 2.2rem; column-gap: 1.2rem;
  align-items: center; padding: .5rem 0 .5rem 1.4rem; border-top: 1px solid var(--rule); }
li .term { overflow-x: auto; overflow-y: hidden; padding: .1rem 0; }
.start { overflow-x: auto; padding-bottom: .4rem; }
.reason { font-size: .93rem; color: var(--faint); overflow-wrap: anywhere; }
.count { text-align: right; color: var(--faint); font-variant-numeric: tabular-nums; }
.done { text-align: right; margin: .2rem 0 0; }
table { border-collapse: collapse; width: 100%; margin-top: .8rem; }
th, td { text-align: left; padding: .45rem .8rem .45rem 0; border-bottom: 1px solid var(--rule); vertical-align: baseline; }
th { font-size: .85rem; color: var(--faint); font-weight: normal; }
td small { display: block; color: var(--faint); }
.number { white-space: nowrap; font-variant-numeric: tabular-nums; }
.wide { overflow-x: auto; }
.false { margin-top: 2.4rem; border-left: .25rem solid var(--warn); padding: .1rem 0 .1rem 1rem; overflow-x: auto; }
.false h2 { color: var(--warn); margin-top: .2rem; }
footer { margin-top: 2.6rem; border-top: 1px solid var(--rule); padding-top: .8rem; font-size: .88rem; color: var(--faint);
  overflow-wrap: anywhere; }
footer p { margin: .15rem 0; }
code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .92em; }
@media (max-width: 40rem) { li { grid-template-columns: minmax(0, 1fr) 2rem; } .reason { grid-row: 2; } }
li.long { grid-template-columns: minmax(0, 1fr) 2.2rem; }
li.long .reason { grid-row: 2; padding-left: 1.4rem; }
@media print { body { background: none; } main { padding: 0; max-width: none; } li { break-inside: avoid; } }
"""  # noqa: E501


def html(sheet: Sheet) -> str:
    """The whole page."""
    parts = [
        f'<header><h1>{_words(sheet.title)}</h1><p class="name">{escape(sheet.name)}</p></header>',
        f'<div class="statement">{mathml(sheet.statement)}</div>',
        *_where(sheet),
        _leaning(sheet),
        *_blocks(sheet),
        *(_example(e) for e in (sheet.example,) if e),
        *(_falsehood(f) for f in (sheet.falsehood,) if f),
        _colophon(sheet),
    ]
    head = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(sheet.title)}</title>\n<style>{_STYLE}</style>\n</head>\n"
    )
    return head + "<body>\n<main>\n" + "\n".join(parts) + "\n</main>\n</body>\n</html>\n"


def _words(words: str) -> str:
    return "".join(escape(p) if isinstance(p, str) else mathml_of(p, display=False) for p in pieces(words))


def _where(sheet: Sheet) -> list[str]:
    if not sheet.definitions:
        return []
    rows = "".join(f"<div>{mathml(d)}</div>" for d in sheet.definitions)
    return [f'<section class="where" aria-label="Definitions">where{rows}</section>']


def _leaning(sheet: Sheet) -> str:
    assumed = ", ".join(mathml(h, display=False) for h in sheet.hypotheses) or "nothing"
    laws, axioms = (", ".join(map(_words, names)) or "none" for names in (sheet.laws, sheet.axioms))
    rows = (("Assumes", assumed), ("By the laws", laws), ("Axioms beyond the laws", axioms))
    return "<dl>" + "".join(f"<dt>{t}</dt><dd>{d}</dd>" for t, d in rows) + "</dl>"


def _blocks(sheet: Sheet) -> list[str]:
    out = []
    for block, lines in numbered(sheet):
        rows = [
            f'<li id="line-{n}"{_width(line.term)}>\n<div class="term">{wrapping(line.term, lead="=")}</div>\n'
            f'<div class="reason">{_words(line.reason)}</div><div class="count">({n})</div></li>'
            for n, line in lines
        ]
        end = '<p class="done" aria-label="end of proof">∎</p>' if block is sheet.blocks[-1] else ""
        out.append(
            f"<section><h2>{_words(block.title or 'Derivation')}</h2>\n"
            f'<div class="start">{wrapping(block.start)}</div>\n<ol>\n' + "\n".join(rows) + "\n</ol>\n"
            f"{end}</section>"
        )
    return out


def _width(term: Any) -> str:
    """A long line has its reason below it."""
    return ' class="long"' if extent(layout(term)) > LONG else ""


def _example(example: Example) -> str:
    sampled = has_samples(example)
    head = '<th scope="col">Quantity</th><th scope="col">Exact</th>'
    head += '<th scope="col">Monte Carlo</th>' if sampled else ""
    rows = "\n".join(_row(r, sampled) for r in example.rows)
    return (
        f"<section><h2>Worked example: {_words(example.world)}</h2>\n<p>{_words(example.description)}</p>\n"
        f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>'
        f"\n{rows}\n</tbody></table></div></section>"
    )


def _row(row: ExampleRow, sampled: bool) -> str:
    formula = "" if row.quantity is None else f"<br>{mathml(row.quantity, display=False)}"
    exact = _exact(row.exact)
    cells = f"<td>{_words(row.label)}{formula}</td><td>{exact}</td>"
    if sampled:
        found = estimate(row)
        drawn = "" if found is None else f"{found[0]} ± {found[1]}<small>{of_samples(row)}</small>"
        cells += f'<td class="number">{drawn}</td>'
    return f"<tr>{cells}</tr>"


def _exact(value: str) -> str:
    match = re.fullmatch(r"([-−]?)(\d{1,15})/(\d{1,15})", value.strip())
    if match is None:
        return _words(value)
    sign, above, below = match.groups()
    minus = '<mo form="prefix">−</mo>' if sign else ""
    fraction = f"<mfrac><mn>{above}</mn><mn>{below}</mn></mfrac>"
    return f'<math displaystyle="true" alttext="{escape(value)}">{minus}{fraction}</math>'


def _falsehood(falsehood: Falsehood) -> str:
    return (
        f'<section class="false"><h2>Not true</h2><div>{mathml(falsehood.statement)}</div>'
        f"<p>{_words(falsehood.text)}</p></section>"
    )


def _colophon(sheet: Sheet) -> str:
    return (
        f"<footer><p>Source: {_words(sheet.source)}</p>"
        f"<p>Status: {_words(sheet.status)}. Fingerprint: <code>{escape(sheet.fingerprint)}</code></p>"
        "</footer>"
    )
