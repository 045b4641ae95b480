"""One case judged: E[f] over every batch, Var[f], the exact value, and what bounds the rounding between them."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.judging.answers import Answers
from numeric.judging.batch import Pool
from numeric.judging.case import Case
from numeric.judging.objectives import Objective
from numeric.judging.rollouts import Rollouts, rollouts
from numeric.judging.targets import Target, cell_means
from numeric.judging.watch import Watch

__all__ = ["Kind", "Question", "Trial", "batches", "number_of_batches", "on", "tried"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Kind = Callable[[Callable[..., Any], Case, Pool, Watch], Answers]

DOUBLE = float(np.finfo(np.float64).eps)
UNITS = {"float32": float(np.finfo(np.float32).eps)}
ROUNDINGS_PER_STEP = 8  # granted to the estimator: score, power of γ, product, sum, two units each


@dataclass(frozen=True)
class Question:
    """How f is asked: its kind, in batches of N, from one start or not, symmetric or not, against what."""

    kind: Kind
    against: Objective | Target
    batch: int
    shared_start: bool
    symmetric: bool = False


@dataclass(frozen=True, eq=False)
class Trial:
    """One case: E[f], Σ Var[f], the exact value, and what the rounding of their difference is bounded by.

    |fl(E[f]) - E[f]| <= eps64 (B + N (2T + 2)) M + eps_f (8 T) M: B batches are weighted and summed, each weight is a
    product of N (2T + 2) factors, eps_f is the unit that f computes with, and M the largest magnitude that passes
    through: the largest number that f gave, or T max |r|, the largest return.
    """

    case: Case
    question: Question
    pool: Pool
    answers: Answers
    chance: Floats
    expected: Floats
    exact: Floats
    variances: Floats  # of every entry; of a target's answers, step by step

    @property
    def variance(self) -> float:
        """Σ Var[f]."""
        return float(self.variances.sum())

    def bound(self, unit: float = DOUBLE) -> float:
        """The rounding granted when f computes with this unit."""
        steps = self.case.horizon
        magnitude = max(self.answers.largest, steps * float(np.abs(self.case.mdp.reward).max()), 1e-300)
        own = DOUBLE * (len(self.answers.batch) + self.question.batch * (2 * steps + 2))
        slack = 0.0 if getattr(self.question.against, "closed_form", True) else 1e-11
        return (own + slack + unit * ROUNDINGS_PER_STEP * steps) * magnitude

    def agrees(self, scale: float, exact: Floats | None = None, unit: float = DOUBLE) -> bool:
        """|E[f] - c exact| within the bound."""
        value = self.exact if exact is None else exact
        return bool(np.abs(self.expected - scale * value).max() <= self.bound(unit) * max(1.0, abs(scale)))

    def zero(self, array: Floats, unit: float = DOUBLE) -> bool:
        """Whether an array is zero within the bound."""
        return bool(np.abs(array).max() <= self.bound(unit))


def number_of_batches(trajectories: int, batch: int, symmetric: bool) -> int:
    """K^N, or the number of multisets."""
    return math.comb(trajectories + batch - 1, batch) if symmetric else trajectories**batch


def batches(drawn: Rollouts, question: Question) -> tuple[Integers, Floats]:
    """Every batch of N trajectories [B, N], and its probability [B]; those of one start only, if asked."""
    everything = np.arange(len(drawn))
    if not question.shared_start:
        return _tuples(everything, drawn.weights, question)
    rows, chances = [], []
    for start in sorted(set(drawn.starts.tolist())):
        group = everything[drawn.starts == start]
        law = drawn.weights[group]
        found, chance = _tuples(group, law / law.sum(), question)
        rows.append(found)
        chances.append(chance * law.sum())
    return np.concatenate(rows), np.concatenate(chances)


def _tuples(group: Integers, law: Floats, question: Question) -> tuple[Integers, Floats]:
    size = question.batch
    if not question.symmetric:
        grid = np.indices((len(group),) * size).reshape(size, -1).T
        return group[grid], functools.reduce(np.multiply.outer, [law] * size).ravel()
    grid = np.array(list(itertools.combinations_with_replacement(range(len(group)), size)))
    repeats = [math.prod(math.factorial(int(n)) for n in np.bincount(row)) for row in grid]
    ways = math.factorial(size) / np.array(repeats, dtype=np.float64)
    return group[grid], ways * law[grid].prod(axis=1)


def tried(function: Callable[..., Any], case: Case, question: Question, watch: Watch) -> Trial:
    """f on every batch of the case, against the exact value."""
    drawn = rollouts(case)
    rows, chance = batches(drawn, question)
    pool = Pool(drawn, rows)
    return on(case, question, pool, chance, question.kind(function, case, pool, watch))


def on(case: Case, question: Question, pool: Pool, chance: Floats, answers: Answers) -> Trial:
    """The trial that these answers make."""
    weight = chance[answers.batch] * answers.chance
    if isinstance(question.against, Target):
        assert answers.targets is not None
        expected, seen = cell_means(case, pool, answers.batch, weight, answers.targets, question.against.given_action)
        exact = np.where(seen, question.against.table(case), 0.0)
        present = np.nan_to_num(answers.targets)
        mean = np.tensordot(weight, present, axes=1)
        variances = np.tensordot(weight, present**2, axes=1) - mean**2
    else:
        expected = np.tensordot(weight, answers.estimates, axes=1)
        exact = question.against.gradient(case)
        variances = np.tensordot(weight, (answers.estimates - expected) ** 2, axes=1)
    return Trial(case, question, pool, answers, chance, expected, exact, variances)
