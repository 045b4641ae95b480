"""One line of progress: a bar, how far, the return so far, the time that is left."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["latest", "line"]

Curve = Mapping[str, NDArray[np.float64]]
WIDTH = 24
SHOWN = {
    "mean_return": "return", "objective": "J", "distance": "distance",
    "regret_epsilon_greedy": "regret ε-greedy", "regret_softmax": "softmax", "regret_ucb": "UCB",
}  # fmt: skip


def line(done: int, total: int | None, curves: Sequence[Curve], seconds_left: float | None) -> str:
    """`[####····] 40/200  return 0.51 ± 0.03  J 0.5  12 s left`, means and deviations over the seeds.

    Without a `total`, where nobody knows how many updates it takes, there is no bar.
    """
    filled = 0 if total is None else WIDTH * done // total
    parts = [f"{done} updates" if total is None else f"[{'#' * filled}{'·' * (WIDTH - filled)}] {done}/{total}"]
    for name, word in SHOWN.items():
        if (numbers := latest(curves, name)).size:
            spread = f" ± {numbers.std():.3g}" if name == "mean_return" and numbers.size > 1 else ""
            parts.append(f"{word} {numbers.mean():.4g}{spread}")
    if seconds_left is not None:
        parts.append(f"{seconds_left:.0f} s left")
    return "  ".join(parts)[: shutil.get_terminal_size().columns - 1]


def latest(curves: Sequence[Curve], name: str) -> NDArray[np.float64]:
    """The last number of each seed under this name, those that are numbers."""
    last = np.array([curve[name][-1] for curve in curves if name in curve and curve[name].size])
    return last[np.isfinite(last)]
