"""The cases that a function is judged on: what it reads decides how they are drawn, and its time how many."""

from __future__ import annotations

import math

from numeric.judging.asked import Asked
from numeric.judging.case import Case
from numeric.judging.drawing import cases
from numeric.judging.jax_kind import SHAPES
from numeric.judging.trial import Question, number_of_batches
from numeric.judging.watch import Watch

__all__ = ["as_asked", "as_read", "can_enumerate", "chosen", "how_drawn", "shapes"]

BUDGET = {1: 400, 2: 1600}  # batches a case, at most; others:
BUDGET_OF_GROUPS = 2000
EXACT = 10**5  # batches a case that are still enumerated
CALLS = 60_000  # of f, over all cases


def _most(batch: int, budget: float, symmetric: bool) -> int:
    """The largest K with at most `budget` batches, but at least 2, and 3 where those can be enumerated."""
    most = 2
    while number_of_batches(most + 1, batch, symmetric) <= max(budget, 1) and most < 400:
        most += 1
    return max(most, 3) if 3**batch <= EXACT // 10 else most


def can_enumerate(asked: Asked, symmetric: bool) -> bool:
    return number_of_batches(2, asked.batch, symmetric) <= EXACT // 2


def chosen(asked: Asked, question: Question, watch: Watch) -> list[Case]:
    """The cases to judge on, as many and as large as the time that f takes allows."""
    budget = float(BUDGET.get(asked.batch, BUDGET_OF_GROUPS))
    seconds = watch.seconds / max(watch.calls, 1)
    vectorised = getattr(question.kind, "vectorised", None) is True or getattr(question.kind, "traced", False)
    number = asked.mdps
    if not vectorised:
        allowed = asked.timeout / 4 / max(seconds, 1e-7)
        budget = min(budget, max(4.0, allowed / number))
        number = max(min(number, 10), min(number, math.ceil(allowed / budget - 1e-9)))
    most = _most(asked.batch, budget, question.symmetric)
    heaviest = number_of_batches(most, asked.batch, question.symmetric)
    if heaviest > 2 * budget:
        number = max(min(number, 10), min(number, CALLS // heaviest))
    return [as_asked(case, asked, watch.reads, question) for case in cases(number, most, asked.seed, shapes(asked))]


def shapes(asked: Asked) -> tuple[tuple[int, int], ...] | None:
    return SHAPES if asked.kind == "jax" else None


def as_read(asked: Asked, reads: set[str]) -> tuple[bool, bool]:
    """Whether batches are drawn off policy, and whether some are truncated."""
    bootstraps = "next_values" in reads or {"values", "truncated"} <= reads
    off_policy = "behaviour_logp" in reads if asked.off_policy is None else asked.off_policy
    return off_policy, bootstraps if asked.truncation is None else asked.truncation


def as_asked(case: Case, asked: Asked, reads: set[str], question: Question) -> Case:
    off_policy, truncated = as_read(asked, reads)
    case = case if off_policy else case.on_policy()
    case = case if truncated and getattr(question.against, "can_be_cut", asked.kind == "value_target") else case.uncut()
    return case if asked.critic == "arbitrary" else case.exact_critic()


def how_drawn(asked: Asked, watch: Watch) -> list[str]:
    off_policy, truncated = as_read(asked, watch.reads)
    notes = []
    if off_policy:
        why = "" if asked.off_policy else ", as it reads behaviour_logp"
        notes.append(f"batches were drawn by the behaviour policy{why}")
    if truncated:
        why = "" if asked.truncation else ", as it bootstraps"
        notes.append(f"some episodes were truncated{why}")
    return notes
