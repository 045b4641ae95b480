"""A step of a text -> the equations it may state, one for each reading that the text's own words allow.

A reading fixes what r_t depends on, the index of the last action, and whether actions run over the set that an example
lists. A claim that holds under a more general reading holds under all: these come first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sympy import Add, Basic, Expr, Integer, Symbol

from derive.binding import free, respell, substitute
from derive.book import tree
from derive.book.context import Context, Notes, Reading, stop, time
from derive.book.elaborate import read
from derive.book.granted import hypotheses, unfolded
from derive.book.joint_laws import valued
from derive.book.laws import SAME_POLICY
from derive.book.letters import SCALARS
from derive.book.scope import Scope
from derive.book.shares import how_counted
from derive.book.slopes import at_one_value
from derive.book.sorts import integer, sort_of
from derive.book.tokens import Stopped
from derive.book.tree import Node, walk
from derive.book.values import NAMES, anchored
from derive.errors import IllFormed
from derive.terms import (
    ONE,
    STATES,
    Action,
    Always,
    AtMost,
    Equation,
    Expectation,
    Given,
    Gradient,
    Hypothesis,
    Inequality,
    Letter,
    PathProbability,
    PathSum,
    Process,
    State,
    Statement,
    TimeProduct,
    time_symbol,
)

MAX_READINGS = 12
ORDERS = frozenset({"<", "<=", ">", ">="})


@dataclass(frozen=True)
class Claim:
    """What a step states under one reading."""

    equation: Statement
    hypotheses: tuple[Hypothesis, ...]
    reading: Reading
    notes: Notes
    remark: str = ""


def readings(scope: Scope, nodes: Sequence[Node]) -> tuple[list[Reading], bool]:
    """The readings that the text licenses, the most general first; and whether the list is complete."""
    survey = scope.survey
    rewards = _rewards(scope)
    lasts = survey.horizons or (("T", 0 if survey.first else -1),)
    listed = _mentions_element(nodes)
    values = (True, False) if _speaks_of_values(nodes) else (True,)
    found = [Reading(r, last, v, listed) for v in values for last in lasts for r in rewards]
    if survey.discounted and (False in values or _speaks_of_visits(nodes)):
        found += [Reading(r, lasts[0], listed=listed, stationary=True) for r in rewards]
    if _averages_at_a_time(nodes) and how_counted(tree.Sym(0, 1, "mu"), survey) is not None:
        found += [Reading(r, lasts[0], listed=listed, on_policy=True) for r in rewards]
    return found[:MAX_READINGS], len(found) <= MAX_READINGS


def _rewards(scope: Scope) -> tuple[str, ...]:
    """r_t = r(s_t, a_t, s_{t+1}) unless the text writes r otherwise, one form for all of it; an example's r_t = f(s_t)
    adds r(s_t)."""
    forms = scope.survey.rewards
    first = "sas" if "sas" in forms or not forms else "sa" if "sa" in forms else "s"
    if {"sa", "sas"} <= forms and scope.survey.short_rewards:
        first = "sa"
    return (first, "s") if scope.state_reward and first != "s" else (first,)


def _speaks_of_values(nodes: Sequence[Node]) -> bool:
    calls = (n for node in nodes for n in walk(node) if isinstance(n, tree.Call))
    return any(n.head.name in NAMES for n in calls)


def _speaks_of_visits(nodes: Sequence[Node]) -> bool:
    """d^π, ρ_π: the share of the time spent in a state."""
    symbols = (n for node in nodes for n in walk(node) if isinstance(n, tree.Sym) and n.name in ("d", "rho"))
    return any(p for n in symbols for items in (n.sub, n.sup) if items is not None for p in items.parts)


def _averages_at_a_time(nodes: Sequence[Node]) -> bool:
    """E_π[X_t], unconditionally."""
    means = (n for node in nodes for n in walk(node) if isinstance(n, tree.Expect) and n.sub is not None)
    return any(n.given is None and isinstance(n.sub.only, tree.Sym) and n.sub.only.name == "pi" for n in means if n.sub)


def _times(side: Expr, ctx: Context) -> set[Basic]:
    """The times that a side names freely."""
    return {n for n in free(side) if isinstance(n, Symbol) and n.is_integer} - ctx.horizon.free_symbols


def _mentions_element(nodes: Sequence[Node]) -> bool:
    """π_θ(1), π_θ(+1|s) or E[r]: the step speaks of the listed actions of an example."""
    for node in nodes:
        for n in walk(node):
            if (
                isinstance(n, tree.Call)
                and n.head.name in ("pi", "r")
                and any(integer(a) is not None for a in n.args.parts)
            ):
                return True
            if (
                isinstance(n, tree.Expect)
                and n.sub is None
                and isinstance(n.body, tree.Sym)
                and n.body.head == "r"
                and n.body.sub is None
            ):
                return True
    return False


def context(scope: Scope, reading: Reading) -> Context:
    return Context(scope, reading, read)


def claim(
    left: Node, right: Node, scope: Scope, reading: Reading, conditions: Sequence[Node] = (), relation: str = "="
) -> Claim:
    """The equation or inequality of a step under one reading. Raises Stopped."""
    try:
        ctx = anchored([left, right], replace(context(scope, reading), around=(left, right)))
        orders = [fact for c in conditions for fact in order(c, ctx)]
        ctx = ctx.with_facts(*orders)
        left, right, same = at_one_value(left, right, ctx)
        extra: list[Hypothesis] = [*orders, *same]
        try:
            return _claim(left, right, ctx, extra, relation)
        except Stopped:
            at_values = valued([left, right], replace(ctx, notes=Notes()))
            if at_values.bound == ctx.bound:
                raise
            return _claim(left, right, at_values, extra, relation)
    except IllFormed as fault:
        raise stop(f"this means nothing: {fault}", right) from fault


def _claim(left: Node, right: Node, ctx: Context, extra: Sequence[Hypothesis], relation: str) -> Claim:
    remark = ""
    equation: Statement
    constant = _constant(right)
    if constant is not None:
        right, parameter = constant
        if parameter is not None and parameter.head != ctx.theta.name:
            raise stop("terms that do not depend on something that is no parameter here", parameter)
        equation = Equation(Gradient(read(left, ctx), ctx.theta), Gradient(read(right, ctx), ctx.theta))
        remark = f"up to terms that do not depend on {ctx.theta.name}: the gradients are compared"
    elif relation in ORDERS:
        one, two = read(left, ctx), read(right, ctx)
        equation = Inequality(one, two) if relation in ("<", "<=") else Inequality(two, one)
    else:
        equation = Equation(read(left, ctx), read(right, ctx))
    equation, solved = of_one_kind(equation, sorted(ctx.notes.facts, key=str))
    _rename_policy([left, right], equation, ctx.notes)
    if _averages_at_a_time([left, right]) and _times(equation.lhs, ctx) != _times(equation.rhs, ctx):
        ctx.notes.assumed.add("E_π[…] at one time, not a mean over the times")
    granted = hypotheses(equation, ctx.scope.survey.first, ctx.horizon)
    ranges = _ranges(equation) if isinstance(equation, Inequality) else ()
    return Claim(equation, (*granted, *solved, *extra, *ranges), ctx.reading, ctx.notes, remark)


def of_one_kind(equation: Statement, facts: Sequence[Always]) -> tuple[Statement, list[Always]]:
    """A letter that depends on θ in one place, as in the definition of π_θ, does so everywhere."""
    sides = [side for one in (equation, *facts) for side in (one.lhs, one.rhs)]
    letters = {n for side in sides for n in unfolded(side) if isinstance(n, Letter) and not n.pmf}
    dependent = {(n.name, n.domains): n for n in letters if n.parameter is not None}
    plain = {n: dependent.get((n.name, n.domains), n) for n in letters if n.parameter is None}
    changed = {old: new for old, new in plain.items() if new != old}
    if not changed:
        return equation, list(facts)
    left, right, *others = (respell(side, changed) for side in sides)
    assert isinstance(left, Expr)
    assert isinstance(right, Expr)
    return restated(equation, left, right), [Always(*pair) for pair in zip(others[::2], others[1::2], strict=True)]


def _ranges(statement: Inequality) -> tuple[Inequality, ...]:
    """0 ≤ γ ≤ 1 and 0 ≤ β, as the field means these letters: an equation does not depend on it, an order does."""
    names = {n for side in (statement.lhs, statement.rhs) for n in unfolded(side) if isinstance(n, Symbol)}
    numbers = [n for n in sorted(names, key=str) if n.name in SCALARS]
    least = tuple(Inequality(Integer(0), n) for n in numbers)
    return least + tuple(Inequality(n, ONE) for n in numbers if n.name in ("gamma", "lambda", "alpha"))


def counted(one: Claim, first: int) -> tuple[Statement, tuple[Hypothesis, ...]]:
    """A statement about s_t and a_t alone names no process that says how long a trajectory is: there T is made to be
    the number of actions, whatever the text lets it be."""
    horizon = one.reading.horizon(first)
    name = time_symbol(one.reading.last[0])
    sides = (one.equation.lhs, one.equation.rhs)
    if horizon == name or any(isinstance(n, Process) for side in sides for n in unfolded(side)):
        return one.equation, one.hypotheses
    values: dict[Basic, Basic] = {name: name - (horizon - name)}
    left, right = (substitute(side, values) for side in sides)
    facts = tuple(
        AtMost(substitute(h.lesser, values), substitute(h.greater, values)) if isinstance(h, AtMost) else h
        for h in one.hypotheses
    )
    return restated(one.equation, left, right), facts


def restated(statement: Statement, left: Expr, right: Expr) -> Statement:
    """The same relation between other sides."""
    return Inequality(left, right) if isinstance(statement, Inequality) else Equation(left, right)


def _rename_policy(nodes: Sequence[Node], equation: Statement, notes: Notes) -> None:
    """Without a gradient, a statement about π alone is one about any policy, so that its name assumes nothing."""
    marked = any(isinstance(n, tree.Sym) and n.name == "pi" and n.sub is not None for node in nodes for n in walk(node))
    sides = (equation.lhs, equation.rhs)
    if not marked and not any(isinstance(n, Gradient) for side in sides for n in unfolded(side)):
        notes.assumed.discard(SAME_POLICY)


def _constant(node: Node) -> tuple[Node, tree.Sym | None] | None:
    """rest + (terms that do not depend on θ): the rest and θ."""
    if not isinstance(node, tree.Add):
        return None
    constants = [t for s, t in node.terms if isinstance(t, tree.Constant)]
    if len(constants) != 1 or len(node.terms) < 2:
        return None
    rest = tuple((s, t) for s, t in node.terms if not isinstance(t, tree.Constant))
    return tree.Add(node.start, node.end, rest), constants[0].parameter


def order(node: Node, ctx: Context) -> list[AtMost]:
    """k < t as hypotheses; raises Stopped for anything that orders no times."""
    if not isinstance(node, tree.Relation) or not set(node.operators) <= {"<", "<=", ">", ">="}:
        raise stop("a condition that orders no times", node)
    facts = []
    for i, operator in enumerate(node.operators):
        one, two = node.sides[i], node.sides[i + 1]
        if one is None or two is None:
            raise stop("a condition that orders no times", node)
        left, right = time(one, ctx), time(two, ctx)
        if operator in (">", ">="):
            left, right = right, left
        facts.append(AtMost(left, right - 1 if operator in ("<", ">") else right))
    return facts


def orders_free_times(claim: Claim, before: int) -> bool:
    """Whether the hypotheses after the first `before` order free times of the claim, and nothing else."""
    horizon = time_symbol(claim.reading.last[0])
    names = (free(claim.equation.lhs) | free(claim.equation.rhs)) - {horizon}
    added = [h for h in claim.hypotheses[before:] if isinstance(h, AtMost)]
    symbols = {x for h in added for x in h.lesser.free_symbols | h.greater.free_symbols} - {horizon}
    return bool(symbols) and symbols <= names


def probabilities(left: Node, scope: Scope) -> Expr | None:
    """Σ π(a) over the actions that an example lists, where it gives them all; None otherwise."""
    if not isinstance(left, tree.Call) or left.head.name != "pi":
        return None
    elements = scope.elements("a")
    values = scope.values(f"pi/{sum(sort_of(a, scope.survey) != 'param' for a in left.args.parts)}", elements or ())
    if not values:
        return None
    ctx = context(scope, Reading(listed=True))
    try:
        return Add(*(read(value, ctx) for value in values.values()))
    except Stopped:
        return None


def deterministic(claim: Claim) -> Claim | None:
    """P(τ) = x in an environment without chance: P(τ) = x ρ_0(s_0) ∏ P(s_{k+1}|s_k,a_k), whose other factors are 1."""
    path = claim.equation.lhs
    if not isinstance(path, PathProbability) or not isinstance(claim.equation, Equation):
        return None
    process, k = path.process, Symbol("_k", integer=True)
    here, act, after = State(k, process.states), Action(k, process.actions), State(k + 1, process.states)
    moves = TimeProduct(process.transition(after, here, act), k, 0, process.horizon - 1)
    full = claim.equation.rhs * process.initial(State(0, process.states)) * moves
    return replace(claim, equation=Equation(path, full))


def conventions(claim: Claim, scope: Scope) -> list[str]:
    """The conventions that a claim's reading rests on, as sentences."""
    said = []
    nodes = [n for side in (claim.equation.lhs, claim.equation.rhs) for n in unfolded(side)]
    if any(isinstance(n, Letter) and n.name == "r" and n.domains[:1] == (STATES,) for n in nodes):
        inside = {"s": "s_t", "sa": "s_t, a_t", "sas": "s_t, a_t, s_{t+1}"}[claim.reading.reward]
        said.append(f"r_{{t+1}} = r({inside})" if scope.survey.arrival else f"r_t = r({inside})")
    if (
        any(isinstance(n, (Expectation, PathSum, PathProbability, Given)) for n in nodes)
        or "process" in claim.notes.used
    ):
        name, c = claim.reading.last
        said.append(f"actions a_{scope.survey.first} … a_{{{name}{c if c else ''}}}")
        said.append(
            "for every environment, deterministic or not" if scope.survey.deterministic else "environment P, start ρ_0"
        )
    if "endless" in claim.notes.used:
        said.append("sums to ∞ end with the episode, after which no reward comes")
    if "integral" in claim.notes.used:
        said.append("integrals are sums over finite sets")
    if claim.reading.listed:
        said.append("actions and values as in the text's example")
    said += sorted(f"assumed: {a}" for a in claim.notes.assumed)
    return said
