r"""The figure of an estimate for TeX, in the `picture` of every LaTeX: rules, turned where they are no level ones.

No package for drawings is needed, and pdflatex, lualatex and xelatex set the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import atan2, degrees, hypot

from derive.sheet.convergence import HEIGHT, WIDTH, Convergence, Point, Words, panel, spoken
from derive.sheet.tex_words import words

_ANCHORS = {"left": "lb", "middle": "b", "right": "rb"}
_SLICES = 3  # of the band between two sizes


def tex_figures(figures: tuple[Convergence, ...]) -> list[str]:
    """The panels side by side; nothing where there are none."""
    if not figures:
        return []
    drawn = [rf"\mbox{{{tex_figure(f)}}}" for f in figures]
    return [r"\par\addvspace{1.4ex}{\raggedright " + "\\hskip 6mm minus 5mm\\penalty0\n".join(drawn) + r"\par}"]


def tex_figure(figure: Convergence) -> str:
    """One picture; what it shows stands beside it in the source."""
    p = panel(figure)
    edges = [[(x, ends[i]) for x, *ends in p.band] for i in (0, 1)]
    return "\n".join(
        [
            *(f"% {line}" for line in _wrapped(spoken(figure))),
            rf"\setlength{{\unitlength}}{{1mm}}\begin{{picture}}({WIDTH:g},{HEIGHT:g})\fontsize{{5.6}}{{6}}\selectfont\sffamily",
            r"\color{tint}",
            *_filled(p.band),
            r"\color{edge}",
            *(rule(a, b, 0.3) for edge in edges for a, b in pairwise(edge)),
            *(rule(a, b, 0.3) for a, b in p.axes),
            rule(*p.exact, 0.5),
            r"\color{black}",
            *(rule(a, b, 0.6) for a, b in pairwise(p.curve)),
            *map(_text, p.words),
            r"\end{picture}",
        ]
    )


def _wrapped(said: str) -> list[str]:
    return ["".join(c if c.isascii() else "?" for c in line) for line in said.split(". ")]


def _filled(band: tuple[tuple[float, float, float], ...]) -> Iterator[str]:
    for (x, low, high), (u, lower, higher) in pairwise(band):
        for i in range(_SLICES):
            part, wide = (i + 0.5) / _SLICES, (u - x) / _SLICES
            bottom, top = low + (lower - low) * part, high + (higher - high) * part
            yield rf"\put({x + i * wide:.2f},{bottom:.2f}){{\rule{{{wide + 0.03:.2f}mm}}{{{top - bottom:.2f}mm}}}}"


def rule(start: Point, end: Point, points: float) -> str:
    """A straight line of this thickness."""
    (x, y), across, up = start, end[0] - start[0], end[1] - start[1]
    length, angle = hypot(across, up), degrees(atan2(up, across))
    line = rf"\rule[{-points / 2:.2f}pt]{{{length:.2f}mm}}{{{points:g}pt}}"
    turned = line if abs(angle) < 0.01 else rf"\rotatebox{{{angle:.2f}}}{{{line}}}"
    return rf"\put({x:.2f},{y:.2f}){{{turned}}}"


def _text(said: Words) -> str:
    x, y = said.at
    return rf"\put({x:.2f},{y:.2f}){{\makebox(0,0)[{_ANCHORS[said.anchor]}b]{{{words(said.said)}}}}}".replace(
        "[bb]", "[b]"
    )
