"""Where each seed of a run is."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from numeric.running.learners import Stretch
from numeric.training.records import State

__all__ = ["Seed"]

Floats = NDArray[np.float64]


@dataclass
class Seed:
    """Its last state, its curve in pieces, and whether it has come to an end."""

    number: int
    state: State | None
    stretches: list[dict[str, Floats]] = field(default_factory=list)
    ended: bool = False

    @property
    def update(self) -> int:
        return self.state.update if self.state else 0

    @property
    def curve(self) -> dict[str, Floats]:
        """The whole curve, joined once and kept."""
        if len(self.stretches) > 1:
            names = dict.fromkeys(name for stretch in self.stretches for name in stretch)
            self.stretches = [{name: np.concatenate([_column(s, name) for s in self.stretches]) for name in names}]
        return self.stretches[0] if self.stretches else {}

    def take(self, stretch: Stretch) -> None:
        """Goes on by a stretch."""
        self.state, self.ended = stretch.state, stretch.ended
        if stretch.curve:
            self.stretches.append(stretch.curve)


def _column(curve: dict[str, Floats], name: str) -> Floats:
    return curve.get(name, np.full(len(curve["update"]), np.nan))
