"""One step -> a verdict, under every reading of the text.

The first reading that passes is reported. A refutation stands only when the step fails under all of them, nothing was
assumed, and no earlier definition of the text makes it true (then it is `inconsistent`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from derive.book.claims import Claim, claim, conventions, deterministic, reaches_further, readings
from derive.book.context import Reading
from derive.book.judge import Judgement, Judges, judge
from derive.book.scope import Scope
from derive.book.tokens import Stopped
from derive.book.tree import Node
from derive.printing import latex, text

PASSED = ("proved", "holds")
Judged = tuple[Judgement, str | None]


def judge_claim(left: Node, right: Node, scope: Scope, judges: Judges, conditions: Sequence[Node]) -> Judged:
    """One step under every reading of the text; the first reading that passes is reported."""
    claims, complete = _claims(left, right, scope, conditions)
    results = []
    for one in claims:
        judgement = judge(one.equation, one.hypotheses, judges)
        results.append((one, judgement))
        if judgement.verdict in PASSED or judgement.code.startswith("internal"):
            failed = [c.reading for c, j in results if j.verdict == "refuted"]
            return _told(one, judgement, scope, failed), latex(one.equation)
    one, judgement = results[0]
    if all(j.verdict == "refuted" for _, j in results):
        if (softer := _without_chance(one, scope, judges)) is not None:
            return softer, latex(one.equation)
        if (softer := _under_earlier(left, right, scope, judges, conditions, one, judgement)) is not None:
            return softer, latex(one.equation)
        judgement = _guarded(one, judgement, (left, right), scope, complete)
    elif len(results) > 1:
        open_one = next(j for _, j in results if j.verdict != "refuted")
        judgement = replace(open_one, code="D059" if judgement.verdict == "refuted" else open_one.code)
    return _told(one, judgement, scope), latex(one.equation)


def _claims(left: Node, right: Node, scope: Scope, conditions: Sequence[Node]) -> tuple[list[Claim], bool]:
    """The distinct equations of a step. Raises Stopped when no reading gives one."""
    found: list[Claim] = []
    options, complete = readings(scope, [left, right])
    stopped: Stopped | None = None
    for reading in options:
        try:
            one = claim(left, right, scope, reading, conditions)
        except Stopped as fault:
            stopped, complete = fault, False
            continue
        if all(one.equation != c.equation or one.hypotheses != c.hypotheses for c in found):
            found.append(one)
    if not found:
        assert stopped is not None
        raise stopped
    return found, complete


def _guarded(one: Claim, judgement: Judgement, sides: tuple[Node, Node], scope: Scope, complete: bool) -> Judgement:
    """A refutation stands only where nothing was assumed and nothing may be read otherwise."""
    if one.notes.assumed:
        return Judgement(
            "unknown",
            "D051",
            f"fails as read, but that rests on an assumption: {', '.join(sorted(one.notes.assumed))}",
        )
    if not complete:
        return Judgement("unknown", "D059", "fails under one reading, and another could not be read")
    if any(reaches_further(side, scope, one.reading) for side in sides):
        return Judgement("unknown", "D056", "fails as read; ∇ may reach further to the right")
    return judgement


def _without_chance(one: Claim, scope: Scope, judges: Judges) -> Judgement | None:
    """P(τ) = ∏ π(a_t|s_t), where the text says that its environment is deterministic."""
    special = deterministic(one) if scope.survey.deterministic else None
    if special is None or judge(special.equation, special.hypotheses, judges).verdict not in PASSED:
        return None
    return Judgement("definition", "D024", "the probability of a trajectory where start and moves are certain, as the text says; "
                     "steps below are judged with any ρ_0 and P")  # fmt: skip


def _under_earlier(
    left: Node,
    right: Node,
    scope: Scope,
    judges: Judges,
    conditions: Sequence[Node],
    one: Claim,
    refuted: Judgement,
) -> Judgement | None:
    """`inconsistent` where the step holds under a definition that a later one replaced."""
    for binding in sorted(one.notes.bindings, key=lambda b: -b.serial):
        older = [b for b in scope.found(binding.key) if b.serial < binding.serial]
        for earlier in reversed(older):
            later = [b for b in scope.found(binding.key) if b.serial > earlier.serial]
            try:
                past = claim(left, right, scope.without(later), one.reading, conditions)
            except Stopped:
                continue
            if judge(past.equation, past.hypotheses, judges).verdict in PASSED:
                why = f"true only under the definition of line {earlier.line}, which line {later[-1].line} replaced"
                return replace(
                    refuted,
                    verdict="inconsistent",
                    code="D012",
                    message=f"{why}; under the later one {refuted.message}",
                )
    return None


def _told(one: Claim, judgement: Judgement, scope: Scope, failed: Sequence[Reading] = ()) -> Judgement:
    said = [one.remark] if one.remark else []
    said += [f"false under the more general {reading}" for reading in failed]
    said += conventions(one, scope)
    if judgement.verdict == "refuted":
        said.insert(0, f"read as {text(one.equation)}")
    return replace(judgement, message="; ".join([judgement.message, *said])) if said else judgement
