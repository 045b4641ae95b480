"""From a function to a verdict: every trial, and what is said of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from numeric.errors import EstimatorError
from numeric.judging.asked import Announce, Asked
from numeric.judging.by_samples import by_samples
from numeric.judging.choosing import as_read, can_enumerate, chosen, how_drawn
from numeric.judging.explaining import remarks, smallest
from numeric.judging.objectives import DISCOUNTED
from numeric.judging.picture import counterexample
from numeric.judging.probing import probed, steady, symmetric, unit_of
from numeric.judging.reference import library_variances
from numeric.judging.repairs import nearest, recognised
from numeric.judging.trial import Question, Trial, tried
from numeric.judging.verdicts import Verdict, is_biased, verdict
from numeric.judging.watch import Watch, time_limit

__all__ = ["judged"]


def judged(function: Callable[..., Any], asked: Asked, announce: Announce = lambda case: None) -> Verdict:
    """The verdict on f. Raises EstimatorError for a fault of f that is not a bias."""
    watch = Watch(function)
    with time_limit(asked.timeout, watch.name):
        return _judged(function, asked, watch, announce)


def _judged(function: Callable[..., Any], asked: Asked, watch: Watch, announce: Announce) -> Verdict:
    question = asked.question()
    at_random = probed(function, asked, question, watch, announce)
    if at_random or not can_enumerate(asked, symmetric=True):
        return by_samples(function, asked, question, watch, at_random)
    if asked.batch > 2 and symmetric(function, asked, question, watch):
        question = replace(question, symmetric=True)
    elif not can_enumerate(asked, symmetric=False):
        return by_samples(function, asked, question, watch, at_random)
    while True:
        known = set(watch.reads)
        trials = list(_trials(function, asked, question, watch, announce))
        if as_read(asked, watch.reads) == as_read(asked, known):
            break
    return _concluded(function, asked, question, watch, trials, announce)


def _trials(
    function: Callable[..., Any], asked: Asked, question: Question, watch: Watch, announce: Announce
) -> Iterator[Trial]:
    """A trial a case; where γ = 0, which many a function was not written for, one that raises is left out and noted."""
    for case in chosen(asked, question, watch):
        announce(case)
        try:
            yield tried(function, case, question, watch)
        except EstimatorError as fault:
            if case.mdp.discount != 0:
                raise
            watch.left_out = f"{fault}; MDPs with γ = 0 were left out"


def _concluded(
    function: Callable[..., Any],
    asked: Asked,
    question: Question,
    watch: Watch,
    trials: list[Trial],
    announce: Announce,
) -> Verdict:
    steady(function, question, watch, trials[0])
    unit = unit_of(watch, trials)
    found = replace(verdict(trials, unit, asked.kind), notes=watch.notes + how_drawn(asked, watch))
    if asked.compare:
        found = replace(found, pairs=[[float(e), float(x)] for t in trials for e, x in _entries(t)])
    if asked.compare and question.against is DISCOUNTED:
        found = replace(found, compared=library_variances([t.case for t in trials], asked.batch))
    if found.verdict == "SCALED" and found.scale == -1 and hasattr(question.kind, "sign"):
        return replace(
            found,
            notes=[*found.notes, "the sign is wrong: a loss is minimised, so return minus the objective"],
        )
    if found.verdict != "BIASED":
        return found
    biased = [t for t in trials if is_biased(t, unit)]
    known = recognised(trials)
    repair = nearest(known, unit)
    trial = smallest(function, asked, question, watch, biased, unit, announce)
    trial = recognised([trial])[0] if known[0].answers.per_step is not None else trial
    notes = list(remarks(function, question, watch, trials, biased, trial, unit))
    shown = repair if repair is not None else None
    note = "\n".join([*([f"the nearest correct estimator equals {repair.text}"] if repair else []), *notes])
    return replace(
        found,
        counterexample=counterexample(trial, shown, note),
        repair=repair.text if repair else None,
        notes=found.notes + notes,
    )


def _entries(trial: Trial) -> Iterator[tuple[float, float]]:
    """E[f] and the exact value where either is not zero."""
    for e, x in zip(trial.expected.ravel(), trial.exact.ravel(), strict=True):
        if e != 0 or x != 0:
            yield e, x
