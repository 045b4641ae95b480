"""What one step of a chain is: an update, a definition, a value in an example, arithmetic, or a claim to judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from derive.binding import alike, meaning
from derive.book import arithmetic
from derive.book.bounds import SECONDS, TimeUp, limited
from derive.book.claims import context, probabilities, readings
from derive.book.definitions import defined, parameter_of
from derive.book.document import Formula
from derive.book.elaborate import read
from derive.book.estimates import conditional, expected, is_estimator
from derive.book.introduce import DEFINES, Introduced, introduced, lead
from derive.book.judge import Judgement, judge
from derive.book.progress import Progress
from derive.book.scope import Binding, Scope
from derive.book.sorts import closed, is_head, is_update, key_of, number
from derive.book.tokens import Stopped
from derive.book.tree import Best, Call, Node, Sym
from derive.book.tree import walk as tree_walk
from derive.book.values import NAMES
from derive.book.verdict import PASSED, Judged, judge_claim
from derive.errors import DeriveError
from derive.printing import latex, text
from derive.terms import ONE, Equation, real_symbol


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
            return _judge_step(walk, n, formula, left, operator, right, first, conditions)
    except TimeUp:
        return Judgement("unknown", "D063", f"not decided within {SECONDS:g} s"), None


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
    try:
        if (simple := _no_equation(walk, formula, left, operator, right)) is not None:
            return simple, None
        if closed(left) and closed(right) and _usual_sigma(walk, left, right):
            return arithmetic.judge(left, operator, right, walk.judges), None
        if (estimate := _estimate(walk, formula, left, operator, right, first)) is not None:
            return estimate
        if operator == "approx" and not (number(left) and number(right)):
            if first and is_head(left, walk.scope.survey) and not walk.known(left):
                return Judgement("definition", "D025", "an estimator"), None
            if (around := conditional(left, right)) is not None:
                judgement, read_as = judge_claim(around, right, walk.setting(formula))
                return replace(judgement, message=f"for the expectation given s and a: {judgement.message}"), read_as
            return Judgement("unknown", "D053", "an approximation is decided for numbers and sample means only"), None
        if first and (addition := introduced(left, right, formula.line, walk.scope)) is not None:
            return _introduce(walk, formula, addition, left, right)
        if first and is_head(left, walk.scope.survey):
            return _define(walk, n, formula, left, operator, right, conditions)
        return judge_claim(left, right, walk.setting(formula, conditions))
    except Stopped as stopped:
        return unread(stopped), None
    except Exception as fault:  # a fault of ours is unknown, counted, never a pass
        return internal(fault), None


def internal(fault: Exception) -> Judgement:
    """A fault of this program, as a verdict."""
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
    return Judgement("not-read", code, f"reading stopped: {stopped.why}", where=where)


def _no_equation(walk: Progress, formula: Formula, left: Node, operator: str, right: Node) -> Judgement | None:
    if operator == "<-" or (operator == "=" and is_update(left, right, walk.scope.survey)):
        return Judgement("not-a-claim", "D031", "an update rule")
    if operator == "in" and (addition := introduced(left, right, formula.line, walk.scope, "in")) is not None:
        walk.scope = addition.scope
        return Judgement("definition", "D023", addition.message)
    if operator in ("~", "in", "->"):
        return Judgement("not-a-claim", "D032", "says where something lies, goes or is drawn from")
    if any(isinstance(side, Best) and side.name.startswith("arg") for side in (left, right)):
        return Judgement("not-a-claim", "D035", "names what makes an objective best")
    if operator not in ("=", ":=", "approx"):
        return Judgement("unknown", "D052", f"the relation {operator} is not decided")
    return None


def _usual_sigma(walk: Progress, left: Node, right: Node) -> bool:
    """Whether σ, where it occurs, has not been given another meaning by the text."""
    heads = [n.head for side in (left, right) for n in tree_walk(side) if isinstance(n, Call)]
    return not heads or all(b.key.head != "sigma" for b in walk.scope.bindings)


def _estimate(walk: Progress, formula: Formula, left: Node, operator: str, right: Node, first: bool) -> Judged | None:
    """A sample mean: the definition of an estimator; or a claim, that it estimates the other side."""
    mean = expected(right)
    if mean is None or operator not in ("=", ":=", "approx"):
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


def _define(
    walk: Progress,
    n: int,
    formula: Formula,
    left: Node,
    operator: str,
    right: Node,
    conditions: Sequence[Node],
) -> Judged:
    """A letter on the left: its definition; or, where it has one, a claim about it."""
    key = key_of(left, walk.scope.survey)
    assert key is not None
    earlier = walk.scope.found(key)
    if about_values(left, right) and (earlier or not is_difference(left, right)):
        return judge_claim(left, right, walk.setting(formula, conditions))
    binding = walk.binding(left, right, formula)
    if not earlier:
        return _bind(walk, binding, Judgement("definition", "D020", "introduces a symbol"))
    if not _can_be_read(walk, earlier[-1]) and _can_be_read(walk, binding):
        message = f"read as the definition, since that of line {earlier[-1].line} cannot be read"
        return _bind(walk, replace(binding, assumed=True), Judgement("definition", "D020", message))
    if operator == "=":
        judgement, read_as = judge_claim(left, right, walk.setting(formula, conditions))
        if (
            judgement.verdict in (*PASSED, "not-read")
            or judgement.code in ("D050", "D058", "D060")
            or judgement.code.startswith("internal")
        ):
            return judgement, read_as
    line = earlier[-1].line
    if same_definition(walk.scope, earlier[-1], binding):
        return _bind(walk, binding, Judgement("definition", "D020", f"restates the definition of line {line}"))
    if operator == ":=" or DEFINES.search(lead(walk.document, n)) or _brings_in(walk, n, earlier[-1], binding):
        message = f"replaces the definition of line {line}, from which it differs"
        return _bind(walk, binding, Judgement("definition", "D021", message))
    message = f"differs from the definition of line {line}; steps below may mean either"
    return _bind(walk, replace(binding, doubtful=True), Judgement("unknown", "D055", message))


def _can_be_read(walk: Progress, binding: Binding) -> bool:
    try:
        defined(binding, context(walk.scope, readings(walk.scope, [binding.body])[0][0]))
    except (Stopped, DeriveError):
        return False
    return True


def about_values(left: Node, right: Node) -> bool:
    """V(s) = Σ_a π(a|s) Q(s,a): values in terms of values lead into each other, and define nothing."""
    return left_name(left) in NAMES and any(isinstance(n, Call) and n.head.name in NAMES for n in tree_walk(right))


def is_difference(left: Node, right: Node) -> bool:
    """A = Q - V, which defines an advantage."""
    names = {n.head.name.upper() for n in tree_walk(right) if isinstance(n, Call)}
    return left_name(left) == "A" and names == {"Q", "V"}


def left_name(left: Node) -> str:
    """V of V^π(s)."""
    return left.head.name if isinstance(left, Call) and not left.head.accents else ""


def _brings_in(walk: Progress, n: int, earlier: Binding, later: Binding) -> bool:
    """“We use a discount factor $γ$:”: the sentence before the display names a letter that is new in the definition."""
    new = _letters(later.body) - _letters(earlier.body)
    named: set[str] = set()
    for m in range(n - 1, -1, -1):
        found, formula = walk.parsed[m], walk.document.formulas[m]
        if formula.displayed or formula.latex not in lead(walk.document, n) or isinstance(found, Exception):
            break
        named |= set().union(*(_letters(s.relation) for s in found))
    return bool(new & named)


def _letters(node: Node) -> set[str]:
    return {n.head for n in tree_walk(node) if isinstance(n, Sym)}


def _bind(walk: Progress, binding: Binding, judgement: Judgement) -> Judged:
    """The definition is in force from here, also where its right side could not be read: then its uses are not read."""
    scope = walk.scope
    walk.scope = scope.bind(binding)
    ctx = context(scope, readings(scope, [binding.body])[0][0])
    definition = defined(binding, ctx)
    name = parameter_of(binding.head, ctx)
    if name is not None and len(definition.params) == 1:
        use = definition(real_symbol(name))
        return judgement, latex(Equation(use, meaning(use)))
    return judgement, latex(Equation(definition(*definition.params), definition.body))


def same_definition(scope: Scope, one: Binding, two: Binding) -> bool:
    reading = readings(scope, [])[0][0]
    try:
        first, second = (defined(b, context(scope, reading)) for b in (one, two))
    except Stopped:
        return False
    return first.params == second.params and alike(first.body, second.body)
