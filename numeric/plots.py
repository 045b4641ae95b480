"""Figures in one style, readable in print and in grey: lines differ in dash and in lightness, not in hue alone.

Every figure is saved as SVG and PDF with an alternative text. matplotlib is imported when a figure is made.
"""

from __future__ import annotations

import html
import io
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from numeric.running.boards import Board

__all__ = [
    "STYLE",
    "Drawing",
    "Line",
    "Panel",
    "arrows",
    "curves",
    "draw_board",
    "figure",
    "files",
    "log_curves",
    "styled",
    "table",
]

Floats = NDArray[np.float64]
Panel = Callable[["Axes"], None]

DARK, MIDDLE, LIGHT, GREY = "#10213f", "#2a7fb8", "#e8a33d", "#8a8a8a"
LOOKS: tuple[dict[str, Any], ...] = (  # colour, dash, width: lightness 13, 50 and 73 of 100
    {"color": MIDDLE, "linestyle": "-", "linewidth": 1.4},
    {"color": DARK, "linestyle": (0, (5, 1.6)), "linewidth": 1.5},
    {"color": LIGHT, "linestyle": (0, (1, 1)), "linewidth": 2.0},
)
ARROW = np.array([(0, -0.07), (0.55, -0.07), (0.55, -0.27), (1, 0), (0.55, 0.27), (0.55, 0.07), (0, 0.07)])
STYLE: Mapping[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.titlesize": 9.5,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "legend.handlelength": 2.6,
    "figure.dpi": 100,
    "savefig.dpi": 200,
    "svg.fonttype": "path",
    "svg.hashsalt": "derive",
    "pdf.fonttype": 42,
}


@dataclass(frozen=True, eq=False)
class Line:
    """A label and one row per seed, [seeds, updates]: drawn as their mean, with a band of one deviation."""

    label: str
    rows: Floats
    look: int = 0
    band: bool = True


@dataclass(frozen=True, eq=False)
class Drawing:
    """A figure not yet drawn: its panels, the words that say it to those who cannot see it, and its numbers.

    `values` are the curves by name, so that what is drawn can be tested without looking at pixels.
    """

    title: str
    panels: Sequence[tuple[Panel, float]]
    alt: str
    values: Mapping[str, Floats]
    height: float = 3.1
    headed: bool = True

    def draw(self) -> Figure:
        """The figure, in the style of this house; its title is printed above it where it is `headed`."""
        with styled():
            return figure(self.title if self.headed else "", self.panels, self.height)

    def files(self) -> dict[str, bytes]:
        """The figure by suffix, .svg and .pdf, with the title and the words in both."""
        with styled():
            return files(figure(self.title if self.headed else "", self.panels, self.height), self.title, self.alt)


@contextmanager
def styled() -> Iterator[None]:
    """The style of this house, and matplotlib as it was afterwards."""
    from matplotlib import rc_context

    with rc_context(dict(STYLE)):
        yield


def figure(title: str, panels: Sequence[tuple[Panel, float]], height: float = 3.1) -> Figure:
    """Panels side by side, each with its width in inches, under one title where there is one."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    widths = [width for _, width in panels]
    made = Figure(figsize=(sum(widths), height), layout="constrained")
    FigureCanvasAgg(made)
    if title:
        made.suptitle(title, x=0.01, ha="left", fontsize=11, fontweight="bold")
    axes = made.subplots(1, len(panels), width_ratios=widths, squeeze=False)[0]
    for (panel, _), place in zip(panels, axes, strict=True):
        panel(place)
    return made


def files(made: Figure, title: str, alt: str) -> dict[str, bytes]:
    """The figure by suffix: .svg with <title> and <desc> for screen readers, .pdf with title and subject."""
    svg, pdf = io.StringIO(), io.BytesIO()
    made.savefig(svg, format="svg", metadata={"Date": None, "Title": title, "Description": alt})
    made.savefig(pdf, format="pdf", metadata={"CreationDate": None, "Title": title, "Subject": alt})
    head, tag, rest = svg.getvalue().partition("<svg ")
    attributes, _, body = rest.partition(">")
    words = f"<title>{html.escape(title)}</title><desc>{html.escape(alt)}</desc>"
    labelled = f'{head}{tag}role="img" aria-label="{html.escape(alt)}" {attributes}>\n {words}{body}'
    return {".svg": labelled.encode(), ".pdf": pdf.getvalue()}


def curves(
    title: str, ylabel: str, lines: Sequence[Line], *, xlabel: str = "update", level: tuple[str, float] | None = None
) -> Panel:
    """Lines over the updates 1, 2, …, with a horizontal line at `level`."""

    def panel(axes: Axes) -> None:
        _lines(axes, lines)
        if level is not None:
            axes.axhline(level[1], color="black", linewidth=0.9, linestyle=(0, (1, 2)), label=level[0])
        _labelled(axes, title, xlabel, ylabel)

    return panel


def log_curves(
    title: str,
    ylabel: str,
    lines: Sequence[Line],
    *,
    xlabel: str = "update",
    dots: Sequence[tuple[str, Floats]] = (),
    bound: tuple[str, Floats] | None = None,
    both: bool = False,
    named: bool = True,
) -> Panel:
    """The same with a logarithmic axis, or `both`; `dots` are exact values to lie on the lines, `bound` one above.

    Lines that a panel beside this one names already are not `named` again.
    """

    def panel(axes: Axes) -> None:
        _lines(
            axes,
            [
                Line(_with_zero(line, xlabel) if named else "_nolegend_", _positive(line.rows), line.look, line.band)
                for line in lines
            ],
        )
        for i, (label, exact) in enumerate(dots):
            at = np.unique(np.geomspace(1, len(exact), 12).astype(int))
            shown = "_nolegend_" if i else label
            axes.plot(at, _positive(exact)[at - 1], "o", ms=4, mfc="none", mec="black", mew=0.9, label=shown, zorder=4)
        if bound is not None:
            axes.plot(np.arange(1, len(bound[1]) + 1), bound[1], color="black", lw=0.9, ls=(0, (1, 2)), label=bound[0])
        axes.set_yscale("log")
        if both:
            axes.set_xscale("log")
        _labelled(axes, title, xlabel, ylabel, loc="best" if named else "lower right")

    return panel


def _lines(axes: Axes, lines: Sequence[Line]) -> None:
    for line in lines:
        mean, spread = _mean_and_spread(line.rows)
        at, look = np.arange(1, len(mean) + 1), LOOKS[line.look]
        marker: dict[str, Any] = {"marker": "o", "markersize": 4} if np.isfinite(mean).sum() < 12 else {}
        if line.band and len(line.rows) > 1:
            axes.fill_between(at, mean - spread, mean + spread, color=look["color"], alpha=0.22, linewidth=0)
        axes.plot(at, mean, label=line.label, zorder=3, **look, **marker)


def _mean_and_spread(rows: Floats) -> tuple[Floats, Floats]:
    """Over the seeds that have a number there; NaN where none has."""
    known = np.isfinite(rows)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, rows, 0).sum(axis=0) / count
    spread = np.sqrt(np.where(known, (rows - mean) ** 2, 0).sum(axis=0) / count)
    nobody = ~known.any(axis=0)
    return np.where(nobody, np.nan, mean), np.where(nobody, np.nan, spread)


def _with_zero(line: Line, xlabel: str) -> str:
    """The label, saying from where on a line is exactly 0, which a logarithmic axis cannot show."""
    zero = (line.rows == 0).all(axis=0)
    if not zero.any() or not zero[-1]:
        return line.label
    return f"{line.label}: 0 from {xlabel} {len(zero) - int(np.argmin(zero[::-1])) + 1} on"


def _positive(x: Floats) -> Floats:
    positive: Floats = np.where(np.asarray(x) > 0, x, np.nan)
    return positive


def _labelled(axes: Axes, title: str, xlabel: str, ylabel: str, loc: str = "best") -> None:
    from matplotlib.ticker import MaxNLocator

    axes.set(title=title, xlabel=xlabel, ylabel=ylabel)
    if axes.get_xscale() == "linear":
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.margins(x=0.02)
    if axes.get_legend_handles_labels()[1]:
        axes.legend(loc=loc)


def arrows(title: str, board: Board, probabilities: Floats, ends: NDArray[np.bool_]) -> Panel:
    """The policy on its board: the length of an arrow is π(a|s), in states that are not `ends`."""

    def panel(axes: Axes) -> None:
        draw_board(axes, board, probabilities, ends)
        axes.set_title(title)

    return panel


def draw_board(axes: Axes, board: Board, probabilities: Floats | None = None, ends: Any = ()) -> None:
    """Cells, walls, start and goal, and on them the policy."""
    from matplotlib.patches import Rectangle

    fills = {"#": "#4a4a4a", "G": "#d9d9d9", "H": "#b5b5b5", "S": "white", ".": "white"}
    for i, row in enumerate(board.picture):
        for j, letter in enumerate(row):
            hatch = "////" if letter == "H" else None
            axes.add_patch(
                Rectangle((j - 0.5, i - 0.5), 1, 1, facecolor=fills[letter], edgecolor=GREY, linewidth=0.7, hatch=hatch)
            )
            if letter in "SG":
                axes.text(j - 0.42, i - 0.42, letter, va="top", ha="left", fontsize=8, fontweight="bold")
    if probabilities is not None:
        _arrows(axes, board, probabilities, ends)
    axes.set(xlim=(-0.55, len(board.picture[0]) - 0.45), ylim=(len(board.picture) - 0.45, -0.55), aspect="equal")
    axes.set_axis_off()


def _arrows(axes: Axes, board: Board, probabilities: Floats, ends: Any) -> None:
    """An arrow of length π(a|s) from the centre; half as thin where a quarter as long, so that small ones are seen."""
    from matplotlib.collections import PolyCollection

    shapes = [
        np.array([j, i])
        + 0.46 * (np.outer(p * ARROW[:, 0], [right, down]) + np.outer(np.sqrt(p) * ARROW[:, 1], [-down, right]))
        for s, (i, j) in enumerate(board.place)
        if not ends[s] and board.picture[i][j] not in "GH"
        for (down, right), p in zip(board.moves, probabilities[s], strict=True)
        if p > 0.02
    ]
    axes.add_collection(PolyCollection(shapes, facecolor=DARK, edgecolor="none", zorder=3))


def table(title: str, probabilities: Floats) -> Panel:
    """π(a|s) as a table of greys with the numbers in it."""

    def panel(axes: Axes) -> None:
        axes.imshow(probabilities, cmap="Greys", vmin=0, vmax=1.25, aspect="auto")
        for (s, a), p in np.ndenumerate(probabilities):
            axes.text(a, s, f"{p:.2f}", ha="center", va="center", color="white" if p > 0.7 else "black", fontsize=8)
        axes.set(title=title, xlabel="action", ylabel="state")
        axes.set_xticks(range(probabilities.shape[1]))
        axes.set_yticks(range(len(probabilities)))
        axes.grid(False)

    return panel
