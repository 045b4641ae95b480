"""Whether a text goes on with the meaning that a letter had before an equation that seems to define it anew.

J = Σ_τ R(τ), stated where J has been E_τ[R(τ)], is no new definition where ∇J = E_τ[R(τ) ∇log P(τ)] comes after it,
which holds for the one and fails for the other: it is a mistake.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

from derive.book.bounds import TimeUp
from derive.book.document import Formula
from derive.book.progress import Progress
from derive.book.scope import Binding
from derive.book.sections import section_of
from derive.book.sorts import key_of
from derive.book.tree import Call, Node, Sym, walk
from derive.book.verdict import Setting, truth

MAX_AHEAD, MAX_USES = 14, 6
Use = tuple[Node, Node, int]  # the sides of a step, and its line


def contradicted(progress: Progress, n: int, formula: Formula, later: Binding) -> int | None:
    """The line of the first step after it that is true of the letter as it was and false of it as it would be; None
    where there is none, or where a step before that is true of it as it would be alone."""
    before = progress.setting(formula)
    after = Setting(before.scope.bind(later), before.judges, before.conditions, before.orders)
    with suppress(TimeUp):
        for left, right, line in islice(_uses(progress, n, formula, later), MAX_USES):
            was, would = truth(left, right, before), truth(left, right, after)
            if was and would is False:
                return line
            if would and was is False:
                return None
    return None


def _uses(progress: Progress, n: int, formula: Formula, later: Binding) -> Iterator[Use]:
    """The other sides of the definition's own chain; then the steps behind it in its section that use the letter."""
    yield from _own_chain(progress, n, formula, later)
    formulas, scope = progress.document.formulas, progress.scope
    for m in range(n + 1, min(n + 1 + MAX_AHEAD, len(formulas))):
        statements = progress.parsed[m]
        if section_of(formulas[m].source, formulas[m].offsets[0]) != scope.section:
            return
        if isinstance(statements, Exception) or not formulas[m].displayed:
            continue
        for relation in (s.relation for s in statements):
            for i, operator in enumerate(relation.operators):
                left, right = relation.sides[i], relation.sides[i + 1]
                if operator not in ("=", ":=") or left is None or right is None:
                    continue
                if key_of(left, scope.survey) == later.key:  # it defines once more, or says the same again
                    break
                if _speaks_of(later, (left, right), progress):
                    yield left, right, formulas[m].line


def _own_chain(progress: Progress, n: int, formula: Formula, later: Binding) -> Iterator[Use]:
    """X = Y and X = Z of X = body = Y = Z."""
    statements = progress.parsed[n]
    for relation in () if isinstance(statements, Exception) else (s.relation for s in statements):
        places = [i for i, side in enumerate(relation.sides) if side is later.body]
        for i in range(places[0], len(relation.operators)) if places else ():
            other = relation.sides[i + 1]
            if relation.operators[i] not in ("=", ":=") or other is None:
                return
            yield later.head, other, formula.line


def _speaks_of(later: Binding, sides: tuple[Node, ...], progress: Progress) -> bool:
    survey = progress.scope.survey
    return any(isinstance(part, (Sym, Call)) and key_of(part, survey) == later.key for part in walk(sides))
