"""A figure of a verdict: E[f] against the exact value, entry by entry, and the variances side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from numeric.errors import EstimatorError
from numeric.judging.verdicts import Verdict

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_verdict"]


def draw_verdict(verdict: Verdict, name: str, path: str) -> None:
    """Writes the figure to `path`; its ending says the format. Raises EstimatorError for one that is not known."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 4), layout="constrained")
    canvas = FigureCanvasAgg(figure)
    if path.rpartition(".")[2].lower() not in canvas.get_supported_filetypes():
        raise EstimatorError(
            f"{path} ends in no known format; give {', '.join(sorted(canvas.get_supported_filetypes()))}"
        )
    means, variances = figure.subplots(1, 2)
    _expectations(means, verdict)
    _variances(variances, verdict, name)
    figure.suptitle(f"{name}: {verdict.verdict} for {verdict.objective}, on {verdict.mdps} MDPs")
    figure.savefig(path)


def _expectations(axes: Axes, verdict: Verdict) -> None:
    """A point for every entry on every MDP judged; those of an unbiased estimator lie on the line."""
    pairs = np.array(verdict.pairs or [[0.0, 0.0]])
    ends = float(pairs.min()), float(pairs.max())
    axes.plot(ends, ends, color="0.7", zorder=0)
    axes.scatter(pairs[:, 1], pairs[:, 0], s=9)
    axes.set_xlabel("exact")
    axes.set_ylabel("expectation of the estimator")


def _variances(axes: Axes, verdict: Verdict, name: str) -> None:
    bars = {name: verdict.variance, **(verdict.compared or {})}
    axes.barh(list(bars)[::-1], list(bars.values())[::-1])
    axes.set_xlabel("mean variance, summed over entries")
