"""The figure of an estimate for Typst: shapes placed in a box, with words for those who do not see it."""

from __future__ import annotations

from collections.abc import Iterable

from derive.sheet.convergence import HEIGHT, WIDTH, Convergence, Point, Words, panel, spoken
from derive.sheet.typst_formula import quoted, words

_ANCHORS = {"left": "left", "middle": "center", "right": "right"}
_ROOM = 60.0  # of words that are not broken, in millimetres


def typst_figures(figures: tuple[Convergence, ...]) -> list[str]:
    """The panels side by side; nothing where there are none."""
    if not figures:
        return []
    return [f"#block(above: 1.2em, grid(columns: 2, column-gutter: 1fr, {', '.join(map(typst_figure, figures))}))"]


def typst_figure(figure: Convergence) -> str:
    """One panel."""
    p = panel(figure)
    edges = [[(x, ends[i]) for x, *ends in p.band] for i in (0, 1)]
    drawn = [
        f"place(polygon(fill: tint, {_points([*edges[0], *reversed(edges[1])])}))",
        *(_path(edge, "0.3pt + edge") for edge in edges),
        *(_path(ends, "0.3pt + edge") for ends in p.axes),
        _path(p.exact, '(paint: edge, thickness: 0.5pt, dash: "dashed")'),
        _path(p.curve, "0.6pt"),
        *map(_text, p.words),
    ]
    body = ";\n  ".join(drawn)
    return f"figure(alt: {quoted(spoken(figure))}, box(width: {WIDTH}mm, height: {HEIGHT}mm, {{\n  {body} }}))"


def _at(point: Point) -> str:
    return f"({point[0]:.2f}mm, {HEIGHT - point[1]:.2f}mm)"


def _points(points: Iterable[Point]) -> str:
    return ", ".join(map(_at, points))


def _path(points: Iterable[Point], stroke: str) -> str:
    first, *rest = map(_at, points)
    lines = ", ".join(f"curve.line({p})" for p in rest)
    return f"place(curve(stroke: {stroke}, curve.move({first}), {lines}))"


def _text(said: Words) -> str:
    (x, y), side = said.at, _ANCHORS[said.anchor]
    start = x - {"left": 0.0, "middle": _ROOM / 2, "right": _ROOM}[said.anchor]
    inside = f'text(size: 5.6pt, top-edge: "baseline")[{words(said.said)}]'
    return f"place(dx: {start:.2f}mm, dy: {HEIGHT - y:.2f}mm, box(width: {_ROOM}mm, align({side}, {inside})))"
