"""What rests on what: the catalogue as a tree in text, as Mermaid, and as an SVG picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape

Rests = Mapping[str, Sequence[str]]  # each name, and the names that it rests on
HEIGHT, GAP_X, GAP_Y, MARGIN, LETTER = 30, 60, 14, 20, 7


def tree(rests: Rests) -> list[str]:
    """Each name indented below what uses it, those that nothing uses first; what was shown before ends in …"""
    used = {below for names in rests.values() for below in names}
    shown: set[str] = set()

    def branch(name: str, depth: int) -> Iterator[str]:
        again = name in shown and bool(rests[name])
        yield "    " * depth + name + (" …" if again else "")
        shown.add(name)
        if not again:
            for below in rests[name]:
                yield from branch(below, depth + 1)

    return [line for name in sorted(rests) if name not in used for line in branch(name, 0)]


def mermaid(rests: Rests) -> str:
    """A Mermaid flowchart: an arrow from each statement to those that rest on it."""
    lines = ["flowchart LR", *(f"    {name}" for name in sorted(rests))]
    lines += [f"    {below} --> {name}" for name in sorted(rests) for below in rests[name]]
    return "\n".join(lines) + "\n"


def levels(rests: Rests) -> list[list[str]]:
    """The names in columns: each one column after the last of those that it rests on. Raises ValueError on a circle."""
    depth: dict[str, int] = {}
    while len(depth) < len(rests):
        ready = [n for n in rests if n not in depth and all(below in depth for below in rests[n])]
        if not ready:
            raise ValueError(f"these rest on each other in a circle: {', '.join(sorted(set(rests) - set(depth)))}")
        for name in ready:
            depth[name] = 1 + max((depth[below] for below in rests[name]), default=-1)
    columns: list[list[str]] = [[] for _ in range(1 + max(depth.values(), default=0))]
    for name in sorted(rests):
        columns[depth[name]].append(name)
    return _untangled(columns, rests)


def _untangled(columns: list[list[str]], rests: Rests) -> list[list[str]]:
    """Each column sorted by the mean height of what its names rest on, the first by what rests on it."""
    used = {below for names in rests.values() for below in names}
    ordered = [sorted(columns[0], key=lambda name: (name not in used, name))]
    for column in columns[1:]:
        height = {name: y for earlier in ordered for y, name in enumerate(earlier)}
        ordered.append(sorted(column, key=lambda n: (sum(height[b] for b in rests[n]) / len(rests[n]), n)))
    return ordered


def svg(rests: Rests) -> str:
    """The same as a self-contained SVG, in columns from what rests on nothing to what rests on most."""
    columns = levels(rests)
    place = {n: (x, y) for x, column in enumerate(columns) for y, n in enumerate(column)}
    wide = 2 * 10 + LETTER * max(map(len, rests), default=0)
    width = 2 * MARGIN + len(columns) * wide + max(0, len(columns) - 1) * GAP_X
    height = 2 * MARGIN + max(map(len, columns), default=0) * (HEIGHT + GAP_Y)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'role="img" aria-label="What rests on what in the catalogue">',
        "<style>rect{fill:#f4f1ea;stroke:#555} text{font:12px sans-serif;fill:#111} path{fill:none;stroke:#888}",
        "</style>",
        *(_edge(place[below], place[name], wide) for name in sorted(rests) for below in rests[name]),
        *(_box(name, *place[name], wide) for name in sorted(rests)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _corner(x: int, y: int, wide: int) -> tuple[int, int]:
    return MARGIN + x * (wide + GAP_X), MARGIN + y * (HEIGHT + GAP_Y)


def _edge(start: tuple[int, int], end: tuple[int, int], wide: int) -> str:
    (x0, y0), (x1, y1) = _corner(*start, wide), _corner(*end, wide)
    left, right, a, b = x0 + wide, x1, y0 + HEIGHT // 2, y1 + HEIGHT // 2
    return f'<path d="M{left} {a} C{left + GAP_X // 2} {a} {right - GAP_X // 2} {b} {right} {b}"/>'


def _box(name: str, x: int, y: int, wide: int) -> str:
    left, top = _corner(x, y, wide)
    label = f'<text x="{left + 10}" y="{top + 20}" textLength="{LETTER * len(name)}">{escape(name)}</text>'
    return f'<rect x="{left}" y="{top}" width="{wide}" height="{HEIGHT}" rx="5"/>{label}'
