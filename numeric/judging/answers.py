"""What an estimator answered on every batch of a case, and what that makes of θ: one estimate [S, A] a batch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numeric.judging.batch import Pool
from numeric.judging.case import Case

__all__ = ["Answers", "gathered", "scored"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Answers:
    """M answers: of batch `batch` [M] with own chance `chance` [M]. `estimates` is [M, S, A].

    `per_step` [M, N, T, A] is how the estimate comes about, ∂/∂logits at every step, where the kind has it. For value
    targets `estimates` is empty and `targets` [M, N, T] holds the answers. `largest` is the largest number met.
    """

    batch: Integers
    chance: Floats
    estimates: Floats
    largest: float
    per_step: Floats | None = None
    targets: Floats | None = None


def scored(case: Case, pool: Pool, batch: Integers, weights: Floats) -> Floats:
    """(1/N) w_{n,t} ∂/∂logits log π(a_t|s_t) at every step, 0 in the padding: weights [M, N, T] to [M, N, T, A]."""
    arrays = pool.rollouts.arrays
    score = (np.eye(case.policy.shape[1]) - case.policy[:, None])[arrays["obs"], arrays["actions"]]
    masked = np.where(arrays["mask"][pool.rows[batch]], weights, 0.0)
    found: Floats = masked[..., None] * score[pool.rows[batch]] / pool.rows.shape[1]
    return found


def gathered(case: Case, pool: Pool, batch: Integers, per_step: Floats) -> Floats:
    """Σ_{n,t: s_t = s} of the derivatives at the logits: [M, N, T, A] to [M, S, A]."""
    number, states, actions = len(per_step), *case.theta.shape
    obs = pool.rollouts.arrays["obs"][pool.rows[batch]].astype(np.int64)
    cells = (np.arange(number)[:, None, None] * states + obs)[..., None] * actions + np.arange(actions)
    sums = np.bincount(cells.ravel(), per_step.ravel(), number * states * actions)
    return np.asarray(sums, dtype=np.float64).reshape(number, states, actions)
