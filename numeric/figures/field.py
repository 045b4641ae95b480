"""The field of the policy gradient on the number line, beside that of the natural gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from numeric.exact import fisher_matrix, objective, objective_gradient
from numeric.mdp import FiniteMDP
from numeric.plots import DARK, GREY, LIGHT, Drawing, Panel
from numeric.policies import softmax_probabilities
from numeric.worlds import number_line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["gradient_field"]

Floats = NDArray[np.float64]
Field = Callable[[FiniteMDP, float, float], Floats]

EDGE = 3.0
START, STEP, STEPS = (-2.0, -2.0), 0.05, 4000  # of the paths uphill
LEVELS = np.linspace(0.1, 0.9, 9)
PLACES = (2, 3)  # the states 0 and +1, where a choice matters


def gradient_field(points: int = 13, fine: int = 61) -> Drawing:
    """∇J and F⁻¹∇J over (θ_0, θ_1), the log odds of a step to the right at 0 and at +1: J = p_0 p_1.

    ∂J/∂θ_0 = p_0(1-p_0)p_1 and ∂J/∂θ_1 = p_0 p_1(1-p_1); with the Fisher matrix diag(p_0(1-p_0), p_0 p_1(1-p_1))
    the natural gradient is (p_1, 1), and never stands still. Along θ_0 = θ_1 = θ: J = σ(θ)², J' = 2σ(θ)²(1-σ(θ)).
    """
    mdp = number_line()
    axis, dense = np.linspace(-EDGE, EDGE, points), np.linspace(-EDGE, EDGE, fine)
    height = np.array([[_height(mdp, x, y) for x in dense] for y in dense])
    plain = np.array([[_gradient(mdp, x, y) for x in axis] for y in axis])
    natural = np.array([[_natural(mdp, x, y) for x in axis] for y in axis])
    ways = {"plain": _path(mdp, _gradient), "natural": _path(mdp, _natural)}
    few = len(ways["natural"]) - 1
    panels = [
        (_panel("Gradient ∇J", axis, dense, height, plain, ways["plain"], few), 4.1),
        (_panel("Natural gradient F⁻¹∇J", axis, dense, height, natural, ways["natural"], few), 4.1),
    ]
    first, after, last = (_height(mdp, *ways["plain"][k]) for k in (0, few, -1))
    alt = (
        "Two fields of arrows over the log odds of a step to the right at position 0, across, and at position +1, up, "
        f"each from -{EDGE:g} to {EDGE:g}, on level lines of J = p_0 p_1, which rises to the upper right. Left, the "
        "gradient: its arrows shrink to almost nothing wherever one of the two steps is nearly certain or never "
        "taken. Right, the natural gradient, (p_1, 1): its arrows are long everywhere. Both fields are followed from "
        f"one point, marked by a circle, where J is {first:.3f}, by steps of {STEP:g} times the arrow. A square marks "
        f"the place after {few} of them: J is {after:.3f} on the left and {_height(mdp, *ways['natural'][-1]):.3f} on "
        f"the right. The path on the left goes on to J = {last:.3f} after {len(ways['plain']) - 1} steps."
    )
    values = {"axis": axis, "gradient": plain, "natural": natural, "dense": dense, "objective": height}
    values |= {f"path, {name}": way for name, way in ways.items()}
    title = "The policy gradient on the number line"
    return Drawing(title, panels, alt, values, height=4.4)


def _logits(x: float, y: float) -> Floats:
    logits = np.zeros((5, 2))
    logits[PLACES, 1] = x, y
    return logits


def _height(mdp: FiniteMDP, x: float, y: float) -> float:
    return objective(mdp, softmax_probabilities(_logits(x, y)))


def _gradient(mdp: FiniteMDP, x: float, y: float) -> Floats:
    """The derivatives by the log odds, at the two places."""
    right: Floats = objective_gradient(mdp, _logits(x, y))[PLACES, 1]
    return right


def _natural(mdp: FiniteMDP, x: float, y: float) -> Floats:
    fisher = fisher_matrix(mdp, _logits(x, y))[np.ix_(PLACES, [1], PLACES, [1])].reshape(2, 2)
    solved: Floats = np.asarray(np.linalg.solve(fisher, _gradient(mdp, x, y)), dtype=np.float64)
    return solved


def _path(mdp: FiniteMDP, field: Field) -> Floats:
    """Steps uphill from START, as long as they stay in the picture."""
    way: list[Floats] = [np.array(START)]
    while len(way) <= STEPS:
        after = np.asarray(way[-1] + STEP * field(mdp, *way[-1]), dtype=np.float64)
        if np.abs(after).max() > EDGE:
            break
        way.append(after)
    return np.array(way)


def _panel(title: str, axis: Floats, dense: Floats, height: Floats, field: Floats, way: Floats, few: int) -> Panel:
    def panel(axes: Axes) -> None:
        lines = axes.contour(dense, dense, height, levels=LEVELS, colors=GREY, linewidths=0.7)
        axes.clabel(lines, levels=LEVELS[::2], fontsize=7, fmt="J = %.1f")
        length = np.linalg.norm(field, axis=2)
        axes.quiver(axis, axis, field[..., 0], field[..., 1], color=DARK, scale=length.max() * 15, width=0.0042)
        axes.plot(*way.T, color=LIGHT, linewidth=2.2, zorder=3)
        axes.plot(*way[0], "o", color=LIGHT, markeredgecolor="black", markersize=5, zorder=4)
        axes.plot(*way[few], "s", color=LIGHT, markeredgecolor="black", markersize=5, zorder=4)
        axes.set(title=title, xlabel="θ₀, log odds of right at 0", ylabel="θ₁, log odds of right at +1", aspect="equal")
        axes.set(xlim=(-EDGE - 0.3, EDGE + 0.3), ylim=(-EDGE - 0.3, EDGE + 0.3))
        axes.grid(False)

    return panel
