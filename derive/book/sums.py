"""Sums and products -> terms: over times, over a finite set, over trajectories, as their limits say."""

from __future__ import annotations

from dataclasses import replace

from sympy import Add, Expr, Integer, Symbol
from sympy import Mul as Mul_

from derive.binding import subterms
from derive.book.context import Context, is_path, stop, time
from derive.book.elements import element, indexed_name, moment
from derive.book.letters import (
    COUNTERS,
    ELEMENTS,
    HORIZONS,
    TIMES,
)
from derive.book.tree import Big, Mul, Node, Relation, Sym, walk
from derive.book.values import weighted
from derive.context import Context as Known
from derive.terms import (
    Apply,
    AtMost,
    Domain,
    PathSum,
    State,
    SumOver,
    TimeProduct,
    TimeSum,
    Var,
)


def big(node: Big, ctx: Context) -> Expr:
    """Σ or ∏ over times, over a finite set, or over trajectories."""
    if node.sub is None:
        raise stop("a sum that does not say what it runs over", node)
    parts = node.sub.parts
    if node.kind != "int" and len(parts) == 1 and _is_time_index(parts[0], ctx):
        return _over_times(node, parts[0], ctx)
    if node.kind == "int":
        ctx.notes.used.add("integral")
    if node.upper is not None:
        raise stop("an upper limit over something that is no index of time", node)
    if any(s != "," for s in node.sub.separators) or node.kind == "prod":
        raise stop("a sum or product over something that is not known here", node)
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
        raise stop("how far the product reaches is not clear; use brackets", node)
    inner = ctx.binding(index.name, index).with_facts(AtMost(lower, index), AtMost(index, upper))
    if index in lower.free_symbols | upper.free_symbols:
        raise stop("a sum whose limits use its own index", node)
    body = ctx.read(node.body, inner)
    if no_end:
        return endless(cls, body, index, lower, inner)
    return cls(body, index, lower, upper)


def endless(cls: type, body: Expr, index: Symbol, lower: Expr, ctx: Context) -> Expr:
    """A sum to infinity in an episode: it ends with the episode, where every term after that is a reward's multiple."""
    known = Known((*ctx.facts, AtMost(index, index)))
    starts = [n.time for n in subterms(body) if isinstance(n, State)]
    shifts = [s - index for s in starts if index not in (s - index).free_symbols]  # t, in r_{t+k}: it ends t earlier
    shift = min(shifts, key=lambda s: s.as_coeff_Add()[0], default=None)
    if cls is not TimeSum or shift is None or not pays(body, index + shift, known):
        ctx.notes.assumed.add("an infinite sum or product cut at the end of an episode")
        shift = shift if shift is not None and cls is TimeSum else Integer(0)
    ctx.notes.used.add("endless")
    found: Expr = cls(body, index, lower, ctx.horizon - 1 - shift)
    return found


def pays(term: Expr, at: Expr, known: Known) -> bool:
    """Whether a term is zero once the episode has ended before `at`: each of its summands has a later reward in it."""
    if isinstance(term, (Mul_, TimeSum)):
        parts = term.args if isinstance(term, Mul_) else (term.body,)
        return any(pays(p, at, known) for p in parts)
    if isinstance(term, Add):
        return all(pays(p, at, known) for p in term.args)
    if isinstance(term, Apply) and term.letter.name in ("r", "R"):
        return known.shows(at, term.args[1].time) if isinstance(term.args[1], State) else False
    return False


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
        if not isinstance(first, Sym) or first.name not in ELEMENTS:
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
    first = part.sides[0] if isinstance(part, Relation) and part.operators == ("in",) else part
    return weighted(first, body, ctx) if isinstance(first, Sym) and first.name in ELEMENTS else None


def _names_a_set(node: Node | None) -> bool:
    return isinstance(node, Sym) and node.font in ("cal", "bb", "") and node.name.isupper()


def fresh_variable(node: Sym, body: Node, ctx: Context) -> tuple[Var, Context, Expr | None]:
    """The variable that a sum or expectation binds, the context inside, and for a_t, s_t its place on the time line."""
    domain: Domain = ctx.domain(node.name.lower())
    if node.sub is None:
        if not isinstance(element(node, replace(ctx, bound={})), Var):
            raise stop("this is no variable", node)
        var = Var(node.head, domain)
        return var, ctx.binding(node.head, var), None
    if domain.name not in ("A", "S") or node.sub.only is None:
        raise stop("a sum or expectation over something that is not known here", node)
    at = moment(node.sub.only, ctx)
    taken = {v.name for v in ctx.bound.values() if isinstance(v, Var)}
    taken |= {n.head for n in walk(body) if isinstance(n, Sym) and n.sub is None}
    name = node.name.lower()
    while name in taken:
        name += "'"
    var = Var(name, domain)
    return var, ctx.binding(indexed_name(node, ctx), var), 2 * at + (1 if domain.name == "A" else 0)


def refuse_dependence(body: Expr, at: Expr | None, node: Node, ctx: Context) -> None:
    """Where a_t was drawn anew, the rest may depend on the trajectory before a_t only."""
    if at is not None and not Known((*ctx.facts, AtMost(at, at))).knows(body, at - 1):
        raise stop("what is averaged may depend on this variable through the rest of the trajectory", node)
