"""What rests on what as a picture that LaTeX draws without packages: columns by level, lines to what uses them."""

from __future__ import annotations

from math import atan2, degrees, hypot

from derive.graph import levels
from derive.sheet.collection import Collection
from derive.sheet.tex_words import words

WIDTH, NODE, PITCH, TALLEST = 164.0, 22.5, 10.6, 225.0  # millimetres


def drawn_map(book: Collection) -> str:
    """The statements that rest on others or are rested on; a line runs from each to those that use it."""
    joined = book.joined
    if not joined:
        return ""
    columns = levels(joined)
    tallest = max(map(len, columns))
    step = (WIDTH - NODE) / max(1, len(columns) - 1)
    place = {
        name: (x * min(step, 2 * NODE), (tallest / 2 - y + (len(column) - 1) / 2) * PITCH)
        for x, column in enumerate(columns)
        for y, name in enumerate(column)
    }
    height = tallest * PITCH + PITCH
    drawn = "\n".join(
        [
            rf"\setlength{{\unitlength}}{{1mm}}\begin{{picture}}({WIDTH:.1f},{height:.1f})",
            r"\color{edge}",
            *(_line(place[below], place[name]) for name in joined for below in joined[name]),
            r"\color{black}",
            *(_node(book, name, *place[name]) for name in joined),
            r"\end{picture}",
        ]
    )
    return drawn if height <= TALLEST else rf"\resizebox{{!}}{{{TALLEST:.0f}mm}}{{{drawn}}}"


def _line(start: tuple[float, float], end: tuple[float, float]) -> str:
    x, y = start[0] + NODE, start[1]
    across, up = end[0] - x, end[1] - y
    length, angle = hypot(across, up), degrees(atan2(up, across))
    return rf"\put({x:.2f},{y:.2f}){{\rotatebox{{{angle:.2f}}}{{\rule{{{length:.2f}mm}}{{0.3pt}}}}}}"


def _node(book: Collection, name: str, x: float, y: float) -> str:
    title = next(s.title for s in book.sheets if s.name == name)
    linked = rf"\hyperref[{name}]{{\textbf{{{book.numbers[name]}}} {words(title)}}}"
    inside = rf"\parbox{{{NODE - 1.6:.1f}mm}}{{\raggedright\tiny {linked}}}"
    box = rf"\setlength{{\fboxsep}}{{0.6mm}}\fcolorbox{{edge}}{{tint}}{{{inside}}}"
    return rf"\put({x:.2f},{y:.2f}){{\makebox(0,0)[l]{{{box}}}}}"
