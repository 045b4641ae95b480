"""Sums and products -> terms: over times, over a finite set, over trajectories, as their limits say."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, Integer, Symbol
from sympy import Mul as Mul_

from derive.book import tree
from derive.book.binders import fresh_variable, refuse_dependence
from derive.book.context import Context, is_path, stop, time
from derive.book.joint_laws import summed_out
from derive.book.left_out import conditions, over_all, without
from derive.book.letters import (
    COUNTERS,
    HORIZONS,
    TIMES,
)
from derive.book.next_states import of_next_states, without_accents
from derive.book.reaching import at_a_time, in_order
from derive.book.series import endless
from derive.book.sorts import is_element
from derive.book.tree import Big, Call, Group, Mul, Node, Relation, Size, Sym, walk
from derive.book.values import over_actions, over_next_states, weighted
from derive.book.visits import summed
from derive.terms import (
    AtMost,
    PathSum,
    SumOver,
    TimeProduct,
    TimeSum,
)


def big(node: Big, ctx: Context) -> Expr:
    """Σ or ∏ over times, over a finite set, or over trajectories."""
    if node.sub is None:
        raise stop("a sum that does not say what it runs over", node)
    node = without_accents(node)
    if (swapped := in_order(node)) is not None:
        return ctx.read(swapped, ctx)
    next_states = of_next_states(node)
    if not isinstance(next_states, Big):
        return ctx.read(next_states, ctx)
    node = next_states
    assert node.sub is not None
    parts, left_out = conditions(node.sub.parts)
    if left_out:
        return without(node, parts, left_out, ctx)
    if node.kind != "int" and len(parts) == 1 and _is_time_index(parts[0], ctx):
        return _over_times(node, parts[0], ctx)
    if node.kind == "int":
        ctx.notes.used.add("integral")
    if node.upper is not None:
        raise stop("an upper limit over something that is no index of time", node)
    if any(s != "," for s in node.sub.separators) or node.kind == "prod":
        raise stop("a sum or product over something that is not known here", node)
    parts = tuple(p for part in parts for p in (part.items.parts if isinstance(part, Group) else (part,)))
    if len(parts) == 1 and is_path(parts[0], ctx):
        process = ctx.process(ctx.policy())
        return PathSum(ctx.read(node.body, ctx), process)
    return _over_elements(node, parts, ctx)


def _is_time_index(part: Node, ctx: Context) -> bool:
    first = part.sides[0] if isinstance(part, Relation) else part
    if not isinstance(first, Sym) or first.sub is not None or first.sup is not None:
        return False
    return first.name in TIMES or (first.name in COUNTERS and isinstance(part, Relation))


def _over_times(node: Big, part: Node, ctx: Context) -> Expr:
    cls = TimeSum if node.kind == "sum" else TimeProduct
    survey = ctx.scope.survey
    last = ctx.horizon + survey.first - 1
    lower: Expr = Integer(survey.first)
    no_end = False
    upper = last
    if isinstance(part, Relation):
        index, low, high = _range(part, ctx)
        lower, upper = lower if low is None else low, upper if high is None else high
        if part.operators[0] == "=" and node.upper is None:
            raise stop("a sum from a start without an end", node)
    else:
        assert isinstance(part, Sym)
        index = _index(part)
    if node.upper is not None:
        if node.upper.only is None or (isinstance(part, Relation) and part.operators[0] != "="):
            raise stop("limits of a sum that are not known here", node)
        no_end = isinstance(node.upper.only, Sym) and node.upper.only.name == "infty"
        upper = last if no_end else time(node.upper.only, ctx)
        if not isinstance(part, Relation):
            raise stop("a sum with an end and no start", node)
    else:
        ctx.notes.used.add("process")
    if node.kind == "prod" and loose_factor(node):
        return _with_what_follows(node, ctx)
    inner = ctx.binding(index.name, index).with_facts(AtMost(lower, index), AtMost(index, upper))
    if node.upper is not None and _is_count(node.upper.only, ctx):
        inner = replace(inner, numbering=inner.numbering | {index.name})
    if index in lower.free_symbols | upper.free_symbols:
        raise stop("a sum whose limits use its own index", node)
    body = ctx.read(node.body, inner)
    if no_end:
        return endless(cls, body, index, lower, inner)
    return cls(body, index, lower, upper)


def _is_count(node: Node | None, ctx: Context) -> bool:
    """N, K, |D|: how many there are of something that no time orders."""
    if isinstance(node, Size):
        return not is_element(node.body, ctx.scope.survey)  # |y| counts the tokens of y
    return isinstance(node, Sym) and node.head in ctx.scope.survey.counts


def _with_what_follows(node: Big, ctx: Context) -> Expr:
    """∏_t ρ_t R: nobody multiplies by R in every step; what does not mention the index stands behind the product."""
    assert isinstance(node.body, Mul)
    factors = list(node.body.factors)
    behind: list[Node] = []
    while len(factors) > 1 and loose_factor(replace(node, body=Mul(node.start, node.end, tuple(factors)))):
        behind.insert(0, factors.pop())
    kept = factors[0] if len(factors) == 1 else Mul(node.start, factors[-1].end, tuple(factors))
    if loose_factor(replace(node, body=kept)) or any(isinstance(f, (Big, tree.Grad)) for f in behind):
        raise stop("how far the product reaches is not clear; use brackets", node)
    return Mul_(ctx.read(replace(node, body=kept), ctx), *(ctx.read(f, ctx) for f in behind))


def loose_factor(node: Big) -> bool:
    """Whether the body ends with a factor without the index, which may be meant to stand outside."""
    if not isinstance(node.body, Mul) or node.sub is None:
        return False
    part = node.sub.parts[0]
    first = part.sides[0] if isinstance(part, Relation) else part
    last = node.body.factors[-1]
    return isinstance(first, Sym) and all(n.head != first.head for n in walk(last) if isinstance(n, Sym))


def _index(node: Node) -> Symbol:
    if (
        not isinstance(node, Sym)
        or node.sub is not None
        or node.sup is not None
        or node.accents
        or node.font
        or node.name in HORIZONS
    ):
        raise stop("an index of a sum that is no letter for a time", node)
    return Symbol(node.head, integer=True)


def _range(part: Relation, ctx: Context) -> tuple[Symbol, Expr | None, Expr | None]:
    """k = 0, k < t, k ≥ t, 0 ≤ k < t: index, lower and upper bound (None where nothing is said)."""
    low: Expr | None = None
    high: Expr | None = None
    sides, operators = part.sides, part.operators
    place = 1 if len(sides) == 3 else 0
    middle = sides[place]
    if middle is None or len(sides) > 3 or (place == 1 and not set(operators) <= {"<", "<="}):
        raise stop("limits of a sum that are not known here", part)
    index = _index(middle)
    bounds = [(operators[-1], sides[-1])]
    if place == 1:
        bounds.append(({"<": ">", "<=": ">="}[operators[0]], sides[0]))
    for operator, side in bounds:
        if side is None:
            raise stop("limits of a sum that are not known here", part)
        value = time(side, ctx)
        if operator in ("=", ">=", ">"):
            low = value + int(operator == ">")
        elif operator in ("<", "<="):
            high = value - int(operator == "<")
        else:
            raise stop("limits of a sum that are not known here", part)
    return index, low, high


def _over_elements(node: Big, parts: tuple[Node, ...], ctx: Context) -> Expr:
    if (integral := summed_out(node, ctx)) is not None:
        return integral
    if (visits := summed(node, tuple(map(_member, parts)), ctx)) is not None:
        return visits
    if len(parts) == 1 and (reached := at_a_time(node, _member(parts[0]), ctx)) is not None:
        return reached
    if len(parts) == 1 and (average := _average(parts[0], node.body, ctx)) is not None:
        return average
    inner, variables = ctx, []
    for part in parts:
        if isinstance(part, Relation):
            if part.operators != ("in",) or not _names_a_set(part.sides[1]):
                raise stop("a sum over something that is not known here", part)
            first = part.sides[0]
        else:
            first = part
        if len(parts) == 1 and (numbered := over_all(node, first, ctx)) is not None:
            return ctx.read(numbered, ctx)
        if not isinstance(first, Sym) or not is_element(first, ctx.scope.survey):
            raise stop("a sum over something that is not known here", part)
        var, inner, at = fresh_variable(first, node.body, inner)
        variables.append((var, at, part))
    body = ctx.read(node.body, inner)
    for var, at, part in reversed(variables):
        refuse_dependence(body, at, part, ctx)
        body = SumOver(body, var)
    return body


def _average(part: Node, body: Node, ctx: Context) -> Expr | None:
    """A sum weighted by the process's own law, at a moment of the trajectory."""
    first = _member(part)
    if not isinstance(first, Sym) or not is_element(first, ctx.scope.survey):
        return None
    ways = (way(first, body, ctx) for way in (weighted, over_actions, over_next_states))
    return next((found for found in ways if found is not None), None)


def _member(part: Node) -> Node:
    """s, of s ∈ S."""
    return (part.sides[0] if isinstance(part, Relation) and part.operators == ("in",) else part) or part


def _names_a_set(node: Node | None) -> bool:
    if isinstance(node, Call):  # A(s)
        node = node.head
    return isinstance(node, Sym) and node.font in ("cal", "bb", "") and node.name.isupper()
