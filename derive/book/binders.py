"""What a sum, an expectation or a maximum binds: s', a_t, y; and what may not depend on it in secret."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr

from derive.book.context import Context, stop
from derive.book.elements import element, indexed_name, moment
from derive.book.tree import Node, Sym, walk
from derive.context import Context as Known
from derive.terms import (
    AtMost,
    Domain,
    Var,
)


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
