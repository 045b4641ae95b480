"""A sheet as GitHub-flavoured Markdown, formulas between dollars.

Markdown reads backslash-punctuation as an escape even inside formulas, so that none is written: \\thinspace
for a thin space, \\cr for the end of a row, \\lbrace for a brace.
"""

from __future__ import annotations

import re
from typing import Any

from derive.printing import latex_box
from derive.printing.boxes import Box, Ident
from derive.printing.layout import layout
from derive.sheet.content import (
    Block,
    Example,
    ExampleRow,
    Line,
    Sheet,
    by_text,
    estimate,
    has_samples,
    numbered,
    of_samples,
)
from derive.sheet.refuted import Counterexample, Falsehood, by_letter, entry
from derive.sheet.words import pieces

_SAFE = {r"\,": r"\thinspace", r"\\": r"\cr", r"\{": r"\lbrace", r"\}": r"\rbrace"}


def markdown(sheet: Sheet) -> str:
    """The whole text."""
    return "\n\n".join(p for section in sections(sheet) for p in section) + "\n"


def sections(sheet: Sheet) -> list[list[str]]:
    """Its paragraphs, section by section."""
    found = [
        [f"# {_words(sheet.title)}", f"`{sheet.name}`", _display(sheet.statement), *_where(sheet)],
        _leaning(sheet),
        *(_block(block, lines) for block, lines in numbered(sheet)),
        *(_example(e) for e in (sheet.example,) if e),
        *(_falsehood(f) for f in (sheet.falsehood,) if f),
        [
            "---",
            f"Source: {_words(sheet.source)}",
            *(f"In *{_words(title)}*: {', '.join(map(_words, where))}." for title, where in by_text(sheet.places)),
            f"Status: {_words(sheet.status)}. Fingerprint: `{_code(sheet.fingerprint)}`",
        ],
    ]
    return found


def _safe(box: Box) -> str:
    return re.sub(r"\\[\\,{}](?=(.?))", _spelled_out, latex_box(box)).replace(r"\big|", r"\big\vert ")


def _spelled_out(match: re.Match[str]) -> str:
    return _SAFE[match.group()] + (" " if match.group(1).isalpha() else "")


def _display(node: Any, lead: str = "") -> str:
    return f"$$\n{lead}{_safe(layout(node))}\n$$"


def _inline(box: Box) -> str:
    return f"${_safe(box)}$"


def _words(words: str) -> str:
    return "".join(_piece(p) for p in pieces(" ".join(words.split())))


def _piece(piece: str | Box) -> str:
    match piece:
        case str():
            return _escaped(piece)
        case Ident(letter):  # Markdown shows θ as well as it shows a formula
            return letter
    return _inline(piece)


def _escaped(words: str) -> str:
    marked = re.sub(r"([\\`*_\[\]<#$|~]|^[>+-])", r"\\\1", words.replace("&", "&amp;"))
    return re.sub(r"^(\d+)([.)])", r"\1\\\2", marked)


def _code(words: str) -> str:
    return re.sub(r"[`\s]+", " ", words)


def _where(sheet: Sheet) -> list[str]:
    return ["where", *map(_display, sheet.definitions)] if sheet.definitions else []


def _leaning(sheet: Sheet) -> list[str]:
    assumed = ", ".join(_inline(layout(h)) for h in sheet.hypotheses) or "nothing"
    laws, axioms = (", ".join(map(_words, names)) or "none" for names in (sheet.laws, sheet.axioms))
    return [f"* **Assumes** {assumed}\n* **By the laws** {laws}\n* **Axioms beyond the laws** {axioms}"]


def opening(block: Block) -> list[str]:
    """How a chain begins."""
    return [f"## {_words(block.title or 'Derivation')}", _display(block.start)]


def step(n: int, line: Line) -> list[str]:
    """One line with its number and its reason."""
    return [_display(line.term, r"\le " if line.relation == "≤" else "= "), f"({n}) {_words(line.reason)}"]


def _block(block: Block, lines: list[tuple[int, Line]]) -> list[str]:
    return [*opening(block), *(part for n, line in lines for part in step(n, line)), "∎"]


def _example(example: Example) -> list[str]:
    sampled = has_samples(example)
    head = ["Quantity", "Exact", *(["Monte Carlo", "Samples"] if sampled else [])]
    rows = [head, ["---"] * len(head), *(_row(r, sampled) for r in example.rows)]
    table = "\n".join("| " + " | ".join(cells) + " |" for cells in rows)
    return [f"## Worked example: {_words(example.world)}", _words(example.description), table]


def _row(row: ExampleRow, sampled: bool) -> list[str]:
    formula = "" if row.quantity is None else " " + _inline(layout(row.quantity))
    cells = [_words(row.label) + formula, _words(row.exact)]
    if not sampled:
        return cells
    found = estimate(row)
    return [*cells, "" if found is None else f"{found[0]} ± {found[1]}", of_samples(row)]


def _falsehood(falsehood: Falsehood) -> list[str]:
    said = ["## Not true", _display(falsehood.statement), _words(falsehood.text)]
    if falsehood.assuming:
        said.append("Assumed here: " + ", ".join(_inline(layout(h)) for h in falsehood.assuming) + ".")
    return [*said, *([_counterexample(falsehood.counterexample)] if falsehood.counterexample else [])]


def _counterexample(found: Counterexample) -> str:
    rows = [", ".join(f"{_name(name)} = {_words(value)}" for name, value in values) for _, values in by_letter(found)]
    sides = f"**left side** {_words(found.left)}, **right side** {_words(found.right)}"
    return "\n".join(["| " + row + " |" for row in [f"Counterexample, {_words(found.sizes)}", "---", *rows, sides]])


def _name(name: str) -> str:
    return _inline(entry(name)).replace("|", r"\vert ") if len(name) < 30 else _words(name)
