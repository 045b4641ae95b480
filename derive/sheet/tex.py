r"""A sheet as a LaTeX document that pdflatex sets as it stands: article, amsmath, amssymb, lmodern, and the
packages of every LaTeX installation (geometry, graphicx).

A formula too wide for its column is set across the page, then broken at its signs and between its factors,
and only where a single piece is wider than the page is it made smaller.
"""

from __future__ import annotations

import re
from typing import Any

from derive.printing import SYMBOLS, escaped, extent, latex_box
from derive.printing.boxes import (
    Applied,
    Big,
    Box,
    Branches,
    Fenced,
    Fraction,
    Ident,
    Name,
    Number,
    Product,
    Row,
    Script,
    Sign,
    parts,
)
from derive.printing.layout import layout
from derive.sheet.content import (
    Block,
    Example,
    ExampleRow,
    Falsehood,
    Line,
    Sheet,
    estimate,
    has_samples,
    numbered,
    of_samples,
)
from derive.sheet.words import pieces

_ROOM = 64  # letters of a formula that surely fit on one line
_PREAMBLE = r"""\documentclass[11pt,a4paper]{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage{amsmath,amssymb}
\usepackage{lmodern}
\usepackage[margin=25mm]{geometry}
\usepackage{graphicx}
\pdfinfoomitdate=1 \pdftrailerid{} \pdfsuppressptexinfo=-1
\setlength{\parindent}{0pt} \setlength{\parskip}{0.5ex plus 0.3ex} \raggedbottom
\emergencystretch=3em \hbadness=10000 \relpenalty=30 \binoppenalty=60 % break at signs, else between factors
\newsavebox{\formula} \newlength{\room} \newcounter{step}
% #1 on one line when it fits the room, else broken at its signs with the rest indented
\newcommand{\broken}[1]{\parbox{\room}{\raggedright\hangindent=1.6em\hangafter=1 $\displaystyle #1$}}
\newcommand{\fitted}[1]{\sbox{\formula}{$\displaystyle #1$}%
  \ifdim\wd\formula>\room \broken{#1}\else\usebox{\formula}\fi}
\newcommand{\shrunk}[1]{\sbox{\formula}{$\displaystyle #1$}%
  \ifdim\wd\formula>\room \resizebox{\room}{!}{\usebox{\formula}}\else\usebox{\formula}\fi}
% a statement in its frame
\newcommand{\framed}[2]{\setlength{\room}{\dimexpr\linewidth-2em}%
  \begin{center}\setlength{\fboxsep}{0.9em}\fbox{#1{#2}}\end{center}}
% how a line begins, and a line with its reason: beside it, or below where the line is long
\newcommand{\start}[2]{\par\addvspace{0.6ex}\setlength{\room}{\linewidth}#1{#2}\par}
\newcommand{\reason}[1]{\raggedright\small #1}
\newcommand{\step}[3]{\stepcounter{step}\par\addvspace{1.1ex}%
  \sbox{\formula}{$\displaystyle {}= #2$}\setlength{\room}{0.60\linewidth}%
  \ifdim\wd\formula>\room \setlength{\room}{\dimexpr\linewidth-4.2em}%
    \hspace*{1.4em}#1{{}= #2}\hfill(\thestep)\par\nobreak
    \hspace*{2.9em}\parbox[t]{\dimexpr\linewidth-7em}{\reason{#3}}\par
  \else
    \hspace*{1.4em}\makebox[0.60\linewidth][l]{\usebox{\formula}}%
    \parbox{\dimexpr0.40\linewidth-4.4em}{\reason{#3}}\hfill(\thestep)\par
  \fi}
\newcommand{\headline}[1]{\par\addvspace{2.2ex plus 0.6ex}%
  {\bfseries\large\raggedright #1\par}\nobreak\addvspace{0.5ex}}
"""


def tex(sheet: Sheet) -> str:
    """The whole document."""
    body = [
        rf"\begin{{center}}{{\LARGE\bfseries {_words(sheet.title)}}}\\[0.6ex]"
        rf"{{\small\ttfamily {_words(sheet.name)}}}\end{{center}}",
        _formula(r"\framed", layout(sheet.statement)),
        *_where(sheet),
        *_leaning(sheet),
        *(_block(block, lines) for block, lines in numbered(sheet)),
        r"\par\hfill$\square$\par",
        *(_example(e) for e in (sheet.example,) if e),
        *(_falsehood(f) for f in (sheet.falsehood,) if f),
        *_colophon(sheet),
    ]
    title = sheet.title.encode("ascii", "replace").decode()
    info = rf"\pdfinfo{{/Title ({re.sub(r'[^A-Za-z0-9 .,:;=+-]', ' ', title)})}}"
    return "\n".join([_PREAMBLE + info, r"\begin{document}", *body, r"\end{document}", ""])


def _formula(macro: str, box: Box, *more: str, room: int = _ROOM) -> str:
    flat = _flat(box, room)
    how = r"\shrunk" if _widest(flat) > room else r"\fitted"
    return "".join([macro, f"{{{how}}}{{{_breakable(latex_box(flat))}}}", *(f"{{{m}}}" for m in more)])


def _breakable(formula: str) -> str:
    r"""A line may end between factors, and not at the bar of a conditional."""
    return formula.replace(r"\, ", r"\,\penalty2000 ").replace(r"\mid ", r"\mid\nobreak ")


def _flat(box: Box, room: int) -> Box:
    """A fraction that is wider than the page on one line, (…)/(…), where it can be broken."""
    match box:
        case Fraction(above, below) if extent(box) > room:
            return Row((_operand(_flat(above, room)), Sign("/", "tight"), Fenced(_flat(below, room))))
        case Row(items) | Product(items):
            return type(box)(tuple(_flat(b, room) for b in items))
        case Fenced(body, fences):
            return Fenced(_flat(body, room), fences)
        case Big(sign, lower, upper, body):
            return Big(sign, lower, upper, _flat(body, room))
        case Applied(operator, body):
            return Applied(operator, _operand(_flat(body, room)) if extent(body) > room else body)
        case Script(base, sub, sup):
            return Script(_flat(base, room), sub, sup)
    return box


def _operand(box: Box) -> Box:
    return box if isinstance(box, (Fenced, Number, Ident)) else Fenced(box)


def _widest(box: Box) -> int:
    """About how many letters the widest piece has that no line can be broken in."""
    match box:
        case Fraction() | Name() | Branches():
            return extent(box)
        case Script(base, sub, sup):
            return max([_widest(base), *(extent(b) for b in (sub, sup) if b is not None)])
    return max(map(_widest, parts(box)), default=0)


def _inline(node: Any) -> str:
    return f"${_breakable(latex_box(layout(node)))}$"


def _words(words: str) -> str:
    return "".join(_plain(p) if isinstance(p, str) else f"${latex_box(p)}$" for p in pieces(words))


def _plain(words: str) -> str:
    """Words as TeX prints them: known signs as mathematics, long words with places to break."""
    return "".join(_split(w) for w in re.split(r"(\s+)", words))


def _split(word: str, longest: int = 24) -> str:
    chunk = longest // 2 if len(word) > longest else len(word) or 1
    chunks = ["".join(map(_character, word[i : i + chunk])) for i in range(0, len(word), chunk)]
    return r"\hspace{0pt}".join(chunks)


def _character(c: str) -> str:
    if c in SYMBOLS:
        return rf"\ensuremath{{{SYMBOLS[c]}}}"
    if c.isspace():
        return " "
    if c in "_/":
        return escaped(c) + r"\hspace{0pt}"
    return _TEXT.get(c) or (c if c in _ACCENTED else escaped(c))


_ACCENTED = "àáâäãåæçčćèéêëěęìíîïłñńòóôöõøœřšśßùúûüůýžźżÀÁÂÄÃÅÆÇČĆÈÉÊËÌÍÎÏŁÑÒÓÔÖÕØŒŘŠŚÙÚÛÜÝŽŻ"
_TEXT = {
    "“": "``", "”": "''", "‘": "`", "’": "'", "–": "--", "—": "---", "…": r"\dots{}", "<": r"\ensuremath{<}",
    ">": r"\ensuremath{>}", "|": r"\ensuremath{|}", "§": r"\S{}", "\u00a0": "~", '"': r"\textquotedbl{}",
}  # fmt: skip


def _headline(words: str) -> str:
    return rf"\headline{{{words}}}"


def _where(sheet: Sheet) -> list[str]:
    if not sheet.definitions:
        return []
    return ["where", *(_formula(r"\start", layout(d)) for d in sheet.definitions), ""]


def _leaning(sheet: Sheet) -> list[str]:
    assumed = ", ".join(map(_inline, sheet.hypotheses)) or "nothing"
    rows = [rf"\textit{{Assumes}} {assumed}."]
    for title, names in (("By the laws", sheet.laws), ("Axioms beyond the laws", sheet.axioms)):
        rows.append(rf"\textit{{{title}:}} {', '.join(map(_words, names)) or 'none'}.")
    return [r"\begin{flushleft}\small", *(r + r"\par" for r in rows), r"\end{flushleft}"]


def _block(block: Block, lines: list[tuple[int, Line]]) -> str:
    rows = [_headline(_words(block.title or "Derivation")), _formula(r"\start", layout(block.start))]
    rows += [_formula(r"\step", layout(line.term), _words(line.reason)) for _, line in lines]
    return "\n".join(rows)


def _example(example: Example) -> str:
    sampled = has_samples(example)
    head = r"\textbf{Quantity} & \textbf{Exact}" + (r" & \textbf{Monte Carlo}" if sampled else "")
    columns = r"@{}p{0.48\linewidth}p{0.16\linewidth}" + (r"p{0.30\linewidth}" if sampled else "") + "@{}"
    rows = [_row(r, sampled) for r in example.rows]
    return "\n".join(
        [
            _headline(f"Worked example: {_words(example.world)}"),
            rf"{{\raggedright\interlinepenalty10000 {_words(example.description)}\par}}\nobreak",
            rf"\addvspace{{1ex}}\renewcommand{{\arraystretch}}{{1.35}}\begin{{tabular}}{{{columns}}}\hline",
            head + r" \\ \hline",
            *rows,
            r"\hline\end{tabular}\par",
        ]
    )


def _row(row: ExampleRow, sampled: bool) -> str:
    cells = [r"\raggedright " + _words(row.label)]
    if row.quantity is not None:
        cells[0] += r"\par" + _formula(r"\start", layout(row.quantity), room=25)
    cells.append(_exact(row.exact))
    if sampled:
        found = estimate(row)
        drawn = "" if found is None else rf"${found[0]} \pm {found[1]}$\par {{\footnotesize {of_samples(row)}}}"
        cells.append(r"\raggedright " + drawn)
    return " & ".join(cells) + r" \tabularnewline"


def _exact(value: str) -> str:
    match = re.fullmatch(r"([-−]?)(\d{1,15})(?:/(\d{1,15}))?", value.strip())
    if match is None:
        return " ".join(_split(w, longest=8) for w in value.split())
    sign, above, below = match.groups()
    return f"${'-' if sign else ''}" + (rf"\tfrac{{{above}}}{{{below}}}$" if below else f"{above}$")


def _falsehood(falsehood: Falsehood) -> str:
    return "\n".join(
        [
            _headline("Not true"),
            _formula(r"\start", layout(falsehood.statement)),
            rf"\par\addvspace{{0.6ex}}{{\raggedright {_words(falsehood.text)}\par}}",
        ]
    )


def _colophon(sheet: Sheet) -> list[str]:
    return [
        r"\par\addvspace{3ex}\hrule\addvspace{1ex}{\small\raggedright",
        rf"\textit{{Source:}} {_words(sheet.source)}\par",
        rf"\textit{{Status:}} {_words(sheet.status)}. \textit{{Fingerprint:}}"
        rf" {{\ttfamily {_words(sheet.fingerprint)}}}\par}}",
    ]
