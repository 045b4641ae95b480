"""The library's own estimators on the same cases: the variance that f has to be compared with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.judging.answers import Answers, gathered, scored
from numeric.judging.batch import Pool
from numeric.judging.case import Case
from numeric.judging.objectives import DISCOUNTED
from numeric.judging.rollouts import rollouts
from numeric.judging.trial import Question, batches, on
from numeric.returns import discounts, returns, rewards_to_go

__all__ = ["library_variances"]

Floats = NDArray[np.float64]
Weights = Callable[[Case, dict[str, NDArray[Any]]], Floats]


def _total(case: Case, arrays: dict[str, NDArray[Any]]) -> Floats:
    steps = arrays["mask"].shape[1]
    return np.repeat(returns(arrays["rewards"], case.mdp.discount)[:, None], steps, axis=1)


def _to_go(case: Case, arrays: dict[str, NDArray[Any]]) -> Floats:
    powers: Floats = discounts(case.mdp.discount, arrays["mask"].shape[1])
    return powers * rewards_to_go(arrays["rewards"], case.mdp.discount)


def _advantage(case: Case, arrays: dict[str, NDArray[Any]]) -> Floats:
    powers: Floats = discounts(case.mdp.discount, arrays["mask"].shape[1])
    exact: Floats = case.values[np.arange(arrays["mask"].shape[1]), arrays["obs"].astype(np.int64)]
    return _to_go(case, arrays) - powers * exact


ESTIMATORS: dict[str, Weights] = {
    "total return": _total,
    "reward to go": _to_go,
    "reward to go less V": _advantage,
}


def library_variances(cases: Sequence[Case], batch: int) -> dict[str, float]:
    """The mean over the cases of Σ Var of the average over N independent trajectories on policy, by estimator."""
    found = {}
    plain = [case.on_policy().uncut() for case in cases]
    for name, weights in ESTIMATORS.items():
        variances = [_variance(case, weights) for case in plain]
        found[name] = float(np.mean(variances)) / batch
    return found


def _variance(case: Case, weights: Weights) -> float:
    drawn = rollouts(case)
    question = Question(lambda *_: answers, DISCOUNTED, 1, False)
    rows, chance = batches(drawn, question)
    pool = Pool(drawn, rows)
    number = np.arange(len(rows))
    per_step = scored(case, pool, number, weights(case, drawn.arrays)[:, None])
    answers = Answers(number, np.ones(len(rows)), gathered(case, pool, number, per_step), 0.0, per_step)
    return on(case, question, pool, chance, answers).variance
