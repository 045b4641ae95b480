r"""Σ_s P(s_t = s|π) X(s), Σ_x Pr(s → x, k, π) X(x): averages over the state at one time, on a policy's trajectories.

    Σ_s P(s_t = s|π) X(s) = E_π[X(s_t)],  Σ_x Pr(s_t → x, k, π) X(x) = E_π[X(s_{t+k}) | s_t]

Where the sum over the times stands inside, or in brackets beside, it is taken first: finite sums may be swapped.
"""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr

from derive.book.context import Context, time
from derive.book.elements import element, moment
from derive.book.laws import distribution
from derive.book.letters import COUNTERS, TIMES
from derive.book.next_states import replaced, unused
from derive.book.sorts import is_element, is_parameter, is_policy
from derive.book.tree import Big, Call, Group, Mul, Node, Relation, Sym, walk
from derive.book.visits import at_the_state, divided, same
from derive.terms import Expectation, Given, Letter, State

_HEADS = frozenset({"P", "p", "Pr", "d", "rho"})


def at_a_time(node: Big, first: Node, ctx: Context) -> Expr | None:
    """E_π[X(s_t)], E_π[X(s_{t+k}) | s_t]; None for a sum with another weight."""
    if not isinstance(first, Sym) or first.sub is not None or not is_element(first, ctx.scope.survey):
        return None
    if first.name not in "sS":  # Pr(s → x, k, π)
        state = unused(first, node.body)
        node, first = replace(node, body=replaced(node.body, first, state)), state
    for law in (n for n in walk(node.body) if isinstance(n, Call) and _weighs(n, first)):
        body = divided(node.body, law)
        policy = _policy(law, ctx)
        if body is None or policy is None:
            continue
        what = law.args.parts[0]
        assert isinstance(what, Relation)
        if what.operators == ("=",):
            at = _time_of(what, ctx)
            return Expectation(at_the_state((first,), body, at, ctx), ctx.process(policy)) if at is not None else None
        start = element(what.sides[0], ctx) if what.sides[0] is not None else None
        if isinstance(start, State):
            later = start.time + time(law.args.parts[1], ctx)
            return Given(at_the_state((first,), body, later, ctx), 2 * start.time, ctx.process(policy))
    return None


def in_order(node: Big) -> Big | None:
    """Σ_t Σ_s P(s_t = s) X, of Σ_s Σ_t P(s_t = s) X and of Σ_s (Σ_t P(s_t = s)) X; Σ_a Σ_{s'} P(s'|s,a) X, of
    Σ_{s'} Σ_a P(s'|s,a) X; None for any other sum."""
    only = node.sub.only if node.sub is not None and node.kind == "sum" and node.upper is None else None
    first = only.sides[0] if isinstance(only, Relation) and only.operators == ("in",) else only
    if not isinstance(first, Sym) or first.sub is not None:
        return None
    factors = node.body.factors if isinstance(node.body, Mul) else (node.body,)
    for i, factor in enumerate(factors):
        inner = factor.items.only if isinstance(factor, Group) else factor
        if not isinstance(inner, Big) or inner.kind != "sum":
            continue
        weights = [n for n in walk(inner.body) if isinstance(n, Call)]
        of_times = _over_times(inner) and any(_weighs(n, first) for n in weights)
        if not of_times and not (i == len(factors) - 1 and any(_moves(n, first, inner) for n in weights)):
            continue
        rest = (*factors[:i], inner.body, *factors[i + 1 :])
        body = Mul(node.start, node.end, rest) if len(rest) > 1 else rest[0]
        return replace(inner, body=replace(node, body=body))
    return None


def _moves(node: Call, first: Sym, inner: Big) -> bool:
    """P(s'|s,a) of Σ_{s'} Σ_a P(s'|s,a) X."""
    only = inner.sub.only if inner.sub is not None and inner.upper is None else None
    action = only.sides[0] if isinstance(only, Relation) and only.operators == ("in",) else only
    after, *given = node.args.parts
    plain = isinstance(action, Sym) and action.sub is None and node.args.separators[:1] == ("|",)
    return plain and action is not None and same(after, first) and any(same(g, action) for g in given)


def _over_times(node: Big) -> bool:
    only = node.sub.only if node.sub is not None else None
    first = only.sides[0] if isinstance(only, Relation) else only
    return isinstance(first, Sym) and first.sub is None and first.name in TIMES | COUNTERS


def _weighs(node: Call, first: Sym) -> bool:
    """P(s_t = s), Pr(s_0 → s, k, π)."""
    what = node.args.parts[0]
    if node.head.name not in _HEADS or not isinstance(what, Relation) or len(what.sides) != 2:
        return False
    known = what.operators == ("=",) or (what.operators == ("->",) and len(node.args.parts) > 1)
    return known and what.sides[1] is not None and same(what.sides[1], first)


def _time_of(what: Relation, ctx: Context) -> Expr | None:
    """t, of s_t = s."""
    state = what.sides[0]
    plain = isinstance(state, Sym) and state.name in "sS" and state.sub is not None and state.sub.only is not None
    if not plain or not isinstance(state, Sym) or state.sub is None or state.sub.only is None:
        return None
    return moment(state.sub.only, ctx)


def _policy(law: Call, ctx: Context) -> Letter | None:
    """The policy of P(s_t = s | π), Pr(s → x, k, π), the text's where none is named; None beside another condition."""
    rest = law.args.parts[1:] if law.args.parts[0].operators == ("=",) else law.args.parts[2:]  # type: ignore[attr-defined]
    marks = [*(law.head.sub.parts if law.head.sub else ()), *(law.head.sup.parts if law.head.sup else ()), *rest]
    policy: Letter | None = ctx.policy()
    for mark in marks:
        if isinstance(mark, Sym) and is_policy(mark, ctx.scope.survey):
            policy = distribution(mark, (ctx.domain("a"), ctx.domain("s")), ctx)
        elif not is_parameter(mark, ctx.scope.survey):
            return None
    return policy
