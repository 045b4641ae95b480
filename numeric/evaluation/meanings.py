"""What every node of a statement means on a finite model: one function each, for all trajectories at once."""

from __future__ import annotations

from numeric.evaluation import averages, derivatives, elementary, ranges, trajectories
from numeric.evaluation.interpretation import Meaning

__all__ = ["MEANINGS"]

MEANINGS: dict[str, Meaning] = (
    elementary.MEANINGS | ranges.MEANINGS | averages.MEANINGS | trajectories.MEANINGS | derivatives.MEANINGS
)
