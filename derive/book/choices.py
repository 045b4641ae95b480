r"""∇J = E[Σ_t Ψ_t ∇\log π], where Ψ_t is what the formulas behind it say: one meaning, or each of several choices.

A step with a letter that nobody has defined yet holds, where it holds for every one of them; it is never refuted so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from derive.book.document import Formula
from derive.book.naming import named
from derive.book.progress import Progress
from derive.book.scope import Binding
from derive.book.sections import section_of
from derive.book.sorts import is_head, key_of
from derive.book.tree import Call, Node, Sym, walk
from derive.book.verdict import PASSED, Judged, judge_claim

MAX_AHEAD = 14
_WHERE = re.compile(r"\s*[.,;]?\s*(?:and\s+)?(?:where|with|here|in which|for)\b", re.I)


def under_choices(progress: Progress, n: int, formula: Formula, left: Node, right: Node) -> Judged | None:
    """The verdict on a step for what its letters are said to be right behind it; None where nothing is said."""
    found = list(_choices(progress, n, left, right)) if _WHERE.match(formula.after) else []
    setting, judged = progress.setting(formula), None
    for binding in found:
        judged = judge_claim(left, right, replace(setting, scope=setting.scope.bind(binding)))
        if judged[0].verdict not in PASSED:
            return None
    if judged is None:
        return None
    judgement, read_as = judged
    lines = ", ".join(str(b.line) for b in found)
    said = f"for each choice of lines {lines}" if len(found) > 1 else f"for the definition of line {lines}"
    return replace(judgement, message=f"{judgement.message}; {said}"), read_as


def _choices(progress: Progress, n: int, left: Node, right: Node) -> Iterator[Binding]:
    """The definitions, in the formulas behind a display, of one letter that it uses and that nothing defines."""
    scope, formulas = progress.scope, progress.document.formulas
    wanted: str | None = None
    used = {named(x, scope.survey) for x in walk((left, right)) if isinstance(x, (Sym, Call))}
    for m in range(n + 1, min(n + 1 + MAX_AHEAD, len(formulas))):
        statements = progress.parsed[m]
        if section_of(formulas[m].source, formulas[m].offsets[0]) != scope.section or isinstance(statements, Exception):
            return
        for relation in (s.relation for s in statements if s.relation.operators[:1] in (("=",), (":=",))):
            head, body = relation.sides[0], relation.sides[1]
            name = named(head, scope.survey) if head is not None else None
            if head is None or body is None or name not in used or (wanted is not None and name != wanted):
                continue
            key = key_of(head, scope.survey)
            if key is not None and is_head(head, scope.survey) and not scope.own(key):
                wanted = name
                yield Binding(key, head, body, formulas[m].line, progress.serial + m)
