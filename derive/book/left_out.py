"""Σ_{j=1, j≠i}^N, Σ_{j≠i}, Σ_j: sums over samples that leave one out, or do not say how many there are."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr

from derive.binding import substitute
from derive.book.context import Context, stop, time
from derive.book.letters import (
    COUNTERS,
)
from derive.book.tree import Big, Items, Node, Num, Relation, Sym, walk
from derive.terms import (
    TimeSum,
)


def conditions(parts: tuple[Node, ...]) -> tuple[tuple[Node, ...], list[Relation]]:
    """j = 1, j ≠ i: what is run over, and what is left out."""
    left_out = [p for p in parts if isinstance(p, Relation) and p.operators == ("!=",)]
    return tuple(p for p in parts if p not in left_out), left_out


def without(node: Big, parts: tuple[Node, ...], left_out: list[Relation], ctx: Context) -> Expr:
    """Σ_{j=1, j≠i}^N x_j = Σ_{j=1}^N x_j - x_i, for an i from 1 to N."""
    if not parts and node.upper is None and len(left_out) == 1:
        return _without_one(node, left_out[0], ctx)
    first = parts[0].sides[0] if len(parts) == 1 and isinstance(parts[0], Relation) else None
    if node.kind != "sum" or len(left_out) != 1 or not isinstance(first, Sym) or node.sub is None:
        raise stop("a sum or product with a condition that is not known here", node)
    sides = [s for s in left_out[0].sides if not (isinstance(s, Sym) and s.head == first.head)]
    if len(sides) != 1 or sides[0] is None:
        raise stop("a condition on something else than what is summed over", left_out[0])
    whole = ctx.read(replace(node, sub=Items(node.sub.start, node.sub.end, parts, ())), ctx)
    if not isinstance(whole, TimeSum):
        raise stop("a sum with a condition, over something that is no index", node)
    term = substitute(whole.body, {whole.index: time(sides[0], ctx)})
    assert isinstance(term, Expr)
    return whole - term


def _without_one(node: Big, left_out: Relation, ctx: Context) -> Expr:
    """Σ_{j≠i} x_j over the samples that the statement counts with its one letter N."""
    counts = {n.head for s in ctx.around for n in walk(s) if isinstance(n, Sym)} & ctx.scope.survey.counts
    index = left_out.sides[0]
    if len(counts) != 1 or not isinstance(index, Sym) or index.name not in COUNTERS or node.sub is None:
        raise stop("a sum or product with a condition that is not known here", node)
    start, end = node.sub.start, node.sub.end
    (count,) = counts
    ctx.notes.assumed.add(f"{index.head} from 1 to {count}")
    first = Relation(start, end, (index, Num(start, end, "1")), ("=",))
    sub = Items(start, end, (first, left_out), (",",))
    return ctx.read(replace(node, sub=sub, upper=Items(start, end, (Sym(start, end, count),), ())), ctx)


def over_all(node: Big, index: Node | None, ctx: Context) -> Big | None:
    """Σ_j x_j as Σ_{j=1}^N x_j, for the one N that the statement counts with, or for any; None for another letter."""
    plain = isinstance(index, Sym) and index == Sym(index.start, index.end, index.name)
    if not plain or not isinstance(index, Sym) or index.name not in COUNTERS or node.upper is not None:
        return None
    if node.kind != "sum" or node.sub is None:
        return None
    names = {n.head for s in ctx.around for n in walk(s) if isinstance(n, Sym)}
    counts = sorted(names & ctx.scope.survey.counts) or [next(c for c in ("n", "m", "j", "i") if c not in names)]
    if len(counts) != 1:
        return None
    start, end = node.sub.start, node.sub.end
    ctx.notes.assumed.add(f"{index.head} from 1 to {counts[0]}")
    first = Relation(start, end, (index, Num(start, end, "1")), ("=",))
    upper = Items(start, end, (Sym(start, end, counts[0]),), ())
    return replace(node, sub=Items(start, end, (first,), ()), upper=upper)
