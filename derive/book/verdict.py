"""One step -> a verdict, under every reading of the text.

The first reading that passes is reported. A refutation stands only when the step fails under all of them, nothing was
assumed, and no earlier definition of the text makes it true (then it is `inconsistent`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from sympy import Basic

from derive.binding import substitute
from derive.book.chosen import as_chosen
from derive.book.claims import (
    Claim,
    claim,
    context,
    conventions,
    counted,
    deterministic,
    orders_free_times,
    readings,
    restated,
)
from derive.book.context import Reading
from derive.book.elaborate import read
from derive.book.judge import Judgement, Judges, looked_at, upheld
from derive.book.laws import SAME_POLICY
from derive.book.reach import wider
from derive.book.repair import repaired
from derive.book.scope import Choice, Convention, Scope
from derive.book.tokens import Stopped
from derive.book.tree import Node, Relation, Sym, walk
from derive.printing import latex, text
from derive.terms import real_symbol

PASSED = ("proved", "holds")
_ANY = re.compile(
    r"[fghpquxyz](?: any (?:positive )?(?:function|number)(?: of \w+)?)?"
)  # letters without a meaning of their own
FAILS = Judgement("refuted", "D010", "fails on a finite model")
Judged = tuple[Judgement, str | None]


@dataclass(frozen=True)
class Setting:
    """What a step is judged in: the scope, the witnesses, the conditions beside it, the orders that the prose names."""

    scope: Scope
    judges: Judges
    conditions: tuple[Node, ...] = ()
    orders: tuple[Relation, ...] = ()
    orders_beside: tuple[Relation, ...] = ()  # those that the prose names elsewhere
    relation: str = "="
    identity: bool = False  # the words before it call it an identity: true of any f in it

    def claim(
        self,
        left: Node,
        right: Node,
        reading: Reading,
        *,
        scope: Scope | None = None,
        also: Sequence[Node] = (),
    ) -> Claim:
        return claim(left, right, scope or self.scope, reading, (*self.conditions, *also), self.relation)

    def judge(self, one: Claim) -> Judgement:
        """The verdict on one reading; `upheld` has to confirm a refutation."""
        return looked_at(*counted(one, self.scope.survey.first), self.judges)

    def upheld(self, one: Claim, refuted: Judgement) -> Judgement:
        return upheld(refuted, *counted(one, self.scope.survey.first), self.judges)

    def tried(self, one: Claim) -> Judgement:
        """The verdict on what is only tried, most of which is false: such a refutation has no counterexample."""
        equation, hypotheses = counted(one, self.scope.survey.first)
        seen = self.judges.fails(equation, hypotheses)
        if seen:
            return FAILS
        outcome = self.judges.decide(equation, hypotheses) if seen is None else None
        if outcome is not None and outcome.verdict == "unknown" and not outcome.sizes:
            return Judgement("unknown", "D050", outcome.reason)
        return looked_at(equation, hypotheses, self.judges)

    def passes(self, one: Claim) -> Judgement | None:
        """The verdict on what is only tried, where it passes."""
        judgement = self.tried(one)
        return judgement if judgement.verdict in PASSED else None


def judge_claim(left: Node, right: Node, setting: Setting) -> Judged:
    """One step under every reading of the text; the first reading that passes is reported. What fails is tried under
    the other conventions that the text shows: it may not have been consistent."""
    try:
        judgement, one = _judged(left, right, setting)
    except Stopped:
        if (otherwise := _elsewhere(left, right, setting)) is None:
            raise
        return Judgement("unknown", "D050", "without a value", otherwise=otherwise), None
    if judgement.verdict in PASSED or judgement.code.startswith("internal"):
        return judgement, latex(one.equation)
    if (otherwise := _elsewhere(left, right, setting)) is not None:
        judgement = replace(judgement, otherwise=otherwise)
    elif judgement.verdict in ("refuted", "inconsistent"):
        first = setting.scope.survey.first
        mend = partial(repaired, one, first, setting.passes, one.reading.horizon(first))
        judgement = replace(judgement, mend=mend)
    return judgement, latex(one.equation)


def _elsewhere(left: Node, right: Node, setting: Setting) -> Convention | None:
    """Another convention that the text shows, under which a step passes that fails under its own."""
    for last in setting.scope.survey.others:
        scope = replace(setting.scope, survey=setting.scope.survey.under(last))
        with suppress(Stopped):
            claims, _ = _claims(left, right, replace(setting, scope=scope))
            if any(setting.passes(one) is not None for one in claims):
                return last
    return None


def truth(left: Node, right: Node, setting: Setting) -> bool | None:
    """Whether a step passes; False where it is refuted, or true under a replaced definition only; None for all else."""
    with suppress(Stopped):
        verdict = _judged(left, right, setting)[0].verdict
        return True if verdict in PASSED else False if verdict in ("refuted", "inconsistent") else None
    return None


def _judged(left: Node, right: Node, setting: Setting) -> tuple[Judgement, Claim]:
    """The verdict under the conventions in force, and the claim that it is on."""
    try:
        claims, complete = _claims(left, right, setting)
    except Stopped:
        if (found := _read_under_orders(left, right, setting)) is None:
            raise
        return found
    results: list[tuple[Claim, Judgement]] = []
    for one in claims:
        judgement = setting.tried(one) if results else setting.judge(one)
        if judgement.verdict in PASSED or judgement.code.startswith("internal"):
            failed = [c.reading for c, j in results if j.verdict == "refuted"]
            if any(r.reward != one.reading.reward for r in failed):
                judgement = Judgement(
                    "unknown", "D061", "true only where r_t depends on s_t alone, as in the text's example"
                )
            return _told(one, judgement, setting.scope, failed), one
        results.append((one, judgement))
    one, judgement = results[0]
    if all(j.verdict == "refuted" for _, j in results):
        judgement = _softened(left, right, setting, one, judgement, complete)
        if judgement.verdict in ("refuted", "inconsistent"):
            judgement = _upheld(setting, results, judgement)
    elif len(results) > 1:
        judgement = next(j for _, j in results if j.verdict != "refuted")
        judgement = replace(judgement, code="D059") if results[0][1].verdict == "refuted" else judgement
    return _told(one, judgement, setting.scope), one


def _read_under_orders(left: Node, right: Node, setting: Setting) -> tuple[Judgement, Claim] | None:
    """What can be read only under a “k < t” in the words around it: E[X | s_k, a_k, s_{k+1}] of an X of later times."""
    for relation in setting.orders:
        for reading in readings(setting.scope, [left, right])[0]:
            with suppress(Stopped):
                one = setting.claim(left, right, reading, also=[relation])
                if not orders_free_times(one, len(one.hypotheses) - len(relation.operators)):
                    continue
                judgement = setting.judge(one)
                if judgement.verdict == "refuted":
                    judgement = Judgement("unknown", "D062", f"fails, read under {text(one.hypotheses[-1])}")
                said = replace(judgement, message=f"{judgement.message}, the last condition from the words around it")
                return _told(one, said, setting.scope), one
    return None


def _upheld(setting: Setting, results: Sequence[tuple[Claim, Judgement]], judgement: Judgement) -> Judgement:
    """A refutation stands where every reading has a counterexample that is confirmed, and none has a proof."""
    for n, (one, refuted) in enumerate(results):
        found = refuted if n == 0 else setting.judge(one)
        found = setting.upheld(one, found) if found.verdict == "refuted" else found
        if found.verdict != "refuted":
            return found if found.code.startswith("internal") else replace(found, verdict="unknown", code="D059")
        judgement = replace(judgement, gap=found.gap) if n == 0 else judgement
    return judgement


def _claims(left: Node, right: Node, setting: Setting) -> tuple[list[Claim], bool]:
    """The distinct equations of a step. Raises Stopped when no reading gives one."""
    found: list[Claim] = []
    options, complete = readings(setting.scope, [left, right])
    stopped: Stopped | None = None
    for reading in options:
        try:
            one = setting.claim(left, right, reading)
        except Stopped as fault:
            stopped, complete = stopped or fault, complete and not reading.values
            continue
        if all(one.equation != c.equation or one.hypotheses != c.hypotheses for c in found):
            found.append(one)
    if not found:
        assert stopped is not None
        raise stopped
    return found, complete


def _softened(left: Node, right: Node, setting: Setting, one: Claim, refuted: Judgement, complete: bool) -> Judgement:
    """A refutation stands where no word of the text makes the step true, and nothing was assumed."""
    for softer in _softer(left, right, setting, one, refuted):
        if softer is not None and not (softer.verdict == "inconsistent" and one.notes.assumed):
            return softer
    if rests_on := _assumed(left, right, setting, one):
        message = f"fails as read, but that rests on an assumption: {', '.join(sorted(rests_on))}"
        return Judgement("unknown", "D051", message, assumed=tuple(rests_on))
    if chosen := sorted({choice.letter for choice in setting.scope.chosen(_letters(left, right))}):
        message = f"fails for any {', '.join(chosen)}, and the text says which is meant"
        return _fails_as_chosen(left, right, setting, one) or Judgement("unknown", "D051", message)
    if not complete:
        return Judgement("unknown", "D059", "fails under one reading, and another could not be read")
    if _may_reach_further(left, right, setting):
        return Judgement("unknown", "D056", "fails as read; ∇ may reach further to the right")
    return refuted


def _assumed(left: Node, right: Node, setting: Setting, one: Claim) -> set[str]:
    """What a refuted step rests on: not that π is π_θ, where it fails for any other policy as well; nor what is true of
    any letter, where the words call it an identity."""
    found = set(one.notes.assumed)
    if setting.identity and all(map(_ANY.fullmatch, found)):
        return set()
    if found == {SAME_POLICY}:
        survey = replace(setting.scope.survey, policy_apart=True)
        if _fails(left, right, replace(setting, scope=replace(setting.scope, survey=survey))):
            return set()
    return found


def _fails(left: Node, right: Node, setting: Setting) -> bool:
    """Whether a step is false under every reading, none of which could not be read."""
    try:
        claims, complete = _claims(left, right, setting)
    except Stopped:
        return False
    return complete and all(setting.tried(one).verdict == "refuted" for one in claims)


def _may_reach_further(left: Node, right: Node, setting: Setting) -> bool:
    """Whether a ∇ that reaches to the end of its product may make a step true; or nobody knows."""
    choices = wider(left, right, setting.scope)
    if choices is None:
        return True
    return not all(_fails(*sides, setting) for sides in choices)


def _softer(left: Node, right: Node, setting: Setting, one: Claim, refuted: Judgement) -> Iterator[Judgement | None]:
    """What the words of the text may make of a step that fails, each tried when it is asked for."""
    yield _without_chance(one, setting)
    yield _under_orders(left, right, setting, one, setting.orders)
    yield _only_under(left, right, setting, one)
    yield _under_settings(one, setting)
    yield _under_choices(left, right, setting, one)
    yield _under_earlier(left, right, setting, one, refuted)


def _without_chance(one: Claim, setting: Setting) -> Judgement | None:
    """P(τ) = ∏ π(a_t|s_t), where the text says that its environment is deterministic."""
    special = deterministic(one) if setting.scope.survey.deterministic else None
    if special is None or setting.passes(special) is None:
        return None
    message = "the probability of a trajectory where start and moves are certain, as the text says"
    return Judgement("definition", "D024", f"{message}; steps below are judged with any ρ_0 and P")


def _only_under(left: Node, right: Node, setting: Setting, one: Claim) -> Judgement | None:
    """A step that a “k < t” elsewhere in the text would make true may still be meant under it."""
    if _under_orders(left, right, setting, one, setting.orders_beside) is None:
        return None
    message = "fails for some times, and not under a condition on them that the text names elsewhere"
    return Judgement("unknown", "D062", message)


def _under_orders(
    left: Node, right: Node, setting: Setting, one: Claim, orders: Sequence[Relation]
) -> Judgement | None:
    """A step about r_k and a_t may rest on a “k < t” in the words around it."""
    undecided = None
    for relation in orders:
        try:
            special = setting.claim(left, right, one.reading, also=[relation])
        except Stopped:
            continue
        if not orders_free_times(special, len(one.hypotheses)):
            continue
        judgement = setting.tried(special)
        if judgement.verdict in PASSED:
            return replace(judgement, message=f"{judgement.message}, the last condition from the words around it")
        if judgement.verdict != "refuted":
            undecided = judgement
    return undecided


def _under_settings(one: Claim, setting: Setting) -> Judgement | None:
    """A step may rest on a number that the text sets for a letter: γ = 1."""
    for name, value, line in reversed(setting.scope.settings):
        try:
            numbers: dict[Basic, Basic] = {real_symbol(name): read(value, context(setting.scope, one.reading))}
        except Stopped:
            continue
        left, right = (substitute(side, numbers) for side in (one.equation.lhs, one.equation.rhs))
        judgement = setting.passes(replace(one, equation=restated(one.equation, left, right)))
        if judgement is not None:
            message = f"{judgement.message}, for {name} = {text(numbers[real_symbol(name)])}, as line {line} sets"
            return replace(judgement, verdict="holds", code="D005", message=f"{message}; false in general")
    return None


def _letters(*nodes: Node) -> set[str]:
    return {n.name for n in walk(nodes) if isinstance(n, Sym)}


def _under_choices(left: Node, right: Node, setting: Setting, one: Claim) -> Judgement | None:
    """A step may rest on what an equation of its section says of π: π(a|s) = e^{h(s,a)} / Σ_b e^{h(s,b)}."""
    for choice, special in _as_chosen(left, right, setting, one):
        if (judgement := setting.passes(special)) is not None:
            return replace(judgement, message=f"{judgement.message}, for the {choice.letter} of line {choice.line}")
    return None


def _fails_as_chosen(left: Node, right: Node, setting: Setting, one: Claim) -> Judgement | None:
    """A step may fail for the one π that the section says, in whatever that is said in."""
    choices = list(_as_chosen(left, right, setting, one))
    if len(choices) != 1 or len(setting.scope.chosen(_letters(left, right))) != 1 or choices[0][1].notes.assumed:
        return None
    ((choice, special),) = choices
    judgement = setting.judge(special)
    judgement = setting.upheld(special, judgement) if judgement.verdict == "refuted" else judgement
    said = f"{judgement.message}, for the {choice.letter} of line {choice.line}"
    return replace(judgement, message=said) if judgement.verdict == "refuted" else None


def _as_chosen(left: Node, right: Node, setting: Setting, one: Claim) -> Iterator[tuple[Choice, Claim]]:
    """The claim for each choice of its letters, the latest first."""
    for choice in reversed(setting.scope.chosen(_letters(left, right))):
        with suppress(Stopped):
            made = None if choice.right is None else setting.claim(choice.left, choice.right, one.reading)
            special = None if made is None else as_chosen(one, made, setting.scope.survey.first)
            if special is not None:
                yield choice, special


def _under_earlier(left: Node, right: Node, setting: Setting, one: Claim, refuted: Judgement) -> Judgement | None:
    """`inconsistent` where the step holds under a definition that a later one replaced."""
    scope = setting.scope
    for binding in sorted(one.notes.bindings, key=lambda b: -b.serial):
        beside = [b for b in scope.found(binding.key) if b.file == binding.file]
        for earlier in reversed([b for b in beside if b.serial < binding.serial]):
            later = [b for b in scope.found(binding.key) if b.serial > earlier.serial]
            try:
                past = setting.claim(left, right, one.reading, scope=scope.without(later))
            except Stopped:
                continue
            judgement = setting.passes(past)
            if judgement is not None and all(b.doubtful for b in later):
                place = f"{earlier.file}, line {earlier.line}" if earlier.file else f"line {earlier.line}"
                return replace(judgement, message=f"{judgement.message}, under the definition of {place}")
            if judgement is not None and not earlier.file:
                why = f"true only under the definition of line {earlier.line}, which line {later[-1].line} replaced"
                message = f"{why}; under the later one {refuted.message}"
                return replace(refuted, verdict="inconsistent", code="D012", message=message)
    return None


def _told(one: Claim, judgement: Judgement, scope: Scope, failed: Sequence[Reading] = ()) -> Judgement:
    """The message with the reading's conventions."""
    said = [one.remark] if one.remark else []
    said += [f"false under the more general {reading}" for reading in failed if str(reading) != str(one.reading)]
    said += conventions(one, scope)
    return replace(judgement, message="; ".join([judgement.message, *said])) if said else judgement
