"""After the trials: the smallest biased case, and where the estimator would be right."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from numeric.errors import EstimatorError
from numeric.judging.asked import Announce, Asked
from numeric.judging.case import Case
from numeric.judging.shrinking import minimise, size
from numeric.judging.trial import Question, Trial, tried
from numeric.judging.verdicts import is_biased, up_to_scale_for
from numeric.judging.watch import Watch

__all__ = ["remarks", "smallest"]

SHRINKING = 1 / 15  # of the time allowed: 4 of 60 seconds
VISIBLE = 0.02  # of the largest entry: a bias that a reader can see in a counterexample


def smallest(
    function: Callable[..., Any],
    asked: Asked,
    question: Question,
    watch: Watch,
    biased: Sequence[Trial],
    unit: float,
    announce: Announce,
) -> Trial:
    """The smallest biased case among the trials, made smaller still."""
    kept = {id(t.case): t for t in biased}
    deadline = time.monotonic() + SHRINKING * asked.timeout

    def still(case: Case) -> bool:
        if time.monotonic() > deadline or math.isinf(unit):
            return False
        announce(case)
        try:
            trial = tried(function, case, question, watch)
        except EstimatorError:
            return False  # a fault on a case that was never drawn is no answer to the question
        kept[id(case)] = trial
        return is_biased(trial, unit) and _relative(trial) > visible

    visible = min(VISIBLE, max(map(_relative, biased)) / 10)
    compiled = asked.kind == "jax"  # a new shape costs a compilation: begin with the smallest, and keep it
    shown = [t.case for t in biased if _relative(t) > visible]
    start = min(shown, key=lambda case: ((case.steps, case.theta.shape[1]) if compiled else (), size(case)))
    case = minimise(start, still, same_shape=compiled)
    return kept.get(id(case)) or tried(function, case, question, watch)


def _relative(trial: Trial) -> float:
    """The bias over the largest entry."""
    scale = max(float(np.abs(trial.exact).max()), float(np.abs(trial.expected).max()), 1e-12)
    return float(np.abs(trial.expected - trial.exact).max()) / scale


def remarks(
    function: Callable[..., Any],
    question: Question,
    watch: Watch,
    trials: Sequence[Trial],
    biased: Sequence[Trial],
    trial: Trial,
    unit: float,
) -> Iterator[str]:
    """Where the estimator would be right."""
    few = sorted(biased, key=lambda t: len(t.answers.batch))[:6]

    def right(change: Callable[[Case], Case]) -> bool:
        try:
            return not any(is_biased(tried(function, change(t.case), question, watch), unit) for t in few)
        except EstimatorError:
            return False

    other = up_to_scale_for(trials, unit)
    if other is not None:
        yield other
    elif all(t.zero(t.expected) for t in trials):
        yield "its expectation is zero on every MDP: is the gradient detached, or of mean zero?"
    elif any(t.case.is_cut for t in few) and right(lambda case: case.uncut()):
        yield "right where no episode is truncated"
    elif any(t.case.behaviour is not None for t in few) and right(lambda case: case.on_policy()):
        yield "right on policy, where π = μ"
    elif trial.case.mdp.discount < 1 and right(lambda case: case.undiscounted()):
        yield "equal if γ = 1"
    elif trial.case.noise is not None and right(lambda case: case.exact_critic()):
        yield "right where the critic is exact"
