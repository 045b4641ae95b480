"""Exact moments of an estimator: every trajectory, its probability and its estimate in integers, without rounding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numeric.enumeration import Steps, possible_steps, step_blocks
from numeric.errors import EnumerationError
from numeric.mdp import FiniteMDP

__all__ = ["Paths", "exact_moments"]

Integers = NDArray[np.int64]
Exact = NDArray[Any]  # of Python integers or of fractions
BLOCK, SIXTY_THREE_BITS = 1 << 13, 1 << 63


@dataclass(frozen=True, eq=False)
class Paths:
    """N trajectories: `states`, `actions` [N, T] and the integers `rewards` [N, T], r_t = rewards / unit, 0 on padding.

    `mask` [N, T] is True where a step was taken.
    """

    states: Integers
    actions: Integers
    rewards: Exact
    unit: int
    mask: NDArray[np.bool_]


Estimator = Callable[[Paths], tuple[Exact, int]]


def exact_moments(
    each: Estimator,
    mdp: FiniteMDP,
    *,
    initial: ArrayLike,
    transition: ArrayLike,
    reward: ArrayLike,
    policy: ArrayLike,
    limit: int = 10**7,
) -> tuple[Exact, Exact]:
    """E[f] = Σ_τ p(τ) f(τ) and Var[f] = Σ_τ p(τ) f(τ)² - E[f]², as arrays of fractions.

    each(paths) -> (integers [N, ...], scale) is f = integers / scale of every trajectory at once, integers of 64 bits
    that do not overflow or Python's own. The tables are fractions, ρ_0 [S], P and r [S, A, S], π [S, A]; `mdp` has the
    horizon, the terminal states, and the same tables in floating point.
    Raises EnumerationError for probabilities whose sum over all trajectories is not exactly 1, tables that are not
    those of `mdp`, values that are no integers, or more than `limit` trajectories.
    """
    start, move, paid, act = (np.array(table, dtype=object) for table in (initial, transition, reward, policy))
    for name, table, floats in (("initial", start, mdp.initial), ("transition", move, mdp.transition),
                                ("reward", paid, mdp.reward)):  # fmt: skip
        _check_same(name, table, floats)
    steps = possible_steps(mdp, act.astype(np.float64))
    s, a, after = steps.state[:-1], steps.action[:-1], steps.next_state[:-1]
    chances, per_step = _integers(_and(act[s, a] * move[s, a, after], Fraction(1)))
    starts, per_start = _integers(start)
    rewards, unit = _integers(_and(paid[s, a, after], Fraction(0)))
    whole = per_start * per_step**mdp.steps
    mass, scale = 0, 1
    first = second = np.zeros((), dtype=object)
    shape: tuple[int, ...] = ()
    for chosen, _ in step_blocks(mdp, steps, block=BLOCK, limit=limit):
        weights = _weights(steps, chosen, chances, starts, small=whole < SIXTY_THREE_BITS)
        values, scale = each(_paths(steps, chosen, rewards, unit))
        exact, shape = _whole_numbers(values, len(weights)), np.shape(values)[1:]
        mass, first, second = mass + sum(weights), first + weights @ exact, second + weights @ (exact * exact)
    if mass != whole:
        raise EnumerationError(f"the probabilities of all trajectories add up to {Fraction(mass, whole)}, not to 1")
    mean, square = (_fractions(sums, whole * power, shape) for sums, power in ((first, scale), (second, scale**2)))
    return mean, np.asarray(square - mean * mean, dtype=object)


def _check_same(name: str, table: Exact, floats: NDArray[np.float64]) -> None:
    if table.shape != floats.shape or not np.array_equal(table.astype(np.float64), floats):
        raise EnumerationError(f"{name} is not the table of the MDP; give the same one as fractions")


def _integers(numbers: Exact) -> tuple[Exact, int]:
    """The numbers times their common denominator, and that."""
    unit = lcm(*(Fraction(x).denominator for x in numbers.ravel()))
    whole = [int(Fraction(x) * unit) for x in numbers.ravel()]
    small = max(map(abs, whole)) < SIXTY_THREE_BITS
    return np.array(whole, dtype=np.int64 if small else object).reshape(numbers.shape), unit


def _weights(steps: Steps, chosen: Integers, chances: Exact, starts: Exact, *, small: bool) -> Exact:
    """ρ_0 Π_t π P of each trajectory times the common denominator of all; in 64 bits where they are `small`."""
    kind = np.int64 if small else object
    weights = starts.astype(kind)[steps.state[chosen[0]]]
    for row in chosen:
        weights = weights * chances.astype(kind)[row]
    return weights.astype(object)


def _paths(steps: Steps, chosen: Integers, rewards: Exact, unit: int) -> Paths:
    numbers = chosen.T
    mask = numbers < len(steps.state) - 1
    return Paths(steps.state[numbers], steps.action[numbers], rewards[numbers], unit, mask)


def _whole_numbers(values: Exact, count: int) -> Exact:
    found = np.asarray(values)
    if found.shape[:1] != (count,) or not (found.dtype == object or np.issubdtype(found.dtype, np.integer)):
        raise EnumerationError(f"the values have type {found.dtype}, shape {found.shape}; give integers [{count}, ...]")
    return found.reshape(count, -1).astype(object)


def _fractions(sums: Exact, denominator: int, shape: tuple[int, ...]) -> Exact:
    return np.array([Fraction(int(x), denominator) for x in sums], dtype=object).reshape(shape)


def _and(numbers: Exact, last: Fraction) -> Exact:
    return np.array([*numbers, last], dtype=object)
