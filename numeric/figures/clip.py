"""The clip objective of PPO and its gradient, over the ratio."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from numeric.plots import Drawing, Graph, Panel, graphs
from numeric.surrogates import importance_weighted, ppo_clip

__all__ = ["clip_objective"]

EPSILON = 0.2
NEXT = 1e-6  # beside an edge of the clip


def clip_objective(epsilon: float = EPSILON) -> Drawing:
    """L = min(ρÂ, clip(ρ, 1-ε, 1+ε) Â) and dL/d log π_θ over ρ, for Â = 1 and Â = -1.

    The gradient is ρÂ, and 0 where the clip is the smaller: Â > 0 and ρ > 1+ε, or Â < 0 and ρ < 1-ε.
    """
    edges = np.array([1 - epsilon, 1 + epsilon])
    ratio = np.sort(np.concatenate([np.linspace(0.01, 2, 200), edges - NEXT, edges + NEXT]))
    values, panels = {"ratio": ratio}, []
    for gain in (1.0, -1.0):
        side = f"{gain:+.0f}"
        clipped = ppo_clip(np.log(ratio), 0.0, gain, epsilon)
        jump = np.abs(np.diff(clipped.slope, append=clipped.slope[-1])) > epsilon
        values[f"value {side}"], values[f"slope {side}"] = clipped.value, np.where(jump, np.nan, clipped.slope)
        values[f"plain {side}"] = importance_weighted(np.log(ratio), 0.0, gain).value
        panels.append((_panel(values, gain), 4.0))
    low, high = f"{1 - epsilon:g}", f"{1 + epsilon:g}"
    alt = (
        f"Two panels over the ratio ρ of the new to the old probability, from 0 to 2, with ε = {epsilon:g}. For the "
        f"advantage 1 the clip objective rises as ρ to {high} and is flat at {high} beyond; its gradient by log π is "
        f"ρ, and drops to 0 beyond {high}. For the advantage -1 the objective is flat at -{low} below ρ = {low} and "
        f"falls as -ρ above; its gradient is 0 below {low} and -ρ above. A ratio that has moved too far in the wrong "
        "direction is never clipped. Dotted: without the clip."
    )
    return Drawing(f"The clip objective and its gradient, ε = {epsilon:g}", panels, alt, values, 3.6)


def _panel(values: dict[str, NDArray[np.float64]], gain: float) -> Panel:
    side = f"{gain:+.0f}"
    return graphs(
        f"Â = {gain:g}".replace("-", "−"),
        r"ratio $\rho = \pi(a|s)\,/\,\pi_{\mathrm{old}}(a|s)$",
        "",
        values["ratio"],
        [
            Graph("min(ρÂ, clip(ρ) Â)", values[f"value {side}"], 0),
            Graph("its gradient by log π", values[f"slope {side}"], 1),
            Graph("ρÂ, without the clip", values[f"plain {side}"], None),
        ],
    )
