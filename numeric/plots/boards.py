"""Panels of policies: arrows on a board, or a table of greys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from numeric.plots.style import DARK, GREY, Panel

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from numeric.running.boards import Board

__all__ = ["arrows", "draw_board", "table"]

Floats = NDArray[np.float64]

ARROW = np.array([(0, -0.07), (0.55, -0.07), (0.55, -0.27), (1, 0), (0.55, 0.27), (0.55, 0.07), (0, 0.07)])


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
