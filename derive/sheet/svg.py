"""The figure of an estimate as inline SVG: its colours are those of the page, light or dark."""

from __future__ import annotations

from html import escape

from derive.sheet.convergence import HEIGHT, WIDTH, Convergence, Point, Words, panel, spoken

_ANCHORS = {"left": "start", "middle": "middle", "right": "end"}
STYLE = """
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); gap: 1rem; margin: 1rem 0 0; }
figure { margin: 0; }
.curve { width: 100%; height: auto; display: block; font-family: system-ui, sans-serif; }
.curve text { font-size: 2.35px; fill: var(--ink); }
.curve .band { fill: var(--link); fill-opacity: .16; }
.curve .edge { fill: none; stroke: var(--link); stroke-width: .15; }
.curve .estimate { fill: none; stroke: var(--ink); stroke-width: .35; stroke-linejoin: round; }
.curve .exact { stroke: var(--link); stroke-width: .3; stroke-dasharray: 1.2 .8; }
.curve .axis { stroke: var(--faint); stroke-width: .2; }
"""  # noqa: E501


def svg_figure(figure: Convergence, name: str) -> str:
    """One <figure>; `name` makes its ids unique on the page."""
    p = panel(figure)
    edge = [[(x, y) for x, *ends in p.band for y in (ends[i],)] for i in (0, 1)]
    drawn = "\n".join(
        [
            f'<polygon class="band" points="{_points([*edge[0], *reversed(edge[1])])}"/>',
            *(f'<polyline class="edge" points="{_points(side)}"/>' for side in edge),
            *(_line("axis", *ends) for ends in p.axes),
            _line("exact", *p.exact),
            f'<polyline class="estimate" points="{_points(p.curve)}"/>',
            *map(_text, p.words),
        ]
    )
    titled = f'role="img" aria-labelledby="{name}-title {name}-words"'
    return (
        f'<figure><svg class="curve" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" {titled}>\n'
        f'<title id="{name}-title">Estimate against sample size, {escape(figure.label)}</title>'
        f'<desc id="{name}-words">{escape(spoken(figure))}</desc>\n{drawn}\n</svg></figure>'
    )


def _at(point: Point) -> tuple[str, str]:
    return f"{point[0]:.2f}", f"{HEIGHT - point[1]:.2f}"


def _points(points: object) -> str:
    return " ".join(",".join(_at(p)) for p in points)  # type: ignore[attr-defined]


def _line(kind: str, start: Point, end: Point) -> str:
    (x, y), (u, v) = _at(start), _at(end)
    return f'<line class="{kind}" x1="{x}" y1="{y}" x2="{u}" y2="{v}"/>'


def _text(words: Words) -> str:
    x, y = _at(words.at)
    return f'<text x="{x}" y="{y}" text-anchor="{_ANCHORS[words.anchor]}">{escape(words.said)}</text>'
