"""Where a node is evaluated: the trajectories, the values of bound names, and the parameter of a gradient around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from numeric.evaluation.jets import Jet
from numeric.evaluation.paths import Integers, Paths
from numeric.evaluation.statements import Name

__all__ = ["Bound", "Scope"]


@dataclass(frozen=True, eq=False)
class Bound:
    """The value of a bound name, and the parameters that it was computed from.

    Samples x_1, …, x_N are bound together: the value is a row of `tuples` [·, N], which holds the elements.
    """

    jet: Jet
    depends: frozenset[str] = frozenset()
    tuples: Integers | None = None

    @property
    def varies(self) -> bool:
        """Whether it differs between trajectories."""
        return len(self.jet.value) > 1

    def key(self) -> Any:
        """Equal keys, equal values."""
        if self.varies:
            return id(self)
        if self.tuples is not None:
            return tuple(self.tuples[self.jet.value[0]].tolist())
        return tuple(part[0] for part in self.jet.parts)

    @classmethod
    def to(cls, integer: int) -> Bound:
        """One element or time."""
        return cls(Jet(np.array([integer], dtype=np.int64)))


@dataclass(frozen=True, eq=False)
class Scope:
    """Where a node is evaluated, and along which parameter it is differentiated, up to which order."""

    paths: Paths | None = None
    bound: Mapping[Name, Bound] = field(default_factory=dict)
    direction: str | None = None
    order: int = 0

    @property
    def size(self) -> int:
        """How many trajectories there are; 1 outside any."""
        return 1 if self.paths is None else len(self.paths)

    @property
    def pathless(self) -> bool:
        """Whether the rows are no trajectories: outside any, or samples alone."""
        return self.paths is None or self.paths.steps.shape[1] == 0

    def bind(self, name: Name, bound: Bound) -> Scope:
        """The scope with one more name."""
        return replace(self, bound={**self.bound, name: bound})

    def along(self, paths: Paths | None) -> Scope:
        """Other trajectories, with the bound names that have one value."""
        return replace(self, paths=paths, bound={n: b for n, b in self.bound.items() if not b.varies})
