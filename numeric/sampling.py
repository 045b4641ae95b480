"""Many episodes at once, from the exact law: one joint alias draw of (action, next state) per step."""

from __future__ import annotations

import operator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numeric.enumeration import Steps, padded_batch, possible_steps
from numeric.errors import SamplingError
from numeric.mdp import FiniteMDP, Trajectories

__all__ = ["sample_trajectories"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

EPISODES_AT_ONCE = 1 << 13  # the working set of one block stays in the cache


def sample_trajectories(
    mdp: FiniteMDP, probabilities: ArrayLike, episodes: int, rng: np.random.Generator
) -> Trajectories:
    """s_0 ~ ρ_0, (a_t, s_{t+1}) ~ π(a|s_t) P(s'|s_t, a): N = `episodes` independent trajectories [N, T].

    `probabilities` is π [S, A], `rng` the only source of randomness. Each draw takes one uniform number of
    53 bits, so every probability is met to 2^-53. Raises SamplingError for fewer than one episode or for
    something else than a Generator, PolicyError for a bad π.
    Source: Walker 1977, ACM TOMS 3(3) (alias method).
    """
    count = _episodes(episodes)
    if not isinstance(rng, np.random.Generator):
        raise SamplingError(f"rng is {rng!r}; give a numpy.random.Generator, as from numpy.random.default_rng(seed)")
    steps = possible_steps(mdp, probabilities)
    starts, moves = alias_table(mdp.initial[None]), _step_table(steps)
    chosen = np.empty((mdp.steps, count), dtype=np.int64)
    for first in range(0, count, EPISODES_AT_ONCE):
        block = chosen[:, first : first + EPISODES_AT_ONCE]
        state = _draw(starts, np.zeros(block.shape[1], np.int64), rng)
        for t in range(mdp.steps):
            block[t] = _draw(moves, state, rng)
            state = steps.target[block[t]]
    return padded_batch(steps, chosen, mdp.discount)


@dataclass(frozen=True, eq=False)
class AliasTable:
    """P(x | row) = (1/K) Σ_k [c_k 1{x = outcome_{k,1}} + (1 - c_k) 1{x = outcome_{k,0}}]: K a power of two.

    `cut` c is [R, K], `outcome` [R, K, 2]: the alias, then the column's own outcome.
    """

    cut: Floats
    outcome: Integers


def alias_table(laws: Floats) -> AliasTable:
    """The table that draws column k of row i with probability laws[i, k] / Σ_j laws[i, j]: [R, k], >= 0."""
    rows, width = laws.shape
    columns = 1 << (width - 1).bit_length()
    cut = np.zeros((rows, columns))
    alias = np.tile(np.arange(columns), (rows, 1))
    own = alias.copy()
    cut[:, :width] = laws * (columns / laws.sum(axis=1, keepdims=True))
    for i in range(rows):
        _level(cut[i], alias[i])
    return AliasTable(cut, np.stack([alias, own], axis=2))


def _level(cut: Floats, alias: Integers) -> None:
    """Fills every column that holds less than 1 from one that holds more, in place."""
    small, large = list(np.flatnonzero(cut < 1)), list(np.flatnonzero(cut >= 1))
    while small and large:
        low, high = small.pop(), large[-1]
        alias[low] = high
        cut[high] -= 1 - cut[low]
        if cut[high] < 1:
            small.append(large.pop())
    cut[small + large] = 1  # columns left over hold 1 up to rounding


def _step_table(steps: Steps) -> AliasTable:
    """The table that draws the number of the next step, a row per state."""
    branches = np.diff(steps.start)
    columns = np.arange(branches.max())
    laws = np.zeros((len(branches), len(columns)))
    laws[columns < branches[:, None]] = steps.probability
    table = alias_table(laws)
    return AliasTable(table.cut, table.outcome + steps.start[:-1, None, None])


def _draw(table: AliasTable, row: Integers, rng: np.random.Generator) -> Integers:
    columns = table.cut.shape[1]
    scaled = rng.random(len(row)) * columns
    column = scaled.astype(np.int64)
    cell = row * columns + column
    own = (scaled - column) < table.cut.take(cell)
    outcome: Integers = table.outcome.take(2 * cell + own)
    return outcome


def _episodes(episodes: int) -> int:
    try:
        count = operator.index(episodes)
    except TypeError as cause:
        raise SamplingError(f"episodes is {episodes!r}; give the number of episodes, an integer >= 1") from cause
    if count < 1:
        raise SamplingError(f"episodes is {episodes!r}; give the number of episodes, an integer >= 1")
    return count
