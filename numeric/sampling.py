"""Many episodes at once, from the exact law: one joint draw of (action, next state) per step, from a few random bits.

p(a, s'|s) = ⌊2^b p⌋/2^b + the rest: of 2^b cells a row of a table gives each outcome its ⌊2^b p⌋ whole ones, and b
random bits choose the cell. The few cells left over are shared by what is left of the law, drawn with 53 more bits.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numeric.enumeration import Steps, padded_batch, possible_steps
from numeric.errors import SamplingError
from numeric.mdp import FiniteMDP, Trajectories

__all__ = ["Summary", "sample_blocks", "sample_summary", "sample_trajectories"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Numbers = NDArray[np.unsignedinteger[Any]]

EPISODES_AT_ONCE = 1 << 13  # the working set of one block stays in the cache
ENDING_AT_ONCE = 1 << 15  # more where episodes end early, so that the late steps of the few are worth a call
BITS, CELLS = 12, 1 << 19  # at most, of random bits a draw and of cells a table: that must stay in the cache too
WORD = 4  # draws of 16 bits that a random word of 64 makes
AT_ONCE = 8  # time steps between two looks whether half of the episodes are over


def sample_trajectories(
    mdp: FiniteMDP, probabilities: ArrayLike, episodes: int, rng: np.random.Generator
) -> Trajectories:
    """s_0 ~ ρ_0, (a_t, s_{t+1}) ~ π(a|s_t) P(s'|s_t, a_t): N = `episodes` independent trajectories [N, T].

    `probabilities` is π [S, A], `rng` the only source of randomness; every probability is met to 2^-53. Raises
    SamplingError for fewer than one episode or for something else than a Generator, PolicyError for a bad π.
    """
    count = _asked(episodes, rng)
    steps = possible_steps(mdp, probabilities)
    chosen, first = np.full((mdp.steps, count), len(steps.state) - 1, dtype=_smallest(steps)), 0
    for block in _blocks(mdp, steps, count, rng):
        length, width = block.shape
        chosen[:length, first : first + width] = block
        first += width
    return padded_batch(steps, chosen, mdp.discount)


def sample_blocks(
    mdp: FiniteMDP, probabilities: ArrayLike, episodes: int, rng: np.random.Generator
) -> Iterator[Numbers]:
    """The same episodes as numbers of steps, in blocks [L, n]: entry [t, i] is step t of episode i.

    `possible_steps(mdp, probabilities)` says what each number is: s_t, a_t, s_{t+1}, r_t. Its last one is the padding
    of episodes that are over, and L <= T is where all of the block are; n is at most 32,768. The numbers are of the
    smallest unsigned type. Raises as `sample_trajectories`, before anything is drawn.
    """
    count = _asked(episodes, rng)
    return _blocks(mdp, possible_steps(mdp, probabilities), count, rng)


@dataclass(frozen=True, eq=False)
class Summary:
    """What remains of N episodes: memory does not grow with N.

    `mean` and `deviation` are the mean and the standard deviation of the return G_0, `steps` the number of steps taken,
    `visits` [S, A] how often a was taken in s, `gradient` [S, A] is (1/N) Σ_n Σ_t γ^t G_t z_t with the scores z of
    softmax logits.
    """

    episodes: int
    steps: int
    mean: float
    deviation: float
    visits: Integers
    gradient: Floats


def sample_summary(mdp: FiniteMDP, probabilities: ArrayLike, episodes: int, rng: np.random.Generator) -> Summary:
    """The mean return, its deviation, the visits and the policy gradient of N = `episodes`, a block at a time.

    Raises as `sample_trajectories`.
    """
    count = _asked(episodes, rng)
    steps = possible_steps(mdp, probabilities)
    numbers, taken, weights = len(steps.state), np.zeros(len(steps.state), np.int64), np.zeros(len(steps.state))
    total = squares = 0.0
    for block in _blocks(mdp, steps, count, rng):
        to_go = np.zeros(block.shape[1])
        for t in range(len(block) - 1, -1, -1):
            row = block[t].astype(np.intp)  # once for three uses
            to_go *= mdp.discount
            to_go += steps.reward.take(row)
            weights += mdp.discount**t * np.bincount(row, to_go, numbers)
            taken += np.bincount(row, minlength=numbers)
        total, squares = total + float(to_go.sum()), squares + float(to_go @ to_go)
    mean, visits, sums = total / count, _per_pair(mdp, steps, taken), _per_pair(mdp, steps, weights) / count
    return Summary(
        episodes=count,
        steps=int(visits.sum()),
        mean=mean,
        deviation=float(np.sqrt(max(squares / count - mean**2, 0.0))),
        visits=visits.astype(np.int64),
        gradient=sums - sums.sum(axis=1, keepdims=True) * np.asarray(probabilities, dtype=np.float64),
    )


def _per_pair(mdp: FiniteMDP, steps: Steps, values: NDArray[Any]) -> Floats:
    """Σ over the steps of each (s, a), without the padding: [S, A]."""
    pair = steps.state[:-1] * mdp.n_actions + steps.action[:-1]
    sums = np.bincount(pair, values[:-1], mdp.n_states * mdp.n_actions).astype(np.float64)
    return sums.reshape(mdp.n_states, mdp.n_actions)


@dataclass(frozen=True, eq=False)
class AliasTable:
    """P(x | row) = (1/K) Σ_k [c_k 1{x = outcome_{k,1}} + (1 - c_k) 1{x = outcome_{k,0}}]: K a power of two.

    `cut` c is [R, K], `outcome` [R, K, 2]: the alias, then the column's own outcome.
    """

    cut: Floats
    outcome: Integers


def alias_table(laws: Floats) -> AliasTable:
    """The table that draws column k of row i with probability laws[i, k] / Σ_j laws[i, j]: [R, k], >= 0.

    Source: Walker 1977, ACM TOMS 3(3) (alias method).
    """
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


@dataclass(frozen=True, eq=False)
class CellTable:
    """Row i draws from laws[i] / Σ laws[i]: `code[i, j]` in cell j of 2^bits, or where that is -1 from `rest`."""

    bits: int
    code: Integers
    rest: AliasTable


def cell_table(laws: Floats, codes: Integers, bits: int) -> CellTable:
    """The table that draws codes[i, k] >= 0 with probability laws[i, k] / Σ_j laws[i, j]: both [R, k]."""
    cells = 1 << bits
    share = laws * (cells / laws.sum(axis=1, keepdims=True))
    whole = np.floor(share).astype(np.int64)
    left = cells - whole.sum(axis=1)
    repeated = np.column_stack([codes, np.full(len(laws), -1)]).ravel().repeat(np.column_stack([whole, left]).ravel())
    rest = share - whole
    rest[left == 0] = 1  # never drawn from
    return CellTable(bits, repeated.reshape(len(laws), cells), _with(alias_table(rest), codes))


def _with(table: AliasTable, codes: Integers) -> AliasTable:
    """The same table with codes[i, k] in the place of column k of row i; columns that fill it up are never drawn."""
    filled = np.zeros(table.cut.shape, np.int64)
    filled[:, : codes.shape[1]] = codes
    rows = np.arange(len(codes))[:, None, None]
    return AliasTable(table.cut, filled[rows, table.outcome])


def _draw(table: AliasTable, row: Integers, rng: np.random.Generator) -> Integers:
    columns = table.cut.shape[1]
    scaled = rng.random(len(row)) * columns
    column = scaled.astype(np.int64)
    cell = row * columns + column
    own = (scaled - column) < table.cut.take(cell)
    outcome: Integers = table.outcome.take(2 * cell + own)
    return outcome


@dataclass(frozen=True, eq=False)
class _Walk:
    """The table that draws s_0 and the one that draws a step out of each row: a state, or S, where an episode is over.

    A code is made of the number of the step, above `shift`, of the row it leads to, under the mask `row`, and of zeros.
    """

    first: CellTable
    moves: CellTable
    row: int
    shift: int
    over: int
    padding: int


def _walk(mdp: FiniteMDP, steps: Steps, episodes: int) -> _Walk:
    rows = mdp.n_states + 1
    bits = max(0, min(BITS, episodes.bit_length(), (CELLS // rows).bit_length() - 1))
    shift, padding = bits + (rows - 1).bit_length(), len(steps.state) - 1
    branches = np.diff(steps.start)
    filled = np.arange(branches.max()) < branches[:, None]
    laws, codes = np.zeros(filled.shape), np.zeros(filled.shape, np.int64)
    laws[filled] = steps.probability
    codes[filled] = steps.target << bits | np.arange(padding + 1) << shift
    first = np.flatnonzero(mdp.initial)[None]
    return _Walk(
        first=cell_table(mdp.initial[first], first << bits, bits),
        moves=cell_table(laws, codes, bits),
        row=(1 << shift) - (1 << bits),
        shift=shift,
        over=mdp.n_states << bits,
        padding=padding,
    )


def _blocks(mdp: FiniteMDP, steps: Steps, episodes: int, rng: np.random.Generator) -> Iterator[Numbers]:
    walk, kind = _walk(mdp, steps, episodes), _smallest(steps)
    ends = bool(steps.ends.any())
    most = ENDING_AT_ONCE if ends else EPISODES_AT_ONCE
    for first in range(0, episodes, most):
        yield _block(walk, mdp.steps, min(most, episodes - first), kind, ends, rng)


def _block(
    walk: _Walk, longest: int, width: int, kind: type[np.unsignedinteger[Any]], ends: bool, rng: np.random.Generator
) -> Numbers:
    """`width` episodes [L, width]. Those that are over are dropped from the work whenever they are half of it."""
    chosen, columns = np.empty((longest, width), kind), np.arange(width)
    code = _next(walk.first, np.zeros(width, np.int64), _cells(walk, 1, width, rng)[0], rng)
    for first in range(0, longest, AT_ONCE):
        last = min(first + AT_ONCE, longest)
        for t, cells in zip(range(first, last), _cells(walk, last - first, len(code), rng), strict=True):
            code = _next(walk.moves, code & walk.row, cells, rng)
            if len(code) == width:
                np.right_shift(code, walk.shift, out=chosen[t], casting="unsafe")
            else:
                chosen[t] = walk.padding
                chosen[t, columns] = code >> walk.shift
        if ends:
            going = np.flatnonzero((code & walk.row) != walk.over)
            if len(going) == 0:
                return chosen[:last]
            if 2 * len(going) <= len(code):
                columns, code = columns[going], code[going]
    return chosen


def _cells(walk: _Walk, times: int, width: int, rng: np.random.Generator) -> NDArray[np.uint16]:
    """Uniform cells, the low bits of 16: [times, width]."""
    words = rng.integers(np.iinfo(np.uint64).max, size=-(-times * width // WORD), dtype=np.uint64, endpoint=True)
    cells = words.view(np.uint16)[: times * width].reshape(times, width)
    cells &= np.uint16((1 << walk.moves.bits) - 1)
    return cells


def _next(table: CellTable, index: Integers, cells: NDArray[np.uint16], rng: np.random.Generator) -> Integers:
    """One draw from each row, where `index` is where the row's cells begin; it is overwritten."""
    index |= cells
    found = table.code.take(index)
    rest = np.flatnonzero(found < 0)
    if rest.size:
        found[rest] = _draw(table.rest, index[rest] >> table.bits, rng)
    return found


def _smallest(steps: Steps) -> type[np.unsignedinteger[Any]]:
    return np.min_scalar_type(len(steps.state) - 1).type


def _asked(episodes: int, rng: np.random.Generator) -> int:
    if not isinstance(rng, np.random.Generator):
        raise SamplingError(f"rng is {rng!r}; give a numpy.random.Generator, as from numpy.random.default_rng(seed)")
    try:
        count = operator.index(episodes)
    except TypeError as cause:
        raise SamplingError(f"episodes is {episodes!r}; give the number of episodes, an integer >= 1") from cause
    if count < 1:
        raise SamplingError(f"episodes is {episodes!r}; give the number of episodes, an integer >= 1")
    return count
