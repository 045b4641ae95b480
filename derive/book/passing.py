"""Expectations over moments of a trajectory: s_t, a_t ~ π; (s_t, a_t) ~ ρ_π; the mean E_t over its steps."""

from __future__ import annotations

from sympy import Expr, Integer

from derive.book.context import Context, stop
from derive.book.letters import (
    POLICIES,
)
from derive.book.sorts import is_policy
from derive.book.tree import Expect, Group, Node, Relation, Sym
from derive.terms import (
    AtMost,
    Expectation,
    TimeSum,
    time_symbol,
)


def is_time(part: Node) -> bool:
    """E_t[…], an average over the steps of a trajectory."""
    return isinstance(part, Sym) and part == Sym(part.start, part.end, "t")


def over_times(node: Expect, ctx: Context) -> Expr:
    """E_t[X_t] as E_τ[(1/T) Σ_t X_t], where t is the time of its body."""
    if node.given is not None:
        raise stop("a condition in an average over steps", node)
    t = time_symbol("t")
    first, last = Integer(ctx.scope.survey.first), ctx.horizon + ctx.scope.survey.first - 1
    inner = ctx.binding("t", t).with_facts(AtMost(first, t), AtMost(t, last))
    ctx.notes.assumed.add("E_t[…] the mean over the steps of a trajectory")
    total = TimeSum(ctx.read(node.body, inner), t, first, last)
    return Expectation(total / ctx.horizon, ctx.process(ctx.policy()))


def apart(parts: tuple[Node, ...]) -> tuple[Node, ...]:
    """(s_t, a_t) ~ ρ_π as s_t, a_t ~ π: what a policy visits is what its trajectories pass."""
    only = parts[0] if len(parts) == 1 else None
    if not isinstance(only, Relation) or only.operators != ("~",) or not isinstance(only.sides[0], Group):
        return parts
    source, moments = only.sides[1], only.sides[0].items.parts
    if not all(isinstance(m, Sym) and m.name in "sSaA" and m.sub is not None for m in moments):
        return parts
    marks = source.sub.parts if isinstance(source, Sym) and source.sub is not None else ()
    policies = [m for m in (source, *marks) if isinstance(m, Sym) and m.name in POLICIES]
    if not policies:
        return parts
    return (*moments[:-1], Relation(only.start, only.end, (moments[-1], policies[0]), ("~",)))


def passes_through(parts: tuple[Node, ...], ctx: Context) -> bool:
    """s_t, a_t ~ π: moments of a trajectory under a policy without arguments; one alone draws anew."""
    firsts = [p.sides[0] if isinstance(p, Relation) and p.operators == ("~",) else p for p in parts]
    moments = [f for f in firsts if isinstance(f, Sym) and f.name in "saSA" and f.sub is not None]
    last = parts[-1].sides[1] if isinstance(parts[-1], Relation) else None
    states = [f for f in moments if f.name in "sS"]
    named = is_policy(last, ctx.scope.survey)
    return named and len(moments) == len(parts) and bool(states) and all(isinstance(p, Sym) for p in parts[:-1])


def policy_named(parts: tuple[Node, ...]) -> Sym:
    last = parts[-1]
    assert isinstance(last, Relation)
    found = last.sides[1]
    assert isinstance(found, Sym)
    return found
