"""The whole catalogue as one LaTeX book: contents, what is trusted, what rests on what, the sheets, rules and laws."""

from __future__ import annotations

from itertools import groupby

from derive.sheet.collection import TITLE, TRUSTED, Collection, Used, part_title
from derive.sheet.content import Sheet
from derive.sheet.preamble import preamble
from derive.sheet.tex import CLOSE, body
from derive.sheet.tex_map import drawn_map
from derive.sheet.tex_size import size_of
from derive.sheet.tex_words import plain, words

_MORE = r"""\usepackage[hidelinks,unicode]{hyperref}
\hypersetup{pdftitle={TITLE}}
\makeatletter \renewcommand*\l@section{\@dottedtocline{1}{0em}{1.8em}} \makeatother
\setcounter{tocdepth}{1} \setcounter{secnumdepth}{1}
"""


def booklet(book: Collection, template: str = "", template_name: str = "template") -> str:
    """The document, for pdflatex, lualatex or xelatex, run until its references settle."""
    head = preamble(template, template_name, "11pt") + _MORE.replace("TITLE", TITLE)
    return "\n".join(
        [
            head + r"\begin{document}",
            *_front(book),
            *_trusted(),
            *_map(book),
            *(line for level, part in enumerate(book.parts) for line in _part(book, level, part)),
            *_texts(book),
            *_index("Rules that lines name as reasons", book.rules),
            *_index("Laws that theorems lean on", book.laws),
            r"\end{document}",
            "",
        ]
    )


def _front(book: Collection) -> list[str]:
    lines = sum(len(block.lines) for sheet in book.sheets for block in sheet.blocks)
    said = f"{len(book.sheets)} statements in {lines} lines, each line replayed by the kernel before it was printed"
    return [
        rf"\begin{{center}}{{\LARGE\bfseries {TITLE}}}\\[1.2ex]{{\color{{faint}} {said}}}\end{{center}}",
        r"\tableofcontents",
    ]


def _unnumbered(title: str) -> list[str]:
    return [r"\clearpage\phantomsection", rf"\addcontentsline{{toc}}{{part}}{{{title}}}", rf"\section*{{{title}}}"]


def _trusted() -> list[str]:
    rows = [rf"\item[{words(name)}.] {words(said)}" for name, said in TRUSTED]
    return [*_unnumbered("What is trusted"), r"\begin{description}", *rows, r"\end{description}"]


def _map(book: Collection) -> list[str]:
    said = "A line runs from each statement to those on its right that rest on it."
    rest = r"Neither resting on another nor rested on: " + ", ".join(
        rf"\hyperref[{n}]{{{book.numbers[n]}}}" for n in book.alone
    )
    return [
        *_unnumbered("What rests on what"),
        said,
        "",
        drawn_map(book),
        "",
        rf"\quiet{{{rest}.}}" if book.alone else "",
    ]


def _part(book: Collection, level: int, part: tuple[Sheet, ...]) -> list[str]:
    first = [r"\clearpage\phantomsection", rf"\addcontentsline{{toc}}{{part}}{{{part_title(level)}}}"]
    return [*first, *(line for sheet in part for line in _chapter(book, sheet))]


def _chapter(book: Collection, sheet: Sheet) -> list[str]:
    shown = "".join(c if c.isascii() else " " for c in sheet.title)
    title = rf"\texorpdfstring{{{words(sheet.title)}}}{{{plain(shown)}}}"
    below, above = list(book.rests[sheet.name]), book.used_by(sheet.name)
    links = [
        rf"\textit{{{said}}} {_pointers(names)}." for said, names in (("Rests on", below), ("Used by", above)) if names
    ]
    name = rf"{{\small\ttfamily\color{{faint}} {words(sheet.name)}}}\par\vspace{{-1.5ex}}"
    return [
        rf"\clearpage\section{{{title}}}\label{{{sheet.name}}}",
        name,
        r"\begingroup" + (CLOSE if size_of(sheet) else ""),
        *body(sheet),
        r"\par\endgroup",
        *([rf"\quiet{{{' '.join(links)}}}"] if links else []),
    ]


def _pointers(names: list[str]) -> str:
    return ", ".join(rf"\hyperref[{n}]{{\ref*{{{n}}} (page~\pageref*{{{n}}})}}" for n in names)


def _texts(book: Collection) -> list[str]:
    """Where each result of the texts is, by section and equation."""
    if not book.texts:
        return []
    out = _unnumbered("Where each result of the texts is")
    for title, rows in book.texts:
        out.append(rf"\headline{{{words(title)}}}")
        for section, found in groupby(rows, key=lambda row: row[0].section):
            lines = [rf"{words(place.equation)}~~{_pointers([name])}" for place, name in found]
            inside = r"\\ ".join(rf"\hangindent=1.5em\hangafter=1 {line}" for line in lines)
            out.append(rf"\par\addvspace{{0.8ex}}{{\raggedright\textit{{{words(section)}}}\\ {inside}\par}}")
    return out


def _index(title: str, used: list[Used]) -> list[str]:
    return [*_unnumbered(title), *map(_entry, used)]


def _entry(used: Used) -> str:
    where = rf"{{\footnotesize\color{{faint}} in~{', '.join(map(str, used.numbers))}}}"
    said = rf"\textbf{{{words(used.words)}}}\quad {words(used.states)}\quad {where}"
    return rf"\par\addvspace{{1ex}}{{\raggedright\hangindent=1.5em\hangafter=1 {said}\par}}"
