"""Panels of lines: seeds as their mean and deviation, on plain or logarithmic axes, and graphs of functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from numeric.plots.style import LOOKS, Panel

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Graph", "Line", "curves", "graphs", "log_curves"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Line:
    """A label and one row per seed, [seeds, updates]: drawn as their mean, with a band of one deviation."""

    label: str
    rows: Floats
    look: int = 0
    band: bool = True


@dataclass(frozen=True, eq=False)
class Graph:
    """A label and the values of a function at the points of its panel; `band` adds ± that much around it."""

    label: str
    values: Floats
    look: int | None = 0
    band: Floats | None = None


def graphs(
    title: str, xlabel: str, ylabel: str, at: Floats, lines: Sequence[Graph], *, logarithmic: bool = False
) -> Panel:
    """Functions of one number at the points `at`, named below; one without a look is thin, black and dotted."""

    def panel(axes: Axes) -> None:
        thin = {"color": "black", "linewidth": 1.0, "linestyle": (0, (1, 2)), "zorder": 4}
        for line in lines:
            look = thin if line.look is None else LOOKS[line.look]
            axes.plot(at, line.values, label=line.label, **{"zorder": 3, **look})
            if line.band is not None:
                low, high = line.values - line.band, line.values + line.band
                axes.fill_between(at, low, high, color=look["color"], alpha=0.18, linewidth=0)
        if logarithmic:
            axes.set(xscale="log", yscale="log")
        axes.set(title=title, xlabel=xlabel, ylabel=ylabel, xlim=(at[0], at[-1]))
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.19), ncols=2, columnspacing=1.4)

    return panel


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
