"""Before the trials: what a function reads, whether it remembers or draws at random, whether order matters to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from numeric.judging.arrays_kind import advantage, gradient_array, value_target
from numeric.judging.asked import Announce, Asked
from numeric.judging.batch import Pool
from numeric.judging.case import Case
from numeric.judging.choosing import as_asked, as_read, chosen, shapes
from numeric.judging.drawing import cases
from numeric.judging.precision import speaks_of_single
from numeric.judging.randomness import draws_at_random
from numeric.judging.rollouts import rollouts
from numeric.judging.trial import DOUBLE, UNITS, Question, Trial
from numeric.judging.watch import Watch

__all__ = ["chosen_cases", "glimpses", "probed", "steady", "symmetric", "unit_of"]

PROBES = 6


def glimpses(asked: Asked, question: Question, reads: set[str]) -> Iterator[tuple[Case, Pool]]:
    """A few cases with a few batches each; without shared start, the first of them has all starts different."""
    rng = np.random.default_rng(1)
    for case in cases(PROBES, 30, asked.seed + 1, shapes(asked))[:3]:
        case = as_asked(case, asked, reads, question)
        drawn = rollouts(case)
        rows = rng.integers(0, len(drawn), (PROBES, asked.batch))
        if asked.shared_start:
            groups = [np.flatnonzero(drawn.starts == start) for start in drawn.starts[rows[:, 0]]]
            rows = np.array([rng.choice(group, asked.batch) for group in groups])
        yield case, Pool(drawn, rows)


def probed(function: Callable[..., Any], asked: Asked, question: Question, watch: Watch, announce: Announce) -> bool:
    """What f reads, and whether it draws at random; raises EstimatorError when it remembers earlier calls."""
    known: tuple[bool, bool] | None = None
    while known != as_read(asked, watch.reads):
        known = as_read(asked, watch.reads)
        for case, pool in glimpses(asked, question, set(watch.reads)):
            announce(case)
            first = question.kind(function, case, pool, watch)
            backwards = Pool(pool.rollouts, pool.rows[::-1])
            second = question.kind(function, case, backwards, watch)
            if not _same(first, second, len(pool.rows), watch):
                return _random_or_fault(function, question, case, pool, watch)
    return False


def _same(first: Any, second: Any, number: int, watch: Watch) -> bool:
    """Whether two passes, the second in reverse, gave one answer a batch."""
    if len(first.batch) != len(second.batch):
        return False
    forth, back = (np.argsort(b, kind="stable") for b in (first.batch, number - 1 - second.batch))
    before, after = (a.targets if a.targets is not None else a.estimates for a in (first, second))
    tolerance = 1e-4 if watch.lower else 1e-10
    return bool(np.allclose(before[forth], after[back], rtol=tolerance, atol=tolerance, equal_nan=True))


def _random_or_fault(function: Callable[..., Any], question: Question, case: Case, pool: Pool, watch: Watch) -> bool:
    """Whether f draws at random; raises EstimatorError, with a batch and both answers, when it seems to remember."""
    if draws_at_random(function):
        return True
    first, second = (question.kind(function, case, pool, watch) for _ in range(2))
    before, now = (a.targets if a.targets is not None else a.estimates for a in (first, second))
    told, number = "", 0
    if before.shape == now.shape and not np.array_equal(before, now, equal_nan=True):
        row = int(np.argwhere((before != now).reshape(len(before), -1).any(axis=1))[0, 0])
        number = int(first.batch[row])
        told = f", {np.round(before[row], 6).tolist()} and later {np.round(now[row], 6).tolist()}"
    watch.fault(
        f"gives two answers for one batch{told}: it remembers earlier calls, or draws at random; "
        "compute from b alone, or draw by `choose`",
        pool,
        number,
    )


def steady(function: Callable[..., Any], question: Question, watch: Watch, trial: Trial) -> None:
    """The first case again, after all others: the same answers. Raises EstimatorError otherwise."""
    again = question.kind(function, trial.case, trial.pool, watch)
    before, now = (a.targets if a.targets is not None else a.estimates for a in (trial.answers, again))
    if before.shape != now.shape or not np.allclose(before, now, rtol=1e-6, atol=1e-9, equal_nan=True):
        _random_or_fault(function, question, trial.case, trial.pool, watch)
        watch.fault("gives two answers for one batch; draw by `choose`, so that chance can be enumerated", trial.pool)


def symmetric(function: Callable[..., Any], asked: Asked, question: Question, watch: Watch) -> bool:
    """Whether f does not mind the order of the trajectories, on every batch tried."""
    rng = np.random.default_rng(2)
    for case, pool in glimpses(asked, question, watch.reads):
        rows = np.repeat(pool.rows, 2, axis=0)
        orders = np.array([rng.permutation(asked.batch) for _ in rows])
        shuffled = Pool(pool.rollouts, np.take_along_axis(rows, orders, axis=1))
        straight = question.kind(function, case, Pool(pool.rollouts, rows), watch)
        other = question.kind(function, case, shuffled, watch)
        if len(straight.batch) != len(other.batch):
            return False
        if straight.targets is not None and other.targets is not None:
            moved = np.take_along_axis(straight.targets, orders[straight.batch][:, :, None], axis=1)
            same = np.allclose(moved, other.targets, rtol=1e-9, atol=1e-12, equal_nan=True)
        else:
            same = np.allclose(straight.estimates, other.estimates, rtol=1e-9, atol=1e-12)
        if not same:
            return False
    return True


def unit_of(watch: Watch, trials: Sequence[Trial]) -> float:
    """The coarsest unit that f computes with: by a dtype seen or named, or as every number it gave is a float32."""
    if watch.lower:
        return max(UNITS[dtype] for dtype in watch.lower)
    arrays = trials[0].question.kind in (advantage, gradient_array, value_target)
    single = arrays and ("*more than float32*" not in watch.reads or speaks_of_single(watch.function))
    return UNITS["float32"] if single else DOUBLE


def chosen_cases(
    functions: Sequence[Callable[..., Any]],
    asked: Asked,
    questions: Sequence[Question],
    watches: Sequence[Watch],
) -> list[Case]:
    """The cases to compare several functions on: drawn off policy, or truncated, if one of them needs it."""
    for function, question, watch in zip(functions, questions, watches, strict=True):
        if probed(function, asked, question, watch, lambda case: None):
            watch.fault(
                "draws at random; two estimators are compared where every batch can be enumerated: use `choose`"
            )
    together = Watch(functions[0])
    together.reads = set().union(*(watch.reads for watch in watches))
    together.seconds, together.calls = sum(w.seconds for w in watches), max(w.calls for w in watches)
    return chosen(asked, questions[0], together)
