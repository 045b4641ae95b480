r"""P(s_t, a_t), P(s_t, a_t | π, s_k), E[X | s_k, a_k, s_{k+1}] of a past X: probabilities of several moments at once.

What such a statement says for all values of the moments it names freely is read at values: s_t becomes a variable, and

    P(M | C) = P(M, C) / P(C),   E[X | C] = E[X 1{C}] / P(C),   ∫_M P(M | C) X = E[X | C],   E_M[X] = Σ_m P(M = m) X(m)

with P(M) the expectation of the indicator. A condition that is all that X needs of the past is read on the trajectory
(conditions.py) and never gets here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeGuard

from sympy import Basic, Expr, Integer, Mul, Pow

from derive.binding import is_random, meaning
from derive.book.context import Context, stop, undecided
from derive.book.elements import element, indexed_name, moment
from derive.book.laws import distribution, is_start
from derive.book.naming import written
from derive.book.sorts import is_parameter, is_policy, label_of
from derive.book.tree import Big, Call, Expect, Items, Node, Relation, Sym, children, walk
from derive.book.visits import divided
from derive.terms import (
    CLOSED,
    RANDOM,
    Action,
    Cases,
    Defined,
    Expectation,
    Given,
    Letter,
    Process,
    State,
    SumOver,
    Var,
)

_HEADS = frozenset({"P", "p", "Pr"})
Event = tuple[Expr, Expr]  # a moment of the trajectory, and the value that it has


def is_moment(node: Node) -> TypeGuard[Sym]:
    """s_t, A_{t-1}."""
    plain = isinstance(node, Sym) and node.name in "sSaA" and not (node.accents or node.primes or node.font or node.sup)
    return plain and isinstance(node, Sym) and node.sub is not None and node.sub.only is not None


def of_moments(node: Call, ctx: Context) -> Expr | None:
    """P(s_t, a_t | π, C) at the values in force; None for another law. Raises Stopped where they have none."""
    if (sides := _sides(node, ctx)) is None:
        return None
    drawn, given, policy = sides
    process = ctx.process(policy)
    events = [_event(m, ctx) for m in (*drawn, *given)]
    if None in events:
        raise undecided("the probability of several moments", node)
    pairs = [e for e in events if e is not None]
    return _quotient(chance(pairs, process), pairs[len(drawn) :], process)


def summed_out(node: Big, ctx: Context) -> Expr | None:
    """∫_M P(M | C) X as E[X | C]; None for a sum over anything else, or with another weight."""
    parts = node.sub.parts if node.sub is not None else ()
    if node.upper is not None or not parts or not all(map(is_moment, parts)):
        return None
    for law in (n for n in _outside(node.body) if isinstance(n, Call)):
        if (sides := _sides(law, ctx)) is None or not _alike(sides[0], parts):
            continue
        if (body := divided(node.body, law)) is None:
            continue
        process, inner = ctx.process(sides[2]), unbound(parts, ctx)
        pairs = [e for m in sides[1] if (e := _event(m, inner)) is not None]
        if len(pairs) < len(sides[1]):
            raise undecided("the probability of several moments", law)
        value = inner.read(body, replace(inner, averaged=True))
        places = {element(m, inner) for m in parts}
        if not all(n in places or isinstance(n, Given) for n in moments_of(value)):
            raise stop("what is integrated depends on more of the trajectory than is integrated out", node)
        return _quotient(Expectation(Mul(value, *_indicators(pairs)), process), pairs, process)
    return None


def moments_of(term: Basic) -> Iterator[Basic]:
    """What a term, and the definitions that it uses, take from the trajectory: moments, and averages given some."""
    if isinstance(term, CLOSED):
        return
    if isinstance(term, RANDOM):
        yield term
        return
    for part in term.args:
        yield from moments_of(part)
    if isinstance(term, Defined) and (value := meaning(term)) is not None:
        yield from moments_of(value)


def at_values(given: Items, body: Expr, process: Process, ctx: Context) -> Expr | None:
    """E[X | C] at the values in force of C; None where it has none."""
    if not all(map(is_moment, given.parts)) or any(s != "," for s in given.separators):
        return None
    pairs = [_event(m, ctx) for m in given.parts if isinstance(m, Sym)]
    if None in pairs:
        return None
    events = [p for p in pairs if p is not None]
    return _quotient(Expectation(Mul(body, *_indicators(events)), process), events, process)


def over_values(node: Expect, parts: Sequence[Node], policy: Letter, ctx: Context) -> Expr | None:
    """E_M[X] as Σ_m P(M = m) X(m), where X holds a condition on M; None where X is not a function of M alone."""
    if node.given is not None or not all(map(is_moment, parts)):
        return None
    inner = replace(ctx, averaged=True)
    for part in parts:
        inner = with_value(part, inner)
    body = inner.read(node.body, inner)
    if is_random(body):
        return None
    pairs = [e for m in parts if (e := _event(m, inner)) is not None]
    found: Expr = body * chance(pairs, ctx.process(policy))
    for _, value in reversed(pairs):
        assert isinstance(value, Var)
        found = SumOver(found, value)
    return found


def valued(sides: Sequence[Node], ctx: Context) -> Context:
    """The context in which the moments that conditions and laws name freely have values; it is the same without any."""
    named: dict[str, Node] = {}
    for side in sides:
        for part in _free_moments(side, frozenset(), ctx):
            assert isinstance(part, Sym)
            named.setdefault(indexed_name(part, ctx), part)
    for part in named.values():
        ctx = with_value(part, ctx)
    return ctx


def with_value(part: Node, ctx: Context) -> Context:
    """The context in which a moment is a variable of its own."""
    assert isinstance(part, Sym)
    label = indexed_name(part, ctx)
    return ctx.binding(label, Var(label, ctx.domain(part.name.lower())))


def unbound(parts: Sequence[Node], ctx: Context) -> Context:
    """The context in which moments are those of the trajectory again."""
    labels = {indexed_name(p, ctx) for p in parts if isinstance(p, Sym)}
    return replace(ctx, bound={name: value for name, value in ctx.bound.items() if name not in labels})


def on_trajectories(ctx: Context) -> Context:
    """The context in which no moment has a value."""
    kept = {n: v for n, v in ctx.bound.items() if not (isinstance(v, Var) and v.name == n and "_" in n)}
    return replace(ctx, bound=kept) if len(kept) < len(ctx.bound) else ctx


def chance(pairs: Sequence[Event], process: Process) -> Expr:
    """The probability that moments have these values."""
    found: Expr = Expectation(Mul(*_indicators(pairs)), process)
    return found


def _quotient(over: Expr, given: Sequence[Event], process: Process) -> Expr:
    return over if not given else Mul(over, Pow(chance(given, process), Integer(-1)))


def _indicators(pairs: Sequence[Event]) -> list[Expr]:
    return [Cases(m, v, Integer(1), Integer(0)) for m, v in pairs]


def _event(part: Node, ctx: Context) -> Event | None:
    """The moment and its value; None where it has none."""
    assert isinstance(part, Sym)
    assert part.sub is not None
    assert part.sub.only is not None
    value = ctx.bound.get(label := indexed_name(part, ctx))
    if not isinstance(value, Var) or (value.name != label and len(value.name.rstrip("'")) > 1):
        return None
    kind = State if part.name in "sS" else Action
    return kind(moment(part.sub.only, ctx), value.domain), value


def _sides(node: Call, ctx: Context) -> tuple[list[Node], list[Node], Letter] | None:
    """M, C and the policy of P(M | π, C); None where it is another law, or one that the process itself gives."""
    survey, parts, separators = ctx.scope.survey, node.args.parts, node.args.separators
    if node.head.name not in _HEADS or node.head.accents or node.head.primes or set(separators) - {",", "|", ";"}:
        return None
    bar = next((n + 1 for n, s in enumerate(separators) if s != ","), len(parts))
    drawn, given = list(parts[:bar]), list(parts[bar:])
    marks = [*(node.head.sub.parts if node.head.sub else ()), *(node.head.sup.parts if node.head.sup else ())]
    marks += [g for g in given if is_policy(g, survey) or is_parameter(g, survey)]
    kept = [g for g in given if g not in marks]
    if not all(map(is_moment, (*drawn, *kept))) or not any(map(_is_at_any_time, (*drawn, *kept))):
        return None
    policy: Letter | None = ctx.policy()
    for mark in marks:
        if isinstance(mark, Sym) and is_policy(mark, survey):
            policy = distribution(mark, (ctx.domain("a"), ctx.domain("s")), ctx)
        elif not is_parameter(mark, survey):
            return None
    if policy is None or _is_a_law(drawn, kept, ctx):
        return None
    return drawn, kept, policy


def _is_at_any_time(node: Node) -> bool:
    """s_t, and not s_1, which may be the name of a state."""
    return isinstance(node, Sym) and any(isinstance(n, Sym) for n in walk(node.sub))


def _is_a_law(drawn: list[Node], given: list[Node], ctx: Context) -> bool:
    """P(s_{t+1} | s_t, a_t), p(s_0)."""
    if len(drawn) != 1 or not isinstance(drawn[0], Sym) or drawn[0].name not in "sS":
        return False
    if not given:
        return is_start(drawn[0], ctx)
    names = sorted(g.name.lower() for g in given if isinstance(g, Sym))
    times = [moment(m.sub.only, ctx) for m in (drawn[0], *given) if isinstance(m, Sym) and m.sub and m.sub.only]
    return names == ["a", "s"] and times[1] == times[2] == times[0] - 1


def _alike(one: Sequence[Node], two: Sequence[Node]) -> bool:
    return list(map(written, one)) == list(map(written, two))


def _outside(node: Node) -> Iterator[Node]:
    """The nodes of a product and of the sums that it ends with."""
    yield node
    if not isinstance(node, (Call, Expect)):
        for part in children(node):
            yield from _outside(part)


def _free_moments(node: Node, bound: frozenset[str], ctx: Context) -> Iterator[Node]:
    """The moments in conditions and laws that no sum and no expectation around them runs over."""
    if isinstance(node, (Big, Expect)) and node.sub is not None:
        firsts = (p.sides[0] if isinstance(p, Relation) else p for p in node.sub.parts)
        bound |= {indexed_name(f, ctx) for f in firsts if f is not None and is_moment(f) and isinstance(f, Sym)}
    named: tuple[Node, ...] = ()
    if isinstance(node, Expect) and node.given is not None:
        named = node.given.parts
    elif isinstance(node, Call) and _sides(node, ctx) is not None:
        named = node.args.parts
    for part in named:
        if not is_moment(part) or part.sub is None or part.sub.only is None or label_of(part.sub.only) is not None:
            continue
        if indexed_name(part, ctx) not in bound:
            yield part
    for part in children(node):
        yield from _free_moments(part, bound, ctx)
