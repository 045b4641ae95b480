r"""A sheet as a LaTeX document that pdflatex, lualatex and xelatex set as it stands, or as a part of a larger one."""

from __future__ import annotations

from derive.printing.layout import layout
from derive.sheet.content import Block, Line, Sheet, by_text, numbered
from derive.sheet.preamble import entitled, preamble
from derive.sheet.tex_figure import tex_figures
from derive.sheet.tex_formula import formula, inline
from derive.sheet.tex_size import size_of
from derive.sheet.tex_tables import example_table, headline, not_true
from derive.sheet.tex_words import words

_RELATIONS = {"=": "=", "≤": r"\le"}
CLOSE = r"\small\setlength{\gap}{0.3ex plus 0.4ex}"  # letters and lines of a sheet that is full
_FULL = r"\setlength{\topsep}{2pt}\setlength{\parskip}{0pt}\thispagestyle{empty}\enlargethispage{9mm}"


def tex(sheet: Sheet, template: str = "", template_name: str = "template") -> str:
    """The whole document, with a course's own preamble where one is given."""
    title = rf"\begin{{center}}{{\Large\bfseries {words(sheet.title)}}}\\[0.5ex]"
    name = rf"{{\small\ttfamily\color{{faint}} {words(sheet.name)}}}\end{{center}}"
    size = size_of(sheet)
    head = preamble(template, template_name, "10pt" if size else "11pt") + entitled(sheet.title)
    inside = [CLOSE + _FULL] if size > 1 else []
    return head + "\n".join([r"\begin{document}", title, name, *inside, *body(sheet), r"\end{document}", ""])


def body(sheet: Sheet) -> list[str]:
    """Everything below the title."""
    return [
        formula(r"\framed", layout(sheet.statement)),
        *_where(sheet),
        _leaning(sheet),
        r"\setcounter{step}{0}",
        *(_block(block, lines, block is sheet.blocks[-1]) for block, lines in numbered(sheet)),
        *(part for e in (sheet.example,) if e for part in (example_table(e), *tex_figures(e.figures))),
        *(not_true(f) for f in (sheet.falsehood,) if f),
        _colophon(sheet),
    ]


def _where(sheet: Sheet) -> list[str]:
    if not sheet.definitions:
        return []
    return [r"{\raggedright where\quad", *(formula(r"\defined", layout(d)) for d in sheet.definitions), r"\par}"]


def _leaning(sheet: Sheet) -> str:
    parts = [rf"\textit{{Assumes}} {', '.join(map(inline, sheet.hypotheses)) or 'nothing'}."]
    for title, names in (("By the laws", sheet.laws), ("Axioms beyond the laws", sheet.axioms)):
        parts.append(rf"\textit{{{title}:}} {', '.join(map(words, names)) or 'none'}.")
    return rf"\quiet{{{' '.join(parts)}}}"


def _block(block: Block, lines: list[tuple[int, Line]], last: bool) -> str:
    title = words(block.title or "Derivation")
    rows = [headline(title[0].upper() + title[1:]), formula(r"\start", layout(block.start))]
    rows += [formula(r"\step", layout(line.term), words(line.reason), _RELATIONS[line.relation]) for _, line in lines]
    if last:
        rows[-1] = r"{\renewcommand{\lastmark}{$\square$}" + rows[-1] + "}"
    return "\n".join(rows)


def _colophon(sheet: Sheet) -> str:
    stop = "" if sheet.source.rstrip().endswith((".", "?", "!")) else "."
    found = "; ".join(rf"\textit{{{words(t)}}}, {', '.join(map(words, where))}" for t, where in by_text(sheet.places))
    texts = rf" \textit{{In the texts:}} {found}.\quad" if found else ""
    return (
        r"\par\addvspace{2ex plus 1ex}{\color{edge}\hrule}"
        rf"\quiet{{\textit{{Source:}} {words(sheet.source)}{stop}\quad{texts}"
        rf" \textit{{Status:}} {words(sheet.status)}.\quad"
        rf" \textit{{Fingerprint:}}~{{\ttfamily {words(sheet.fingerprint)}}}}}"
    )
