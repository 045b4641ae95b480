r"""∇J = E[Σ_t Ψ_t ∇\log π], where Ψ_t is what the formulas behind it say: one meaning, or each of several choices,
“Ψ_t = …” or the items of a list behind “where Ψ_t can be one of the following”.

A step with a letter that nobody has defined yet holds, where it holds for every one of them; it is never refuted so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from derive.book.document import Formula
from derive.book.naming import named
from derive.book.progress import Progress
from derive.book.scope import Binding, Scope
from derive.book.sections import section_of
from derive.book.sorts import is_head, key_of
from derive.book.tokens import Stopped
from derive.book.tree import Call, Node, Sym, walk
from derive.book.verdict import PASSED, Judged, Setting, judge_claim
from derive.terms import Hypothesis, Statement

MAX_AHEAD = 14
_OFFERS = re.compile(r"\s*(?:can|may|could|might|is|are)\b[^.]{0,60}\b(?:following|one of|any of|either|these)\b", re.I)
_ITEM = re.compile(r"(?:^|\n)[ \t]*(?:\d+[.)]|[-*+]|\(\w\)|\\item(?:\[[^\]\n]*\])?)[ \t]*\Z")
_WHERE = re.compile(r"\s*[.,;]?\s*(?:and\s+)?(?:where|with|here|in which|for)\b", re.I)


def under_choices(progress: Progress, n: int, formula: Formula, left: Node, right: Node) -> Judged | None:
    """The verdict on a step for what its letters are said to be right behind it; None where nothing is said."""
    found = list(_choices(progress, n, left, right)) if _WHERE.match(formula.after) else []
    setting, judged = _models_first(progress.setting(formula)), None
    for binding in found:
        try:
            judged = judge_claim(left, right, replace(setting, scope=setting.scope.bind(binding)))
        except Stopped:
            return None
        if judged[0].verdict not in PASSED:
            return None
    if judged is None:
        return None
    judgement, read_as = judged
    lines = ", ".join(str(b.line) for b in found)
    said = f"for each choice of lines {lines}" if len(found) > 1 else f"for the definition of line {lines}"
    return replace(judgement, message=f"{judgement.message}; {said}"), read_as


def _models_first(setting: Setting) -> Setting:
    """The same, without the time for looking for proofs of what a model refutes: most is tried under γ < 1 in vain."""
    judges = setting.judges

    def prove(statement: Statement, hypotheses: Sequence[Hypothesis]) -> Any:
        refuted = judges.decide(statement, hypotheses).verdict == "refuted"
        return None if refuted else judges.prove(statement, hypotheses)

    return replace(setting, judges=replace(judges, prove=prove))


def _choices(progress: Progress, n: int, left: Node, right: Node) -> Iterator[Binding]:
    """The definitions, in the formulas behind a display, of one letter that it uses and that nothing defines."""
    scope, formulas = progress.scope, progress.document.formulas
    wanted: str | None = None
    offered: Sym | Call | None = None  # “Ψ_t can be one of the following”
    used = {named(x, scope.survey) for x in walk((left, right)) if isinstance(x, (Sym, Call))}
    for m in range(n + 1, min(n + 1 + MAX_AHEAD, len(formulas))):
        statements = progress.parsed[m]
        if section_of(formulas[m].source, formulas[m].offsets[0]) != scope.section or isinstance(statements, Exception):
            return
        if offered is not None and _ITEM.search(formulas[m].before) is not None and statements:
            body = statements[0].relation.sides[0]
            if body is not None and named(body, scope.survey) != wanted:
                yield _binding(progress, offered, body, m)
                continue
        if wanted is None and len(statements) == 1 and statements[0].is_bare and _OFFERS.match(formulas[m].after):
            letter = statements[0].relation.sides[0]
            if isinstance(letter, (Sym, Call)) and _may_mean(letter, used, scope):
                offered, wanted = letter, named(letter, scope.survey)
        for relation in (s.relation for s in statements if s.relation.operators[:1] in (("=",), (":=",))):
            head, body = relation.sides[0], relation.sides[1]
            name = named(head, scope.survey) if head is not None else None
            if head is None or body is None or name not in used or (wanted is not None and name != wanted):
                continue
            if isinstance(head, (Sym, Call)) and _may_mean(head, used, scope):
                wanted = name
                yield _binding(progress, head, body, m)


def _may_mean(head: Sym | Call, used: set[str | None], scope: Scope) -> bool:
    """Whether a letter of the step can be given a meaning: nothing has defined it."""
    key = key_of(head, scope.survey)
    return named(head, scope.survey) in used and key is not None and is_head(head, scope.survey) and not scope.own(key)


def _binding(progress: Progress, head: Node, body: Node, m: int) -> Binding:
    key = key_of(head, progress.scope.survey)
    assert key is not None
    return Binding(key, head, body, progress.document.formulas[m].line, progress.serial + m)
