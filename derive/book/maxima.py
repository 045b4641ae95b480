"""max_a X, min_a X, max_{j=1,2} X."""

from __future__ import annotations

from sympy import Expr, Integer, Max, Min

from derive.binding import extreme
from derive.book.binders import fresh_variable, refuse_dependence
from derive.book.context import Context, undecided
from derive.book.sorts import integer, is_element
from derive.book.tree import Best, Items, Relation, Sym
from derive.terms import (
    Maximum,
)


def best(node: Best, ctx: Context) -> Expr:
    """max_a X, min_a X over a finite set; max_{j=1,2} X over what is listed."""
    if node.sub is None or node.name not in ("max", "min"):
        raise undecided("what makes something best", node)
    listed = _listed_values(node.sub)
    if listed is not None:
        name, numbers = listed
        values = [ctx.read(node.body, ctx.binding(name, n)) for n in numbers]
        return extreme(Max if node.name == "max" else Min, tuple(values))
    inner, variables = ctx, []
    for part in node.sub.parts:
        first = part.sides[0] if isinstance(part, Relation) and part.operators == ("in",) else part
        if not isinstance(first, Sym) or not is_element(first, ctx.scope.survey):
            raise undecided("a maximum over something that is no finite set", node)
        var, inner, at = fresh_variable(first, node.body, inner)
        variables.append((var, at, part))
    body = ctx.read(node.body, inner)
    sign = 1 if node.name == "max" else -1
    found = sign * body
    for var, at, part in reversed(variables):
        refuse_dependence(body, at, part, ctx)
        found = Maximum(found, var)
    return sign * found


def _listed_values(sub: Items) -> tuple[str, list[Expr]] | None:
    """j = 1, 2: the letter and the numbers."""
    first = sub.parts[0]
    if not isinstance(first, Relation) or first.operators != ("=",) or not isinstance(first.sides[0], Sym):
        return None
    numbers = [integer(p) for p in (first.sides[1], *sub.parts[1:]) if p is not None]
    whole = [Integer(n) for n in numbers if n is not None]
    return (first.sides[0].head, list(whole)) if len(whole) == len(numbers) else None
