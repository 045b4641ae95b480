"""Functions of one trajectory as functions of the batch: arrays [T_n] in, one number or [T_n] out."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from numeric.errors import EstimatorError
from numeric.judging.batch import Batch
from numeric.judging.rollouts import FIELDS

__all__ = ["Trajectory", "per_trajectory"]


class Trajectory:
    """One trajectory: the fields of the batch as arrays [T_n] of its own steps (or [T] with padding), and `gamma`."""

    def __init__(self, b: Batch, row: int, steps: int):
        self._b, self._row, self._steps = b, row, steps
        self.gamma, self.choose = b.gamma, b.choose

    def __getattr__(self, name: str) -> Any:
        if name not in FIELDS:
            raise AttributeError(f"the trajectory has no {name!r}; it has {', '.join(FIELDS)}, gamma and choose")
        return getattr(self._b, name)[self._row][: self._steps]

    def __len__(self) -> int:
        return self._steps


def per_trajectory(function: Callable[..., Any] | None = None, *, padded: bool = False) -> Any:
    """f(τ) for one trajectory at a time: arrays [T_n] without padding; or [T] with `mask`, if `padded`.

    What gives one number a step, [T_n], is put together to [N, T]; what gives a scalar loss, or a gradient [S, A], is
    averaged over the N trajectories. For JAX say `padded=True`, as shapes must not depend on values.
    """
    if function is None:
        return functools.partial(per_trajectory, padded=padded)
    chosen: Callable[..., Any] = function

    @functools.wraps(chosen)
    def of_batch(b: Batch, *given: Any) -> Any:
        columns = int(b.mask.shape[1])
        lengths = [columns] * len(b) if padded else [int(n) for n in b.mask.sum(1)]
        found = [chosen(Trajectory(b, row, steps), *given) for row, steps in enumerate(lengths)]
        first = found[0]
        if first is None:
            raise EstimatorError("returns None for a trajectory; does it end with `return`?")
        if np.ndim(first) == 1 and all(len(v) == n for v, n in zip(found, lengths, strict=True)):
            return _padded([np.asarray(_plain(v)) for v in found], columns)
        return sum(found[1:], first) / len(found)

    return of_batch


def _plain(values: Any) -> Any:
    return values.detach().numpy() if hasattr(values, "detach") else values


def _padded(rows: list[Any], columns: int) -> Any:
    out = np.zeros((len(rows), columns), dtype=np.result_type(*rows))
    for n, row in enumerate(rows):
        out[n, : len(row)] = row
    return out
