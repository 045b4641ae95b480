"""A text -> a verdict on every displayed step, in the order of the text.

The scope grows as the text goes on: its definitions, displayed or in the prose, hold from where they stand. A fault
while one step is judged becomes `unknown` for that step; it never becomes a pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from derive.binding import alike
from derive.book import arithmetic, tree
from derive.book.claims import (
    Claim,
    claim,
    context,
    conventions,
    deterministic,
    order,
    reaches_further,
    readings,
)
from derive.book.document import Document, Formula, files
from derive.book.document import read as read_document
from derive.book.introduce import CUE, Introduced, introduced, lead, said_in_prose
from derive.book.judge import Judgement, Judges, judge
from derive.book.scope import Binding, Scope, is_head, key_of, number, survey
from derive.book.statements import Statement, statements
from derive.book.symbols import defined
from derive.book.tokens import Macro, Stopped
from derive.book.tree import Node, Relation
from derive.errors import DeriveError
from derive.printing import latex, text

PASSED = ("proved", "holds")


@dataclass(frozen=True)
class Step:
    """One step of a text and its verdict; `start` and `end` are offsets into the formula."""

    formula: Formula
    start: int
    end: int
    verdict: str
    code: str
    message: str
    read_as: str | None = None
    counterexample: dict[str, Any] | None = None
    certificate: Any = None


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


def check_file(path: Path, judges: Judges) -> Checked:
    try:
        document = read_document(path)
    except DeriveError as fault:
        return Checked(str(path), None, (), str(fault))
    return Checked(str(path), document, tuple(check_document(document, judges)))


@dataclass
class _Walk:
    """Where the reading of a text stands."""

    document: Document
    judges: Judges
    parsed: dict[int, tuple[Statement, ...] | Stopped]
    scope: Scope
    steps: list[Step] = field(default_factory=list)
    last: Node | None = None
    serial: int = 0


def check_document(document: Document, judges: Judges) -> list[Step]:
    """The verdict on every displayed step."""
    parsed = _parsed(document)
    known = [s.relation for found in parsed.values() if not isinstance(found, Stopped) for s in found]
    walk = _Walk(document, judges, parsed, Scope(survey(known, document.source.text)))
    done: set[int] = set()
    for n, formula in enumerate(document.formulas):
        if n in done:
            continue
        if not formula.displayed:
            _prose(walk, n)
            continue
        for later in _where(document, n):
            _prose(walk, later)
            done.add(later)
        try:
            _display(walk, n, formula)
        except Exception as fault:  # the contract: a fault of ours is unknown, counted, never a pass
            walk.steps.append(
                _step(
                    formula,
                    0,
                    len(formula.latex),
                    Judgement("unknown", "internal", f"{type(fault).__name__}: {fault}"),
                )
            )
            walk.last = None
    return walk.steps


def _parsed(document: Document) -> dict[int, tuple[Statement, ...] | Stopped]:
    macros = macros_of(document.source.text)
    found: dict[int, tuple[Statement, ...] | Stopped] = {}
    for n, formula in enumerate(document.formulas):
        try:
            found[n] = statements(formula.latex, macros)
        except Stopped as stopped:
            found[n] = stopped
    return found


_NEWCOMMAND = re.compile(r"\\(?:re)?newcommand\*?\{?\\([A-Za-z]+)\}?(?:\[(\d)\])?\{")
_OPERATOR = re.compile(r"\\DeclareMathOperator\*?\{\\([A-Za-z]+)\}\{([^{}]{1,40})\}")


def macros_of(source: str) -> dict[str, Macro]:
    r"""The macros that a text defines with \newcommand or \DeclareMathOperator."""
    found = {m[1]: Macro(0, rf"\operatorname{{{m[2]}}}") for m in _OPERATOR.finditer(source)}
    for m in _NEWCOMMAND.finditer(source):
        depth, end = 1, m.end()
        while end < min(len(source), m.end() + 2_000) and depth:
            depth += (source[end] == "{") - (source[end] == "}")
            end += 1
        if depth == 0:
            found[m[1]] = Macro(int(m[2] or 0), source[m.end() : end - 1])
    return found


def _where(document: Document, n: int) -> list[int]:
    """The inline formulas of a sentence that begins with “where” right after a display: they belong to it."""
    if not re.match(r"\s*[.,;]?\s*(where|with|here)\b", document.formulas[n].after, re.I):
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


# Prose


def _prose(walk: _Walk, n: int) -> None:
    """What an inline formula adds to the scope: a definition, a set, an example's value."""
    formula, found = walk.document.formulas[n], walk.parsed[n]
    if isinstance(found, Stopped):
        return
    for statement in found:
        addition = said_in_prose(walk.document, n, statement, walk.parsed, walk.scope)
        if addition is None:
            continue
        if addition.kind == "definition":
            _maybe_bind(walk, statement.relation, formula)
        else:
            walk.scope = addition.scope


def _maybe_bind(walk: _Walk, relation: Relation, formula: Formula) -> None:
    head, body = relation.sides[0], relation.sides[1]
    assert head is not None and body is not None
    key = key_of(head, walk.scope.survey)
    assert key is not None
    binding = _binding(walk, head, body, formula)
    earlier = walk.scope.found(key)
    if earlier and (relation.operators[0] != ":=" or _same(walk.scope, earlier[-1], binding)):
        return
    walk.scope = walk.scope.bind(binding)


def _binding(walk: _Walk, head: Node, body: Node, formula: Formula) -> Binding:
    key = key_of(head, walk.scope.survey)
    assert key is not None
    walk.serial += 1
    return Binding(key, head, body, formula.line, walk.serial)


def _same(scope: Scope, one: Binding, two: Binding) -> bool:
    reading = readings(scope, [])[0][0]
    try:
        first, second = (defined(b, context(scope, reading)) for b in (one, two))
    except Stopped:
        return False
    return first.params == second.params and alike(first.body, second.body)


# Displays


def _display(walk: _Walk, n: int, formula: Formula) -> None:
    found = walk.parsed[n]
    if not formula.closed:
        stopped = Stopped("the formula has no end", 0, len(formula.latex), formula.latex[:10])
        _not_read(walk, formula, stopped, "D042")
        return
    if isinstance(found, Stopped):
        _not_read(walk, formula, found, "D040")
        return
    walk_conditions = (
        [s.relation for s in found if _is_condition(s.relation, walk.scope)] if len(found) > 1 else []
    )
    for statement in found:
        if statement.relation in walk_conditions:
            span = statement.relation
            walk.steps.append(
                _step(
                    formula, span.start, span.end, Judgement("not-a-claim", "D033", "a condition on indices")
                )
            )
        else:
            _statement(walk, n, formula, statement, walk_conditions)


def _not_read(walk: _Walk, formula: Formula, stopped: Stopped, code: str) -> None:
    walk.steps.append(_step(formula, stopped.start, stopped.end, _unread(stopped, code)))
    walk.last = None


def _unread(stopped: Stopped, code: str = "D041") -> Judgement:
    return Judgement("not-read", code, f"reading stopped at {stopped.token!r}: {stopped.why}")


def _is_condition(relation: Relation, scope: Scope) -> bool:
    try:
        return bool(order(relation, context(scope, readings(scope, [])[0][0])))
    except Stopped:
        return False


def _statement(
    walk: _Walk, n: int, formula: Formula, statement: Statement, conditions: Sequence[Node]
) -> None:
    relation = statement.relation
    if statement.is_bare:
        walk.last = relation.sides[0]
        walk.steps.append(
            _step(
                formula,
                relation.start,
                relation.end,
                Judgement("not-a-claim", "D030", "an expression: it states nothing"),
            )
        )
        return
    previous = walk.last
    walk.last = relation.sides[-1]
    for i, operator in enumerate(relation.operators):
        left, right = relation.sides[i], relation.sides[i + 1]
        continues = left is None and i == 0
        left = previous if continues else left
        assert right is not None
        start = relation.start if continues or left is None else left.start
        if left is None:
            judgement, read_as = (
                Judgement("not-read", "D043", "this continues a formula that was not read"),
                None,
            )
        else:
            judgement, read_as = _judge_step(
                walk, n, formula, left, operator, right, i == 0 and not continues, conditions
            )
        walk.steps.append(_step(formula, start, right.end, judgement, read_as))


def _step(formula: Formula, start: int, end: int, judgement: Judgement, read_as: str | None = None) -> Step:
    j = judgement
    return Step(formula, start, end, j.verdict, j.code, j.message, read_as, j.counterexample, j.certificate)


Judged = tuple[Judgement, str | None]


def _judge_step(
    walk: _Walk,
    n: int,
    formula: Formula,
    left: Node,
    operator: str,
    right: Node,
    first: bool,
    conditions: Sequence[Node],
) -> Judged:
    try:
        if (simple := _no_equation(walk, formula, left, operator, right)) is not None:
            return simple, None
        if number(left) and number(right):
            return arithmetic.judge(left, operator, right, walk.judges), None
        if first and (addition := introduced(left, right, formula.line, walk.scope)) is not None:
            return _introduce(walk, addition, left, right)
        if first and is_head(left, walk.scope.survey):
            return _define(walk, n, formula, left, operator, right, conditions)
        return judge_claim(left, right, walk.scope, walk.judges, conditions)
    except Stopped as stopped:
        return _unread(stopped), None
    except Exception as fault:  # the contract: a fault of ours is unknown, counted, never a pass
        return Judgement("unknown", "internal", f"{type(fault).__name__}: {fault}"), None


def _no_equation(walk: _Walk, formula: Formula, left: Node, operator: str, right: Node) -> Judgement | None:
    if operator == "<-":
        return Judgement("not-a-claim", "D031", "an update rule")
    if operator == "in" and (addition := introduced(left, right, formula.line, walk.scope, "in")) is not None:
        walk.scope = addition.scope
        return Judgement("definition", "D023", addition.message)
    if operator in ("~", "in", "->"):
        return Judgement("not-a-claim", "D032", "says where something lies, goes or is drawn from")
    if operator == "approx" and not (number(left) and number(right)):
        return Judgement("unknown", "D053", "an approximation is decided for numbers only")
    if operator not in ("=", ":=", "approx"):
        return Judgement("unknown", "D052", f"the relation {operator} is not decided")
    return None


def _introduce(walk: _Walk, addition: Introduced, left: Node, right: Node) -> Judged:
    """Values in an example, sets, trajectories. Where the example has given a value already, the step is a claim."""
    if addition.again:
        return judge_claim(left, right, walk.scope, walk.judges, ())
    walk.scope = addition.scope
    if addition.code == "D054":
        return Judgement("unknown", "D054", addition.message), None
    return Judgement("definition", addition.code, addition.message), None


def _define(
    walk: _Walk, n: int, formula: Formula, left: Node, operator: str, right: Node, conditions: Sequence[Node]
) -> Judged:
    """A letter on the left: its definition; or, where it has one, a claim about it."""
    key = key_of(left, walk.scope.survey)
    assert key is not None
    earlier = walk.scope.found(key)
    binding = _binding(walk, left, right, formula)
    if not earlier:
        return _bind(walk, binding, Judgement("definition", "D020", "introduces a symbol"))
    if operator == "=":
        judgement, read_as = judge_claim(left, right, walk.scope, walk.judges, conditions)
        if (
            judgement.verdict in (*PASSED, "not-read")
            or judgement.code in ("D050", "D058")
            or judgement.code.startswith("internal")
        ):
            return judgement, read_as
    if _same(walk.scope, earlier[-1], binding):
        return _bind(
            walk,
            binding,
            Judgement("definition", "D020", f"restates the definition of line {earlier[-1].line}"),
        )
    line = earlier[-1].line
    if operator == ":=" or CUE.search(lead(walk.document, n)):
        return _bind(
            walk,
            binding,
            Judgement("definition", "D021", f"replaces the definition of line {line}, from which it differs"),
        )
    return _bind(
        walk,
        binding,
        Judgement(
            "unknown",
            "D055",
            f"differs from the definition of line {line}; steps below are read with this one",
        ),
    )


def _bind(walk: _Walk, binding: Binding, judgement: Judgement) -> Judged:
    """The definition is in force from here, also where its right side could not be read: then its uses are not read."""
    scope = walk.scope
    walk.scope = scope.bind(binding)
    ctx = context(scope, readings(scope, [binding.body])[0][0])
    definition = defined(binding, ctx)
    from derive.terms import Equation

    return judgement, latex(Equation(definition(*definition.params), definition.body))


# Claims


def judge_claim(left: Node, right: Node, scope: Scope, judges: Judges, conditions: Sequence[Node]) -> Judged:
    """One step under every reading of the text; the first reading that passes is reported."""
    claims, complete = _claims(left, right, scope, conditions)
    results = []
    for one in claims:
        judgement = judge(one.equation, one.hypotheses, judges)
        results.append((one, judgement))
        if judgement.verdict in PASSED or judgement.code.startswith("internal"):
            return _told(one, judgement, scope), latex(one.equation)
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


def _without_chance(one: Claim, scope: Scope, judges: Judges) -> Judgement | None:
    """P(τ) = ∏ π(a_t|s_t), where the text says that its environment is deterministic."""
    special = deterministic(one) if scope.survey.deterministic else None
    if special is None or judge(special.equation, special.hypotheses, judges).verdict not in PASSED:
        return None
    return Judgement("definition", "D024", "the probability of a trajectory where start and moves are certain, as the text says; "
                     "steps below are judged with any ρ_0 and P")  # fmt: skip


def _guarded(
    one: Claim, judgement: Judgement, sides: tuple[Node, Node], scope: Scope, complete: bool
) -> Judgement:
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


def _told(one: Claim, judgement: Judgement, scope: Scope) -> Judgement:
    said = [one.remark] if one.remark else []
    said += conventions(one, scope)
    if judgement.verdict == "refuted":
        said.insert(0, f"read as {text(one.equation)}")
    return replace(judgement, message="; ".join([judgement.message, *said])) if said else judgement


__all__ = ["Checked", "Step", "check_document", "check_file", "check_paths", "judge_claim", "tree"]
