"""A figure of a verdict: E[f] against the exact value, entry by entry, and the variances side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from numeric.errors import EstimatorError
from numeric.judging.verdicts import Verdict
from numeric.plots.style import DARK, GREY, LIGHT, MIDDLE, Drawing, Panel

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_verdict", "verdict_drawing"]


def verdict_drawing(verdict: Verdict, name: str) -> Drawing:
    """A point for every entry on every MDP judged, and a bar for each estimator that was compared."""
    pairs = np.array(verdict.pairs or [[0.0, 0.0]])
    bars = {name: verdict.variance, **(verdict.compared or {})}
    title = f"{name}: {verdict.verdict} for {verdict.objective}, on {verdict.mdps} MDPs"
    told = ", ".join(f"{v:.3g} of {n}" for n, v in bars.items())
    alt = (
        f"{title}. Left, {len(pairs)} points: the exact value of an entry across, the expectation of the estimator up; "
        f"those of an unbiased estimator lie on the diagonal, the largest bias here is {verdict.max_abs_bias:.3g}. "
        f"Right, bars for the mean variance, summed over entries: {told}."
    )
    values = {"exact": pairs[:, 1], "expectation": pairs[:, 0], "variance": np.array(list(bars.values()))}
    return Drawing(title, [(_expectations(pairs), 4.2), (_variances(bars), 5.2)], alt, values, height=3.6)


def draw_verdict(verdict: Verdict, name: str, path: str) -> None:
    """Writes the figure to `path`; its ending says the format. Raises EstimatorError for one that is not known."""
    drawing, suffix = verdict_drawing(verdict, name), Path(path).suffix.lower()
    if suffix in (".svg", ".pdf"):  # with its words
        Path(path).write_bytes(drawing.files()[suffix])
        return
    figure = drawing.draw()
    known = figure.canvas.get_supported_filetypes()
    if suffix.lstrip(".") not in known:
        raise EstimatorError(f"{path} ends in no known format; give {', '.join(sorted(known))}")
    figure.savefig(path, dpi=150)


def _expectations(pairs: NDArray[np.float64]) -> Panel:
    ends = float(pairs.min()), float(pairs.max())

    def panel(axes: Axes) -> None:
        axes.plot(ends, ends, color=GREY, linewidth=1.0, zorder=2)
        axes.scatter(pairs[:, 1], pairs[:, 0], s=10, color=MIDDLE, edgecolor=DARK, linewidth=0.3, zorder=3)
        axes.set(title="Expectation of the estimator", xlabel="exact", ylabel="E[f]")

    return panel


def _variances(bars: dict[str, float]) -> Panel:
    def panel(axes: Axes) -> None:
        colours = [LIGHT] + [DARK] * (len(bars) - 1)
        axes.barh(range(len(bars)), list(bars.values()), height=0.6, color=colours, edgecolor=DARK, linewidth=0.6)
        for i, variance in enumerate(bars.values()):
            axes.text(variance + 0.015 * max(bars.values()), i, f"{variance:.3g}", va="center", fontsize=8)
        axes.set(title="Variance, summed over entries", ylim=(len(bars) - 0.4, -0.6), xlabel="mean over the MDPs")
        axes.set_xlim(0, 1.15 * max(max(bars.values()), 1e-12))
        axes.set_yticks(range(len(bars)), list(bars))
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="y", visible=False)

    return panel
