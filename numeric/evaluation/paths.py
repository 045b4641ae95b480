"""Trajectories s_0 a_0 s_1 … as the rows of one array, in lexicographic order, and their common prefixes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numeric.errors import UnevaluableError

__all__ = ["Histories", "Paths", "all_paths", "all_tuples", "grown", "matched", "prefix_starts"]

MOST_PATHS = 200_000
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Paths:
    """N trajectories: `steps` [N, 1 + 2H], s_t in column 2t and a_t in column 2t+1."""

    steps: Integers

    def __len__(self) -> int:
        return len(self.steps)

    @classmethod
    def of(cls, states: ArrayLike, actions: ArrayLike) -> Paths:
        """From states [N, H+1] and actions [N, H]."""
        try:
            s, a = np.asarray(states), np.asarray(actions)
        except ValueError as cause:
            raise UnevaluableError("states or actions have rows of different lengths") from cause
        a = a.astype(np.int64) if a.size == 0 else a
        if s.ndim != 2 or a.ndim != 2 or len(s) == 0 or s.shape != (len(a), a.shape[1] + 1):
            raise UnevaluableError(f"states {s.shape} and actions {a.shape}; give [N, H+1] and [N, H], N >= 1")
        if s.dtype.kind not in "iu" or a.dtype.kind not in "iu":
            raise UnevaluableError(f"states are {s.dtype} and actions {a.dtype}; give integer elements")
        steps = np.empty((len(s), s.shape[1] + a.shape[1]), dtype=np.int64)
        steps[:, ::2], steps[:, 1::2] = s, a
        return cls(steps)

    def column(self, position: int) -> Integers:
        """s_t at position 2t, a_t at position 2t+1."""
        if not 0 <= position < self.steps.shape[1]:
            name, last = "sa"[position % 2], self.steps.shape[1] // 2
            raise UnevaluableError(f"{name}_{position // 2} is outside the trajectory s_0 a_0 … s_{last}")
        return self.steps[:, position]


class Histories:
    """A number for every history s_0 a_0 … s_t that was met, the same in tables and on trajectories."""

    def __init__(self) -> None:
        self.met: list[tuple[int, ...]] = []
        self._number: dict[tuple[int, ...], int] = {}

    def number(self, history: tuple[int, ...]) -> int:
        """The number of one history."""
        if history not in self._number:
            self._number[history] = len(self.met)
            self.met.append(history)
        return self._number[history]

    def numbers(self, prefix: Integers) -> Integers:
        """The numbers of the rows of an array."""
        different, place = np.unique(prefix, axis=0, return_inverse=True)
        found = np.array([self.number(tuple(row)) for row in different.tolist()], dtype=np.int64)
        return found[place.reshape(-1)]


def grown(steps: Integers, elements: Integers) -> Integers:
    """Every row, followed by every element."""
    count = len(steps) * len(elements)
    if count > MOST_PATHS:
        raise UnevaluableError(
            f"{count} trajectories at position {steps.shape[1]}, more than {MOST_PATHS}; "
            "take a shorter horizon or fewer states and actions"
        )
    return np.column_stack([np.repeat(steps, len(elements), axis=0), np.tile(elements, len(steps))])


def all_paths(states: Integers, actions: Integers, horizon: int) -> Paths:
    """Every s_0 a_0 … s_H, whatever its probability."""
    steps = np.zeros((1, 0), dtype=np.int64)
    for position in range(1 + 2 * horizon):
        steps = grown(steps, actions if position % 2 else states)
    return Paths(steps)


def all_tuples(size: int, length: int, copies: int) -> Integers:
    """Every (x_1, …, x_N) with 0 <= x_i < size, in lexicographic order, to be held `copies` times."""
    if length > MOST_PATHS or copies * size**length * max(1, length) > MOST_PATHS:
        raise UnevaluableError(
            f"{length} samples of {size} elements on {copies} trajectories, more than {MOST_PATHS} numbers; "
            "take fewer samples or a smaller domain"
        )
    place = size ** np.arange(length, dtype=np.int64)[::-1]
    return np.arange(size**length, dtype=np.int64)[:, None] // place % size


def prefix_starts(prefix: Integers) -> NDArray[np.bool_]:
    """Which rows, in lexicographic order, are the first of their prefix."""
    return np.concatenate([[True], (prefix[1:] != prefix[:-1]).any(axis=1)])


def matched(prefixes: Integers, wanted: Integers) -> Integers:
    """Where each wanted row stands among the prefixes. Raises UnevaluableError, naming one that does not."""
    _, code = np.unique(np.concatenate([prefixes, wanted]), axis=0, return_inverse=True)
    code = code.reshape(-1)
    place = np.full(code.max() + 1, -1)
    place[code[: len(prefixes)]] = np.arange(len(prefixes))
    found = place[code[len(prefixes) :]]
    if (found < 0).any():
        history = wanted[int(np.flatnonzero(found < 0)[0])].tolist()
        raise UnevaluableError(f"a conditional expectation given {history}, which has probability zero")
    return found
