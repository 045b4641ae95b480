"""A text -> a verdict on every displayed step, in the order of the text.

The scope grows as the text goes on: its definitions, displayed or in the prose, hold from where they stand. A fault
while one step is judged becomes `unknown` for that step; it never becomes a pass.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from derive.book.claims import context, order, readings
from derive.book.defining import (
    about_values,
    carry_on,
    choose,
    chooses,
    is_difference,
    is_marked_policy,
    same_definition,
)
from derive.book.document import Document, Formula
from derive.book.document import read as read_document
from derive.book.follows import Before, says_of_a_letter
from derive.book.inherited import carried, inherited
from derive.book.introduce import orders_times, said_in_prose
from derive.book.judge import Judgement, Judges, remembering
from derive.book.kinds import AIM, ALGORITHM, is_pseudocode
from derive.book.last_index import agreed
from derive.book.objectives import compares
from derive.book.parsing import parsed
from derive.book.progress import Progress, Step
from derive.book.reading_order import earlier
from derive.book.remarks import conventions
from derive.book.scope import Scope, Survey
from derive.book.sections import section_of
from derive.book.sorts import key_of
from derive.book.source import files
from derive.book.standard import standard
from derive.book.statements import Statement
from derive.book.steps import internal, judge_step, readable, unread
from derive.book.survey import survey
from derive.book.tokens import Stopped
from derive.book.tree import Best, Expect, Node, Relation
from derive.book.tree import walk as tree_walk
from derive.book.verdict import PASSED
from derive.errors import DeriveError

CONDITION = Judgement("not-a-claim", "D033", "a condition on indices")
BARE = Judgement("not-a-claim", "D030", "an expression: it states nothing")
MACROS = Judgement("not-a-claim", "D034", "definitions of macros")
MAX_LAWS = 40
ESTABLISHED = frozenset({"proved", "holds", "definition"})
UNCONTINUED = Judgement("not-read", "D043", "this continues a formula that was not read")


@dataclass(frozen=True)
class Checked:
    """One file: its document and its steps, or why it could not be read."""

    path: str
    document: Document | None
    steps: tuple[Step, ...] = ()
    error: str | None = None


def check_paths(paths: Iterable[str | Path], judges: Judges) -> tuple[Checked, ...]:
    """Every text at these paths, each on its own. Raises Unreadable for a path that leads to no text."""
    return tuple(check_file(p, judges) for path in paths for p in files(Path(path)))


def _begin(n: int, formulas: int) -> Judgement | None:
    return None


Begin = Callable[[int, int], Judgement | None]  # told which of how many formulas is next; a verdict is taken for it


def check_file(path: Path, judges: Judges, begin: Begin = _begin) -> Checked:
    try:
        document = read_document(path)
        return Checked(str(path), document, tuple(check_document(document, judges, begin, earlier(path))))
    except DeriveError as fault:
        return Checked(str(path), None, (), str(fault))
    except MemoryError:
        return Checked(str(path), None, (), f"{path} needs more memory than a text may use; split it")
    except Exception as fault:  # one file's fault does not take the others along
        return Checked(str(path), None, (), f"{path}: a fault of this program, {type(fault).__name__}: {fault}")


def check_document(
    document: Document, judges: Judges, begin: Begin = _begin, before: tuple[Path, ...] = ()
) -> list[Step]:
    """The verdict on every displayed step; `before` are the earlier texts of its book."""
    formulas = parsed(document)
    known = [s.relation for found in formulas.values() if not isinstance(found, Exception) for s in found]
    inferred = carried(survey(known, document.text), before)
    found, judges = conventions(inferred, document.sources), remembering(judges)
    return agreed(lambda one: _walked(Progress(document, judges, formulas, _opening(one, before)), begin), found)


def _walked(walk: Progress, begin: Begin) -> list[Step]:
    """The verdicts under one choice of the conventions."""
    document = walk.document
    done: set[int] = set()
    for n, formula in enumerate(document.formulas):
        if n in done:
            continue
        if (given := begin(n, len(document.formulas))) is not None:
            if formula.displayed:
                walk.step(formula, 0, len(formula.latex), given)
            walk.last = None
            continue
        walk.scope = replace(walk.scope, section=section_of(formula.source, formula.offsets[0]))
        if not formula.displayed:
            _prose(walk, n)
            continue
        for later in _where(document, n):
            _prose(walk, later)
            done.add(later)
        try:
            _display(walk, n, formula)
        except Exception as fault:  # a fault of ours is unknown, counted, never a pass
            walk.step(formula, 0, len(formula.latex), internal(fault))
            walk.last = None
    return walk.steps


def _opening(found: Survey, before: tuple[Path, ...]) -> Scope:
    """What is in force before the first word: what the book's earlier texts define, and the usual."""
    return Scope(found, inherited(before, found), standard(found))


def _where(document: Document, n: int) -> list[int]:
    """The inline formulas of a sentence that goes on right after a display, with “where”, “for” …"""
    if not re.match(r"\s*[.,;]?\s*(where|with|here|for|whenever|if|when)\b", document.formulas[n].after, re.I):
        return []
    found = []
    for m in range(n + 1, len(document.formulas)):
        formula = document.formulas[m]
        if formula.displayed or "\n\n" in formula.before.strip("\n"):
            break
        found.append(m)
        if re.search(r"[.!?](\s|$)", formula.after):
            break
    return found


def _prose(walk: Progress, n: int) -> None:
    """What an inline formula adds to the scope: a definition, a set, an example's value."""
    formula, found = walk.document.formulas[n], walk.parsed[n]
    if isinstance(found, Exception):
        return
    for statement in found:
        if orders_times(statement.relation):
            walk.orders.append((formula, statement.relation))
        addition = said_in_prose(walk.document, n, statement, walk.parsed, walk.scope)
        if addition is None:
            _maybe_name_a_policy(walk, statement.relation, formula)
            continue
        if addition.kind == "definition":
            _maybe_bind(walk, statement.relation, formula)
        else:
            walk.scope = addition.scope


def _maybe_name_a_policy(walk: Progress, relation: Relation, formula: Formula) -> None:
    """“that is, $π^*(y|x) = …$”: which policy it is, as a display would say."""
    left, right = relation.sides[0], relation.sides[1] if len(relation.sides) > 1 else None
    if relation.operators[:1] not in (("=",), (":=",)) or left is None or right is None or not is_marked_policy(left):
        return
    key = key_of(left, walk.scope.survey)
    if key is not None and not walk.scope.own(key) and chooses(left, right, walk.scope):
        choose(walk, formula, left, right)


def _maybe_bind(walk: Progress, relation: Relation, formula: Formula) -> None:
    head, body = relation.sides[0], relation.sides[1]
    assert head is not None
    assert body is not None
    key = key_of(head, walk.scope.survey)
    assert key is not None
    if about_values(head, body) and not is_difference(head, body):
        return
    binding = walk.binding(head, body, formula)
    known = walk.scope.own(key)
    if known and (relation.operators[0] != ":=" or same_definition(walk.scope, known[-1], binding)):
        return
    walk.scope = walk.scope.bind(binding)


def _display(walk: Progress, n: int, formula: Formula) -> None:
    found = walk.parsed[n]
    if not formula.closed:
        found = Stopped("the formula has no end", 0, len(formula.latex), formula.latex[:10])
    if isinstance(found, Exception) and not isinstance(found, Stopped):
        raise found
    if isinstance(found, Stopped) and is_pseudocode(formula.latex):
        walk.step(formula, 0, len(formula.latex), ALGORITHM)
        walk.last = None
        return
    if isinstance(found, Stopped):
        code = "D040" if formula.closed else "D042"
        walk.step(formula, 0, len(formula.latex), unread(found, code))
        walk.last = None
        return
    if not found:
        walk.step(formula, 0, len(formula.latex), MACROS)
    conditions = [s.relation for s in found if len(found) > 1 and _is_condition(s.relation, walk.scope)]
    outside = walk.scope
    for statement in sorted(found, key=lambda s: s.role != "where"):  # “where” says what the letters before it mean
        relation = statement.relation
        if statement.role == "titled":
            _in_a_list(walk, relation, outside)
        if statement.role in ("aside", "premise", "conclusion", "conditional"):
            _beside(walk, n, formula, statement, conditions)
        elif relation in conditions or statement.role == "condition":
            walk.step(formula, relation.start, relation.end, CONDITION)
        elif statement.is_bare:  # an objective, too: \max_π E[…] on its own
            walk.last = relation.sides[0]
            walk.step(formula, relation.start, relation.end, BARE)
        else:
            _chain(walk, n, formula, relation, conditions)
    if any(s.role == "titled" for s in found):
        walk.scope = outside


def _remember_laws(walk: Progress, node: Node) -> None:
    """x ~ D of E_{x∼D}[…], for an E_x that comes later."""
    found = {p: None for n in tree_walk(node) if isinstance(n, Expect) and n.sub is not None for p in n.sub.parts}
    named = tuple((p, walk.scope.section) for p in found if isinstance(p, Relation) and p.operators == ("~",))
    if named:
        walk.scope = replace(walk.scope, drawn=(*walk.scope.drawn, *named)[-MAX_LAWS:])


def _in_a_list(walk: Progress, relation: Relation, outside: Scope) -> None:
    """A row with a title says what its letters are, whatever they are in other rows and before the list."""
    if not relation.operators:
        walk.scope = outside
    elif relation.sides[0] is not None and (key := key_of(relation.sides[0], walk.scope.survey)) is not None:
        walk.scope = walk.scope.without(walk.scope.found(key))


def _beside(walk: Progress, n: int, formula: Formula, statement: Statement, conditions: Sequence[Node]) -> None:
    """The note of a brace; a premise, which a text may only suppose, and what is concluded from it."""
    kept, before = walk.last, len(walk.steps)
    relation = statement.relation
    if statement.is_bare:
        walk.step(formula, relation.start, relation.end, BARE)
    else:
        _chain(walk, n, formula, relation, conditions)
    if statement.role == "aside":
        walk.last = kept
        return
    known = statement.role in ("premise", "conditional") or walk.supposed
    beside = "stands under a condition" if statement.role == "conditional" else "stands beside ⟹"
    for i, step in enumerate(walk.steps[before:], before):
        if known and step.verdict in ("refuted", "inconsistent"):
            walk.steps[i] = replace(step, verdict="unknown", code="D062", message=f"{beside}; {step.message}")
    walk.supposed = statement.role == "premise" and any(s.verdict not in ESTABLISHED for s in walk.steps[before:])


def _is_condition(relation: Relation, scope: Scope) -> bool:
    try:
        return bool(order(relation, context(scope, readings(scope, [])[0][0])))
    except Stopped:
        return False


def _chain(walk: Progress, n: int, formula: Formula, relation: Relation, conditions: Sequence[Node]) -> None:
    """The steps of a = b = c; a first side that is missing is the expression read last."""
    previous, walk.last = walk.last, relation.sides[-1]
    for i, operator in enumerate(relation.operators):
        left, right = relation.sides[i], relation.sides[i + 1]
        assert right is not None
        start = relation.start if left is None else left.start
        continues = left is None
        left = previous if left is None else left
        if left is None or (continues and not (readable(left, walk.scope) or compares(left, right))):
            walk.step(formula, start, right.end, UNCONTINUED)
            continue
        opens = not continues and all(s.verdict == "definition" for s in walk.steps[len(walk.steps) - i :])
        walk.later = tuple(side for side in relation.sides[i + 2 :] if side is not None)
        judgement, read_as = judge_step(walk, n, formula, left, operator, right, opens, conditions)
        walk.step(formula, start, right.end, judgement, read_as)
        _remember_laws(walk, right)
        if judgement is AIM and isinstance(left, Best) and i + 1 == len(relation.operators):
            walk.last = replace(left, body=right)  # max_π J = E[…]: what goes on is max_π E[…]
        if i and opens and judgement.verdict == "definition" and relation.sides[0] is not None:
            carry_on(walk, relation.sides[0], right)
        says = operator in ("=", ":=") and says_of_a_letter(judgement, walk.scope, left, right)
        if says or (operator in ("=", ":=") and judgement.verdict in ESTABLISHED):
            walk.before.append((walk.scope.section, Before(left, right, formula.line, judgement.verdict in PASSED)))
