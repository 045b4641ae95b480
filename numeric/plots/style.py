"""One style, readable in print and in grey: lines differ in dash and in lightness, not in hue alone.

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

__all__ = ["DARK", "GREY", "LIGHT", "LOOKS", "MIDDLE", "STYLE", "Drawing", "Panel", "figure", "files", "styled"]

Floats = NDArray[np.float64]
Panel = Callable[["Axes"], None]

DARK, MIDDLE, LIGHT, GREY = "#10213f", "#2a7fb8", "#e8a33d", "#8a8a8a"
LOOKS: tuple[dict[str, Any], ...] = (  # colour, dash, width: lightness 13, 50 and 73 of 100
    {"color": MIDDLE, "linestyle": "-", "linewidth": 1.4},
    {"color": DARK, "linestyle": (0, (5, 1.6)), "linewidth": 1.5},
    {"color": LIGHT, "linestyle": (0, (1, 1)), "linewidth": 2.0},
)
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
