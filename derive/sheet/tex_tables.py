"""The worked example, and what is not true beside its counterexample, for TeX."""

from __future__ import annotations

import re

from derive.printing import latex_box
from derive.printing.layout import layout
from derive.sheet.content import Example, ExampleRow, by_quantity, drawn_alike, estimate, has_samples, of_samples
from derive.sheet.refuted import Counterexample, Falsehood, by_letter, entry, with_minus
from derive.sheet.tex_formula import breakable, formula, inline, within
from derive.sheet.tex_words import split, words

BESIDE = 33  # letters of a formula that surely fit on half a line


def headline(title: str) -> str:
    """A heading within a sheet, of words that are TeX already."""
    return rf"\headline{{{title}}}"


def example_table(example: Example) -> str:
    """The exact values of each quantity, and what samples gave."""
    sampled, alike = has_samples(example), drawn_alike(example)
    said = words(example.description) + (f" Monte Carlo: {alike}." if alike else "")
    inner = [("At", 0.17), ("Exact", 0.12), *([("Monte Carlo", 0.24)] if sampled else [])]
    columns = "@{}" + "".join(rf"p{{{width}\textwidth}}" for _, width in inner) + "@{}"
    head = " & ".join(rf"\textbf{{{name}}}" for name, _ in inner)
    rows = [_quantity(quantity, rows, columns, sampled, alike) for quantity, rows in by_quantity(example)]
    return "\n".join(
        [
            headline(f"Worked example: {words(example.world)}"),
            rf"{{\raggedright\small\interlinepenalty10000 {said}\par}}\nobreak",
            r"\addvspace{0.7ex}{\small\renewcommand{\arraystretch}{1.3}\begin{tabular}{@{}l@{}l@{}}\hline",
            rf"\textbf{{Quantity}} & \begin{{tabular}}[c]{{{columns}}}{head}\end{{tabular}} \\ \hline",
            *rows,
            r"\end{tabular}\par}",
        ]
    )


def _quantity(quantity: object, rows: list[ExampleRow], columns: str, sampled: bool, alike: str) -> str:
    shown = "" if quantity is None else within(layout(quantity), BESIDE)
    lines = [_row(row, sampled, alike) for row in rows]
    return (
        rf"\parbox[c]{{0.40\textwidth}}{{\vspace{{2pt}}\raggedright\setlength{{\room}}{{\linewidth}}{shown}\vspace{{3pt}}}}"
        rf" & \begin{{tabular}}[c]{{{columns}}}" + "\n" + "\n".join(lines) + r"\end{tabular} \\ \hline"
    )


def _row(row: ExampleRow, sampled: bool, alike: str) -> str:
    cells = [r"\raggedright " + words(row.label), exact(row.exact)]
    if sampled:
        found = estimate(row)
        noted = "" if alike or found is None else rf"\par {{\footnotesize {of_samples(row)}}}"
        cells.append(r"\raggedright " + ("" if found is None else rf"${found[0]} \pm {found[1]}${noted}"))
    return " & ".join(cells) + r" \tabularnewline"


def exact(value: str) -> str:
    """A fraction as a fraction; other values with places to break."""
    value = with_minus(value)
    match = re.fullmatch(r"(−?)(\d{1,15})(?:/(\d{1,15}))?", value.strip())
    if match is None:
        return " ".join(split(w, longest=8) for w in value.split())
    sign, above, below = match.groups()
    return f"${'-' if sign else ''}" + (rf"\tfrac{{{above}}}{{{below}}}$" if below else f"{above}$")


def not_true(falsehood: Falsehood) -> str:
    """The statement and why it is false; beside it the counterexample."""
    assumed = ", ".join(map(inline, falsehood.assuming))
    under = rf" {{\footnotesize\color{{faint}}\textit{{Assumed here:}} {assumed}.}}" if assumed else ""
    said = [
        formula(r"\start", layout(falsehood.statement), room=BESIDE),
        rf"\par\addvspace{{0.6ex}}{{\raggedright\small {words(falsehood.text)}{under}\par}}",
    ]
    title = headline(r"\textcolor{warn}{Not true}")
    if falsehood.counterexample is None:
        return "\n".join([title, *said])
    return "\n".join(
        [
            r"\par\addvspace{2ex plus 0.6ex}\begin{minipage}[t]{0.50\linewidth}",
            title,
            *said,
            r"\end{minipage}\hfill\begin{minipage}[t]{0.46\linewidth}\small",
            _counterexample(falsehood.counterexample),
            r"\end{minipage}\par",
        ]
    )


def _counterexample(found: Counterexample) -> str:
    rows = [r",\hskip 0.6em plus 0.4em ".join(map(_value, values)) for _, values in by_letter(found)]
    return "\n".join(
        [
            r"\renewcommand{\arraystretch}{1.25}\begin{tabular}[t]{@{}p{\linewidth}@{}}",
            rf"\raggedright \textbf{{Counterexample}}, {words(found.sizes)} \tabularnewline \hline",
            *(rf"\raggedright {row} \tabularnewline" for row in rows),
            r"\hline \raggedright \textbf{left side} " + exact(found.left) + r"\qquad \textbf{right side} "
            + exact(found.right) + r" \tabularnewline \hline\end{tabular}",
        ]
    )  # fmt: skip


def _value(value: tuple[str, str]) -> str:
    name, number = value
    if len(name) + len(number) > 40:
        return f"{words(name)} = {exact(number)}"
    log, rest = (r"\log ", number[4:]) if number.startswith("log ") else ("", number)
    return rf"\mbox{{${breakable(latex_box(entry(name)))} = {log}{exact(rest).strip('$')}$}}"
