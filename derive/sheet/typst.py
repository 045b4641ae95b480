"""A sheet as a Typst document, with the look of the LaTeX one: for a PDF where there is no TeX."""

from __future__ import annotations

import re

from derive.printing.layout import layout
from derive.sheet.content import (
    Block,
    Example,
    ExampleRow,
    Line,
    Sheet,
    by_quantity,
    by_text,
    drawn_alike,
    estimate,
    has_samples,
    numbered,
    of_samples,
)
from derive.sheet.refuted import Counterexample, Falsehood, by_letter, entry, with_minus
from derive.sheet.typst_figure import typst_figures
from derive.sheet.typst_formula import formula, inline, literal, quoted, words

_LOOK = r"""#set page(paper: "a4", margin: (x: 23mm, top: 16mm, bottom: 17mm), numbering: "1")
#set text(font: "New Computer Modern", size: SIZEpt, lang: "en")
#set par(justify: false, leading: 0.55em, spacing: 0.8em)
#show math.equation: set text(font: "New Computer Modern Math")
#let tint = luma(95.5%)
#let edge = luma(60%)
#let faint = luma(33%)
#let warn = rgb(55%, 13%, 9%)
#let quiet(body) = block(above: 1em, text(size: 0.82em, fill: faint, body))
#let headline(body, fill: black) = block(above: 1.5em, below: 0.7em, sticky: true,
  text(weight: "bold", fill: fill, body))
#let framed(body) = align(center, block(above: 1.4em, below: 1.4em, fill: tint, stroke: 0.5pt + edge,
  inset: 0.9em, body))
#show math.equation.where(block: true): set align(left)
#show math.equation.where(block: true): set block(above: 0pt, below: 0pt)
// an equation on one line where it fits its room, else broken at its signs with the rest indented
#let alone(line) = { // an equation that has its paragraph for itself does not lap over the lines beside it
  show math.equation: set par(leading: 0em)
  line
}
#let broken(body) = alone(par(leading: 0.6em, hanging-indent: 1.6em,
  math.equation(block: false, math.display(body))))
#let fitted(line) = layout(size => if measure(line).width > size.width { broken(line.body) } else { line })
#let start(line) = block(above: 0.9em, below: 0.9em, fitted(line))
#let defined(line) = box(inset: (y: 0.25em), alone(math.equation(block: false, math.display(line.body))))
// a line with its reason: beside it, or below where the line is long
#let step(line, reason, count, mark) = block(above: GAP, below: GAP, width: 100%, layout(size => {
  let number = [(#count)#h(0.3em)#box(width: 0.9em, mark)]
  let wide = measure(line).width
  if wide > 0.61 * (size.width - 4.2em.to-absolute()) - 1.6em.to-absolute() {
    let body = if wide > size.width - 6em.to-absolute() { broken(line.body) } else { line }
    grid(columns: (1fr, 3.2em), column-gutter: 0.5em, row-gutter: 0.5em, align: (left, right + horizon),
      pad(left: 1.4em, body), number, pad(left: 2.9em, text(size: 0.9em, reason)), [])
  } else {
    grid(columns: (0.61fr, 0.39fr, 3.2em), column-gutter: 0.5em,
      align: (left + horizon, left + horizon, right + horizon),
      pad(left: 1.4em, line), text(size: 0.9em, reason), number)
  }
}))
"""


SIZES = ((11.0, "0.7em"), (10.0, "0.55em"), (9.5, "0.45em"), (9.0, "0.4em"))  # letters, and the gap between lines


def typst(sheet: Sheet, small: int = 0) -> str:
    """The whole document, in the letters of this place in SIZES."""
    size, gap = SIZES[small]
    title = words(sheet.title)
    return "\n".join(
        [
            f"#set document(title: {quoted(sheet.title)}, date: none)",
            _LOOK.replace("SIZE", f"{size:g}").replace("GAP", gap),
            f'#align(center)[#text(size: 1.4em, weight: "bold")[{title}]\\ #text(size: 0.85em, fill: faint, '
            f'font: "DejaVu Sans Mono")[{literal(sheet.name)}]]',
            f"#framed(fitted({formula(sheet.statement)}))",
            *_where(sheet),
            _leaning(sheet),
            *(_block(block, lines, block is sheet.blocks[-1]) for block, lines in numbered(sheet)),
            *(_example(e) for e in (sheet.example,) if e),
            *(_not_true(f) for f in (sheet.falsehood,) if f),
            _colophon(sheet),
            "",
        ]
    )


def _where(sheet: Sheet) -> list[str]:
    if not sheet.definitions:
        return []
    return [
        "#par[where#h(1em)" + "#h(2em, weak: true) ".join(f"#defined({formula(d)})" for d in sheet.definitions) + "]"
    ]


def _leaning(sheet: Sheet) -> str:
    parts = [f"_Assumes_ {', '.join(inline(layout(h)) for h in sheet.hypotheses) or 'nothing'}."]
    for title, names in (("By the laws", sheet.laws), ("Axioms beyond the laws", sheet.axioms)):
        parts.append(f"_{title}:_ {', '.join(map(words, names)) or 'none'}.")
    return f"#quiet[{' '.join(parts)}]"


def _block(block: Block, lines: list[tuple[int, Line]], last: bool) -> str:
    title = block.title or "Derivation"
    rows = [f"#headline[{words(title[0].upper() + title[1:])}]", f"#start({formula(block.start)})"]
    for n, line in lines:
        mark = "sym.square" if last and n == lines[-1][0] else '""'
        rows.append(f"#step({formula(line.term, line.relation)}, [{words(line.reason)}], [{n}], {mark})")
    return "\n".join(rows)


def _example(example: Example) -> str:
    sampled, alike = has_samples(example), drawn_alike(example)
    head = ["Quantity", "At", "Exact", *(["Monte Carlo"] if sampled else [])]
    rows = [cell for q, rows in by_quantity(example) for cell in _rows(q, rows, sampled, alike)]
    titles = ", ".join(f"[*{h}*]" for h in head)
    widths = "(0.42fr, 0.17fr, 0.15fr, 0.26fr)" if sampled else "(0.6fr, 0.2fr, 0.2fr)"
    said = words(example.description) + (f" Monte Carlo: {literal(alike)}." if alike else "")
    return "\n".join(
        [
            f"#headline[Worked example: {words(example.world)}]",
            f"#text(size: 0.9em)[{said}]",
            f"#text(size: 0.9em)[#table(columns: {widths}, stroke: none, inset: (x: 0pt, y: 0.45em),",
            f"  align: left + horizon, table.hline(stroke: 0.5pt), table.header({titles}), table.hline(stroke: 0.5pt),",
            *(f"  {cell}," for cell in rows),
            ")]",
            *typst_figures(example.figures),
        ]
    )


def _rows(quantity: object, rows: list[ExampleRow], sampled: bool, alike: str) -> list[str]:
    shown = "" if quantity is None else f"#alone({inline(layout(quantity))})"
    cells = [f"table.cell(rowspan: {len(rows)})[{shown}]"]
    for row in rows:
        cells += [f"[{words(row.label)}]", f"[{exact(row.exact)}]"]
        if sampled:
            found = estimate(row)
            noted = "" if alike else f" {literal(of_samples(row))}"
            cells.append("[]" if found is None else f"[{literal(f'{with_minus(found[0])} ± {found[1]}')}{noted}]")
    return [*cells, "table.hline(stroke: 0.5pt)"]


def exact(value: str) -> str:
    """A fraction as a fraction; other values as they are."""
    shown = with_minus(value.strip())
    match = re.fullmatch(r"(−?)(\d{1,15})/(\d{1,15})", shown)
    if match is None:
        return words(shown)
    return f"${'minus' if match[1] else ''} frac({match[2]}, {match[3]})$"


def _not_true(falsehood: Falsehood) -> str:
    assumed = ", ".join(inline(layout(h)) for h in falsehood.assuming)
    under = f" #text(size: 0.85em, fill: faint)[_Assumed here:_ {assumed}.]" if assumed else ""
    said = (
        f"#headline(fill: warn)[Not true]\n#start({formula(falsehood.statement)})\n"
        f"#text(size: 0.9em)[{words(falsehood.text)}{under}]"
    )
    if falsehood.counterexample is None:
        return said
    table = _counterexample(falsehood.counterexample)
    return f"#block(above: 1.2em, grid(columns: (0.52fr, 0.48fr), column-gutter: 1.2em, [{said}], [{table}]))"


def _counterexample(found: Counterexample) -> str:
    rows = [" #h(0.7em) ".join(map(_value, values)) for _, values in by_letter(found)]
    sides = f"*left side* {exact(found.left)} #h(1.2em) *right side* {exact(found.right)}"
    cells = "\n".join(f"  [{row}]," for row in rows)
    return (
        "#v(1.4em)#text(size: 0.9em, table(columns: 1fr, stroke: none, inset: (x: 0pt, y: 0.4em),\n"
        f"  [*Counterexample*, {words(found.sizes)}], table.hline(stroke: 0.5pt),\n{cells}\n"
        f"  table.hline(stroke: 0.5pt), [{sides}], table.hline(stroke: 0.5pt)))"
    )


def _value(value: tuple[str, str]) -> str:
    name, number = value
    shown = f"{inline(entry(name))} = {exact(number)}"
    return shown if len(name) + len(number) > 40 else f"#box[{shown}]"


def _colophon(sheet: Sheet) -> str:
    stop = "" if sheet.source.rstrip().endswith((".", "?", "!")) else "."
    found = "; ".join(f"_{literal(t)}_, {', '.join(map(words, where))}" for t, where in by_text(sheet.places))
    texts = f"#h(1em)_In the texts:_ {found}." if found else ""
    return (
        "#block(above: 2em, line(length: 100%, stroke: 0.5pt + edge))\n"
        f"#quiet[_Source:_ {words(sheet.source)}{stop}{texts}#h(1em)_Status:_ {words(sheet.status)}.#h(1em)"
        f'_Fingerprint:_ #text(font: "DejaVu Sans Mono", size: 0.9em)[{literal(sheet.fingerprint)}]]'
    )
