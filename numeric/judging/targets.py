"""Values that targets are judged against: V, Q, A and KL divergences, a table over (t, s) or (t, s, a)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numeric.errors import EstimatorError
from numeric.judging.batch import Pool
from numeric.judging.case import Case

__all__ = ["TARGETS", "Target", "cell_means", "target_named"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Target:
    """A name, the exact table [T, S, A], and whether the target is asked for given the action as well."""

    name: str
    table: Callable[[Case], Floats]
    given_action: bool


def _of_state(values: Floats, case: Case) -> Floats:
    return np.repeat(values[: case.steps, :, None], case.theta.shape[1], axis=2)


def _token_kl(case: Case) -> Floats:
    kl = np.where(case.mdp.terminal, 0.0, (case.policy * case.log_ratio).sum(axis=1))
    return _of_state(np.tile(kl, (case.steps, 1)), case)


def _sequence_kl(case: Case) -> Floats:
    """E[Σ_{k>=t} log π/π_ref | s_t]."""
    kl = np.where(case.mdp.terminal, 0.0, (case.policy * case.log_ratio).sum(axis=1))
    chain = (case.policy[:, :, None] * case.mdp.transition).sum(axis=1) * ~case.mdp.terminal[:, None]
    values = np.zeros((case.steps + 1, len(kl)))
    for t in range(case.steps - 1, -1, -1):
        values[t] = kl + chain @ values[t + 1]
    return _of_state(values, case)


def _state_action(case: Case) -> Floats:
    return case.advantages[: case.steps] + case.values[: case.steps, :, None]


TARGETS = (
    Target("V", lambda case: _of_state(case.values, case), False),
    Target("Q", _state_action, True),
    Target("A", lambda case: case.advantages[: case.steps], True),
    Target("KL", _sequence_kl, False),
    Target("KL per token", _token_kl, False),
)


def target_named(name: str | None) -> Target:
    """V unless told; raises EstimatorError for an unknown name."""
    for target in TARGETS:
        if name is None or str(name).strip().lower().replace("_", " ") == target.name.lower():
            return target
    names = ", ".join(t.name for t in TARGETS)
    raise EstimatorError(f"objective is {name!r}; a value target is judged against one of {names}")


def cell_means(
    case: Case, pool: Pool, batch: Integers, chance: Floats, targets: Floats, given_action: bool
) -> tuple[Floats, NDArray[np.bool_]]:
    """E[target_t | s_t] or E[target_t | s_t, a_t], 0 where never visited; and which cells are visited: [T, S, A]."""
    arrays, rows = pool.rollouts.arrays, pool.rows[batch]
    mask = arrays["mask"][rows] & ~np.isnan(targets)
    weight = np.broadcast_to(chance[:, None, None], mask.shape)[mask]
    shape = (case.steps, *case.theta.shape)
    time = np.broadcast_to(np.arange(case.steps), mask.shape)[mask]
    cell = np.ravel_multi_index((time, arrays["obs"][rows][mask], arrays["actions"][rows][mask]), shape)
    total = np.bincount(cell, weight * targets[mask], np.prod(shape)).reshape(shape)
    visits = np.bincount(cell, weight, np.prod(shape)).reshape(shape)
    if not given_action:
        total, visits = (np.broadcast_to(x.sum(axis=2, keepdims=True), shape) for x in (total, visits))
    seen = visits > 0
    return np.divide(total, visits, out=np.zeros(shape), where=seen), seen
