"""Where every batch cannot be enumerated, or f draws at random: batches are sampled, and mean zero bias is tested."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.judging.batch import Pool
from numeric.judging.case import Case
from numeric.judging.rollouts import Rollouts, rollouts
from numeric.judging.sequential import BettingTest
from numeric.judging.targets import Target
from numeric.judging.trial import Question, batches, number_of_batches
from numeric.judging.watch import Watch

__all__ = ["FALSE_ALARM", "MISS", "Sampled", "sampled"]

Floats = NDArray[np.float64]

FALSE_ALARM, MISS = 1e-3, 1e-3
BLOCK = 64
FEW, REPEATS = 160, 16  # batches that are all run through for one sample, and samples in a block then
LARGEST = 3.0  # times the largest difference of the first block: the bound that samples are taken to keep to


@dataclass(frozen=True)
class Sampled:
    """One case: whether bias zero was refuted, the estimate of E[f] and its error bar, the exact value, samples."""

    case: Case
    refuted: bool
    expected: Floats
    exact: Floats
    width: float
    samples: int
    variance: float

    @property
    def detectable(self) -> float:
        """The relative bias that would have been seen: the error bar over the largest entry of the exact value."""
        return self.width / max(float(np.abs(self.exact).max()), 1e-12)


def sampled(
    function: Callable[..., Any],
    cases: Sequence[Case],
    question: Question,
    watch: Watch,
    *,
    most: int,
    seed: int,
) -> list[Sampled]:
    """One sequential test a case, all together with the stated error rates; at most `most` samples each."""
    rng = np.random.default_rng(seed)
    found = []
    for case in cases:
        found.append(_one(function, case, question, watch, most, len(cases), rng))
        if found[-1].refuted:
            break
    return found


def _one(
    function: Callable[..., Any],
    case: Case,
    question: Question,
    watch: Watch,
    most: int,
    tests: int,
    rng: np.random.Generator,
) -> Sampled:
    drawn = rollouts(case)
    few = number_of_batches(len(drawn), question.batch, False) <= FEW
    exact = question.against.table(case) if isinstance(question.against, Target) else question.against.gradient(case)
    first, mean = _differences(function, case, drawn, question, watch, exact, rng), np.zeros(exact.size)
    bound = LARGEST * max(float(np.abs(first).max()), 1e-9)
    total, squares, spent, widened = mean.copy(), mean.copy(), 0, 0
    block_calls = len(batches(drawn, question)[0]) * REPEATS if few else BLOCK
    calls = 0
    test = BettingTest(exact.size, bound, FALSE_ALARM / (2 * tests), MISS / (2 * tests))
    while calls < most and not test.rejects:
        block = _differences(function, case, drawn, question, watch, exact, rng)
        if np.abs(block).max() > test.bound:  # begin again with twice the bound, and half of what is left of the error
            widened += 1
            share = 2 * tests * 2**widened
            test = BettingTest(exact.size, 2 * float(np.abs(block).max()), FALSE_ALARM / share, MISS / share)
            continue
        test.add(block)
        calls += block_calls
        total, squares, spent = (
            total + block.sum(axis=0),
            squares + (block**2).sum(axis=0),
            spent + len(block),
        )
    mean = total / max(spent, 1)
    variance = float((squares / max(spent, 1) - mean**2).sum())
    return Sampled(case, test.rejects, exact + mean.reshape(exact.shape), exact, test.width, spent, variance)


def _differences(
    function: Callable[..., Any],
    case: Case,
    drawn: Rollouts,
    question: Question,
    watch: Watch,
    exact: Floats,
    rng: np.random.Generator,
) -> Floats:
    """Independent samples of f - exact, every entry of it: [n, d]; the mean is zero when f is unbiased.

    Where batches are few, a sample is the expectation over all of them, so that only f's own randomness is left.
    """
    if number_of_batches(len(drawn), question.batch, False) <= FEW:
        rows, chance = batches(drawn, question)
        repeats = np.tile(rows, (REPEATS, 1))
        off = _off(function, case, Pool(drawn, repeats), question, watch, exact)
        return np.einsum("b,rbd->rd", chance, off.reshape(REPEATS, len(rows), -1))
    return _off(function, case, Pool(drawn, _draw(drawn, question, rng)), question, watch, exact)


def _off(
    function: Callable[..., Any], case: Case, pool: Pool, question: Question, watch: Watch, exact: Floats
) -> Floats:
    """f - exact on every batch of the pool: [B, d]."""
    answers, rows, arrays = question.kind(function, case, pool, watch), pool.rows, pool.rollouts.arrays
    if not isinstance(question.against, Target):
        return answers.estimates.reshape(len(rows), -1) - exact.ravel()
    assert answers.targets is not None
    mask = arrays["mask"][rows]
    time = np.broadcast_to(np.arange(case.steps), mask.shape)
    obs, actions = arrays["obs"][rows], arrays["actions"][rows]
    mask = mask & ~np.isnan(answers.targets)
    off = np.where(mask, answers.targets - exact[time, obs, actions], 0.0)
    cells = np.ravel_multi_index((time, obs, actions), exact.shape)
    number = np.arange(len(rows))[:, None, None] * exact.size + cells
    found = np.bincount(number.ravel(), off.ravel(), len(rows) * exact.size).reshape(len(rows), *exact.shape)
    if not question.against.given_action:
        found = np.repeat(found.sum(axis=2, keepdims=True), exact.shape[2], axis=2)
    return np.asarray(found, dtype=np.float64).reshape(len(rows), -1)


def _draw(drawn: Rollouts, question: Question, rng: np.random.Generator) -> NDArray[np.int64]:
    """Batches of N trajectories from their law, [n, N]; each of one start, if asked."""
    law = drawn.weights / drawn.weights.sum()
    if not question.shared_start:
        return rng.choice(len(law), (BLOCK, question.batch), p=law)
    first = rng.choice(len(law), BLOCK, p=law)
    rows = []
    for start in drawn.starts[first]:
        group = np.flatnonzero(drawn.starts == start)
        rows.append(rng.choice(group, question.batch, p=law[group] / law[group].sum()))
    return np.array(rows)
