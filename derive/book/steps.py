"""What one step of a chain is: an update, a definition, a value in an example, arithmetic, or a claim to judge."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from derive.book import arithmetic
from derive.book.bounds import SECONDS, TimeUp, limited
from derive.book.certain import where_certain
from derive.book.choices import under_choices
from derive.book.claims import ORDERS, context, probabilities, readings
from derive.book.defining import (
    choose,
    chooses,
    define,
    introduces_anew,
    same_definition,
    says_it_defines,
    unread_definition,
)
from derive.book.divergences import kind as divergence
from derive.book.document import Formula
from derive.book.elaborate import read
from derive.book.estimates import conditional, expected, is_estimator
from derive.book.follows import follows
from derive.book.inequalities import SUPPOSED, judge_order, supposed
from derive.book.introduce import Introduced, introduced, lead, paragraph
from derive.book.judge import Judgement, judge
from derive.book.kinds import AIM, is_derivative, kind
from derive.book.naming import named, written
from derive.book.objectives import compares, in_proportion, judge_best, up_to_constants
from derive.book.outcome import WRONG
from derive.book.progress import Progress
from derive.book.scope import Named, Scope
from derive.book.sorts import closed, is_head, number, sort_of
from derive.book.starred import unstarred
from derive.book.tokens import Stopped
from derive.book.tree import Best, Call, Expect, Node, Num, Sym
from derive.book.tree import walk as tree_walk
from derive.book.verdict import PASSED, Judged, judge_claim
from derive.errors import DeriveError
from derive.printing import text
from derive.terms import ONE, Equation


def judge_step(
    walk: Progress,
    n: int,
    formula: Formula,
    left: Node,
    operator: str,
    right: Node,
    first: bool,
    conditions: Sequence[Node],
) -> Judged:
    """The verdict on one step, within its time."""
    try:
        with limited():
            judgement, read_as = _judge_step(walk, n, formula, left, operator, right, first, conditions)
    except TimeUp:
        return Judgement("unknown", "D063", f"not decided within {SECONDS:g} s"), None
    return _mended(judgement), read_as


def _mended(judgement: Judgement) -> Judgement:
    """With the repair of what is wrong, where one is found; it has time of its own, so that the verdict stands."""
    if judgement.mend is None or judgement.verdict not in WRONG:
        return judgement
    with suppress(TimeUp, MemoryError), limited():
        return replace(judgement, repair=judgement.mend(), mend=None)
    return replace(judgement, mend=None)


def _judge_step(
    walk: Progress,
    n: int,
    formula: Formula,
    left: Node,
    operator: str,
    right: Node,
    first: bool,
    conditions: Sequence[Node],
) -> Judged:
    names = walk.scope.names
    named_here(walk, formula, left, right, first and operator in ("=", ":="))
    try:
        return _told_apart(walk, n, formula, left, operator, right, first, conditions)
    except Stopped as stopped:
        if first and operator in ("=", ":=") and not _translated(formula):
            if operator == ":=" and (explicit := says_it_defines(left, stopped)) is not None:
                return explicit, None
            if chooses(left, right, walk.scope):
                return choose(walk, formula, left, right), None
            if (found := unread_definition(walk, n, left, operator, right, stopped, names)) is not None:
                return found, None
        return unread(stopped), None
    except Exception as fault:  # a fault of ours is unknown, counted, never a pass
        return internal(fault), None


def _told_apart(
    walk: Progress,
    n: int,
    formula: Formula,
    left: Node,
    operator: str,
    right: Node,
    first: bool,
    conditions: Sequence[Node],
) -> Judged:
    """What the step is, and its verdict. Raises Stopped."""
    if (simple := _no_claim(walk, formula, left, operator, right, first)) is not None:
        return simple, None
    if operator in ORDERS and supposed(left, right, lead(walk.document, n)):
        return SUPPOSED, None
    if operator in ORDERS:
        return judge_order(left, operator, right, walk.setting(formula, conditions), lead(walk.document, n))
    if closed(left) and closed(right) and _usual_sigma(walk, left, right):
        return arithmetic.judge(left, operator, right, walk.judges), None
    if operator == "propto":
        whole = in_proportion(left, right, walk.setting(formula, conditions))
        if whole[0].verdict in PASSED or _CONSTANT.search(formula.latex) is None:
            return whole
        return up_to_constants(left, right, walk.setting(formula, conditions))
    if compares(left, right):
        return judge_best(left, right, walk.setting(formula, conditions))
    if (estimate := _estimate(walk, formula, left, operator, right, first)) is not None:
        return estimate
    if operator == "approx" and not (number(left) and number(right)):
        return _approximation(walk, formula, left, right, first)
    if first and (addition := introduced(left, right, formula.line, walk.scope)) is not None:
        return _introduce(walk, formula, addition, left, right)
    of_laws = first and isinstance(left, Call) and divergence(left) is not None
    if of_laws and (judged := _of_laws(walk, n, formula, left, right, conditions)) is not None:
        return judged
    if first and operator in ("=", ":=") and _averages_a_new_letter(walk, left, right):
        assert isinstance(left, Expect)
        assert isinstance(right, Expect)
        return define(walk, n, formula, left.body, operator, right.body, conditions)
    if first and is_head(left, walk.scope.survey) and not is_derivative(left, walk.scope):
        return _defined(walk, n, formula, left, operator, right, conditions)
    if (again := _recalled(walk, n, left, right)) is not None:
        return again, None
    if (behind := under_choices(walk, n, formula, left, right)) is not None:
        return behind
    judgement, read_as = judge_claim(left, right, walk.setting(formula, conditions))
    rests_on = walk.rests_on(formula)
    if judgement.code == "D051" and (found := follows(left, right, walk.setting(formula, conditions), rests_on)):
        return found
    if judgement.code == "D051" and (same := unstarred(left, right, walk.setting(formula, conditions))) is not None:
        return same
    if judgement.code == "D051" or judgement.verdict == "refuted":
        certain = where_certain(left, right, walk.setting(formula, conditions), paragraph(walk.document, n))
        if certain is not None:
            return certain
    if first and operator == ":=" and judgement.verdict == "unknown":
        explicit = says_it_defines(left, None)
        judgement = explicit if explicit is not None else judgement
    if first and judgement.verdict == "unknown" and _is_one_of_several(left, judgement):
        return Judgement("definition", "D026", "introduces one of several numbers, whose uses are not judged"), read_as
    if judgement.verdict not in PASSED and first and chooses(left, right, walk.scope):
        return choose(walk, formula, left, right), read_as
    if judgement.verdict == "refuted" and any(chooses(*sides, walk.scope) for sides in ((left, right), (right, left))):
        message = "fails for any such letter, and may say which one is meant"
        return Judgement("unknown", "D051", message), read_as
    return judgement, read_as


def _of_laws(
    walk: Progress, n: int, formula: Formula, left: Node, right: Node, conditions: Sequence[Node]
) -> Judged | None:
    """KL(p || q) = …: a claim about laws that are known here, an estimator, or what says which law the data have."""
    judged: Judged = Judgement("unknown", "D064", "not read"), None
    with suppress(Stopped):
        judged = judge_claim(left, right, walk.setting(formula, conditions))
    judgement, read_as = judged
    if judgement.verdict in PASSED:
        return judged
    if _ESTIMATES.search(lead(walk.document, n)) is not None:
        return Judgement("definition", "D025", "an estimator of the divergence"), read_as
    if judgement.code == "D051" and introduces_anew(walk.document, n) and "any distribution" in judgement.message:
        return Judgement("definition", "D028", "says which law the data have in this section"), read_as
    return judged if judgement.code == "D051" else None


def _is_one_of_several(left: Node, judgement: Judgement) -> bool:
    """k_1 = …, k_2 = …: a letter with a number below, of which the text has said nothing."""
    only = left.sub.only if isinstance(left, Sym) and left.sub is not None and left.sup is None else None
    return (
        isinstance(only, Num) and isinstance(left, Sym) and f"assumed: {left.head}_{only.text} any" in judgement.message
    )


def _recalled(walk: Progress, n: int, left: Node, right: Node) -> Judgement | None:
    """“Recall that …” before an equation that the text has established: it speaks of the letters as they were there."""
    if not walk.before or _RECALLS.search(lead(walk.document, n)) is None:
        return None
    sides = written(left), written(right)
    for _, one in reversed(walk.before):
        if one.passed and (written(one.left), written(one.right)) == sides:
            message = f"recalls the equation of line {one.line}, and holds as far as that one does"
            return Judgement("holds", "D004", message)
    return None


_CONSTANT = re.compile(r"_\{?\s*\\(?:text|mathrm|textrm)\s*\{\s*(?:a )?const")  # \underbrace{…}_\text{const}
_ESTIMATES = re.compile(r"\b(?:estimat\w*|approximat\w*|Monte[ -]Carlo)\b", re.I)
_RECALLS = re.compile(
    r"\b(?:recall\w*|remember|as (?:before|above|shown|seen)|from (?:above|before|earlier)|again)\b", re.I
)


def _defined(
    walk: Progress, n: int, formula: Formula, left: Node, operator: str, right: Node, conditions: Sequence[Node]
) -> Judged:
    """A definition; or g = E[Σ_t Ψ_t z_t] of a g that is known, for each Ψ_t of a list behind it."""
    scope = walk.scope
    judged = define(walk, n, formula, left, operator, right, conditions)
    if judged[0].code not in ("D051", "D055"):
        return judged
    behind = under_choices(walk, n, formula, left, right)
    walk.scope = walk.scope if behind is None else scope
    return behind or judged


def _averages_a_new_letter(walk: Progress, left: Node, right: Node) -> bool:
    """E_τ[f(t, t')] = E_τ[…], for a letter f that nothing has said anything of: what is averaged is called f."""
    if not isinstance(left, Expect) or not isinstance(right, Expect) or left.given or right.given:
        return False
    head = left.body.head if isinstance(left.body, Call) else left.body
    survey = walk.scope.survey
    new = isinstance(head, Sym) and is_head(left.body, survey) and not walk.known(left.body)
    if not new or not isinstance(head, Sym) or head.name in survey.arbitrary or written(left.sub) != written(right.sub):
        return False
    plain = isinstance(left.body, Call) and set(left.body.args.separators) <= {","}
    times = plain and isinstance(left.body, Call) and all(sort_of(a, survey) == "real" for a in left.body.args.parts)
    return times and all(n.head != head.head for n in tree_walk(right) if isinstance(n, Sym))


def _approximation(walk: Progress, formula: Formula, left: Node, right: Node, first: bool) -> Judged:
    """X ≈ f(s, a, s'): an estimator, or a claim about the expectation given s and a."""
    if first and is_head(left, walk.scope.survey) and not walk.known(left) and not _is_word(left):
        return Judgement("definition", "D025", "an estimator"), None
    if (around := conditional(left, right)) is not None:
        judgement, read_as = judge_claim(around, right, walk.setting(formula))
        return replace(judgement, message=f"for the expectation given s and a: {judgement.message}"), read_as
    return Judgement("unknown", "D053", "an approximation is decided for numbers and sample means only"), None


def _is_word(node: Node) -> bool:
    """A quantity named by a word, which no estimator is called by."""
    return isinstance(node, Sym) and node.font == "rm" and len(node.name) > 3


def _translated(formula: Formula) -> bool:
    """Whether a formula was a line of plain text, which may have lost its subscripts: no name is guessed from it."""
    return formula.latex != "".join(formula.source.text[i] for i in formula.offsets[:-1])


def named_here(walk: Progress, formula: Formula, left: Node, right: Node, introduces: bool) -> None:
    """The name that an equation opens with is taken from here on."""
    name = named(left, walk.scope.survey) if introduces else None
    if name is not None:
        one = Named(name, formula.line, written(right), walk.scope.section)
        walk.scope = replace(walk.scope, names=(*walk.scope.names, one))


def internal(fault: Exception) -> Judgement:
    """A fault of this program, as a verdict; where it is memory that there is not enough of, that is no fault."""
    if isinstance(fault, MemoryError):
        return Judgement("unknown", "D066", "not decided within the memory of a step")
    return Judgement("unknown", "internal", f"{type(fault).__name__}: {fault}")


def readable(node: Node, scope: Scope) -> bool:
    """Whether an expression has a meaning under some reading."""
    for reading in readings(scope, [node])[0]:
        try:
            read(node, context(scope, reading))
        except (Stopped, DeriveError):
            continue
        return True
    return False


def unread(stopped: Stopped, code: str = "D041") -> Judgement:
    """Where and why reading stopped."""
    where = (stopped.start, stopped.end)
    if stopped.open:
        return Judgement("unknown", "D064", f"read, without a value here: {stopped.why}", where=where)
    return Judgement("not-read", code, f"reading stopped: {stopped.why}", where=where)


def _no_claim(
    walk: Progress, formula: Formula, left: Node, operator: str, right: Node, first: bool
) -> Judgement | None:
    """The verdict on what its form alone shows to be no equation that could be judged."""
    if operator == "in" and (addition := introduced(left, right, formula.line, walk.scope, "in")) is not None:
        walk.scope = addition.scope
        return Judgement("definition", "D023", addition.message)
    found = kind(left, operator, right, walk.scope, first)
    if found is AIM and isinstance(left, Best):
        _bind_aim(walk, formula, left.body, right)
    if found is None and operator == "propto" and first and chooses(left, right, walk.scope):
        return choose(walk, formula, left, None)
    if found is None and operator not in ("=", ":=", "approx", "propto", *ORDERS):
        return Judgement("unknown", "D052", f"the relation {operator} is not decided")
    return found


def _bind_aim(walk: Progress, formula: Formula, head: Node, body: Node) -> None:
    """J(θ) of max_θ J(θ) = E[…]."""
    named_here(walk, formula, head, body, introduces=True)
    if is_head(head, walk.scope.survey) and not walk.known(head):
        walk.scope = walk.scope.bind(walk.binding(head, body, formula))


def _usual_sigma(walk: Progress, left: Node, right: Node) -> bool:
    """Whether σ, where it occurs, has not been given another meaning by the text."""
    heads = [n.head for side in (left, right) for n in tree_walk(side) if isinstance(n, Call)]
    given = [b for b in walk.scope.bindings if b.key.head == "sigma"]
    usual = [b for b in walk.scope.standard if b.key.head == "sigma"]
    return not heads or all(any(same_definition(walk.scope, b, u) for u in usual) for b in given)


def _estimate(walk: Progress, formula: Formula, left: Node, operator: str, right: Node, first: bool) -> Judged | None:
    """A sample mean: the definition of an estimator; or a claim, that it estimates the other side."""
    mean = expected(right)
    if mean is None or operator not in ("=", ":=", "approx"):
        return None
    if first and operator == "approx" and is_head(left, walk.scope.survey) and not walk.known(left):
        return None
    if first and operator != "approx" and (is_estimator(left) or is_head(left, walk.scope.survey)):
        if is_estimator(left):
            return Judgement("definition", "D025", "an estimator, the mean of a sample"), None
        return None
    judgement, read_as = judge_claim(left, mean, walk.setting(formula))
    return replace(judgement, message=f"for the expectation of the sample mean: {judgement.message}"), read_as


def _introduce(walk: Progress, formula: Formula, addition: Introduced, left: Node, right: Node) -> Judged:
    """Values in an example, sets, trajectories. Where the example has given a value already, the step is a claim."""
    if addition.again:
        return judge_claim(left, right, walk.setting(formula))
    walk.scope = addition.scope
    if (wrong := _wrong_total(walk, left)) is not None:
        return wrong, None
    if addition.code == "D054":
        return Judgement("unknown", "D054", addition.message), None
    return Judgement("definition", addition.code, addition.message), None


def _wrong_total(walk: Progress, left: Node) -> Judgement | None:
    """The probabilities that an example gives to all its actions have to add up to one."""
    total = probabilities(left, walk.scope)
    if total is None:
        return None
    judgement = judge(Equation(total, ONE), (), walk.judges)
    if judgement.verdict != "refuted":
        return None
    message = "the probabilities of the actions that the example lists do not add up to one"
    return replace(judgement, code="D013", message=f"{message}: {text(total)}")
