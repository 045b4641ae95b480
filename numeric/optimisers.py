"""Gradient ascent and Adam: one step from named parameters and their gradient, without side effects."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

__all__ = ["adam", "ascent"]

Floats = NDArray[np.float64]
Arrays = dict[str, NDArray[np.float64]]


def ascent(
    parameters: Mapping[str, Floats],
    gradient: Mapping[str, Floats],
    memory: Mapping[str, Floats],
    rate: float,
) -> tuple[Arrays, Arrays]:
    """θ ← θ + α g, for the parameters that have a gradient: (parameters, memory), the memory as it was."""
    moved = {name: parameters[name] + rate * g for name, g in gradient.items()}
    return {**parameters, **moved}, dict(memory)


def adam(
    parameters: Mapping[str, Floats],
    gradient: Mapping[str, Floats],
    memory: Mapping[str, Floats],
    rate: float,
    *,
    decay: tuple[float, float] = (0.9, 0.999),
    epsilon: float = 1e-8,
) -> tuple[Arrays, Arrays]:
    """θ ← θ + α m̂ / (√v̂ + ε): m ← β1 m + (1-β1) g, v ← β2 v + (1-β2) g², m̂ = m / (1-β1^k), v̂ = v / (1-β2^k).

    Upwards, for the parameters that have a gradient; `memory` holds m, v and k of each under
    `first/NAME`, `second/NAME` and `count/NAME`, and begins empty.
    Source: Kingma & Ba 2015, algorithm 1, with the sign of ascent.
    """
    moved, kept = dict(parameters), dict(memory)
    for name, g in gradient.items():
        count = float(memory.get(f"count/{name}", np.zeros(()))) + 1
        first = decay[0] * memory.get(f"first/{name}", 0.0) + (1 - decay[0]) * g
        second = decay[1] * memory.get(f"second/{name}", 0.0) + (1 - decay[1]) * g * g
        # √(v / c2) = √v / √c2, so that both corrections are one number.
        correction = np.sqrt(1 - decay[1] ** count)
        scale = rate * correction / (1 - decay[0] ** count)
        moved[name] = parameters[name] + scale * first / (np.sqrt(second) + epsilon * correction)
        kept.update({f"first/{name}": first, f"second/{name}": second, f"count/{name}": np.array(count)})
    return moved, kept
