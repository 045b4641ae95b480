"""Derivatives: ∇_θ f, df/dx, ∇_θ f at a value of θ, and the square z z^⊤ of a gradient."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from sympy import Expr, Symbol

from derive.book import tree
from derive.book.context import Context, stop, undecided
from derive.book.laws import distribution
from derive.book.letters import POLICIES, TIMES
from derive.book.naming import written
from derive.book.partial import by_a_value
from derive.book.tree import Node, Sym
from derive.terms import At, Coincide, Gradient, real_symbol


def squared(factors: tuple[Node, ...]) -> list[Node]:
    """z z^⊤ as z z, for a gradient z: along every direction that is its square, and these say what a matrix is."""
    found: list[Node] = []
    for factor in factors:
        only = factor.sup.only if isinstance(factor, tree.Indexed) and factor.sup is not None else None
        if isinstance(factor, tree.Indexed) and isinstance(only, Sym) and only.name in ("T", "top") and found:
            before, body = _bare(found[-1]), _bare(factor.body)
            if isinstance(before, tree.Grad) and written(before) == written(body):
                found.append(factor.body)
                continue
        found.append(factor)
    return found


def _bare(node: Node) -> Node:
    """A node without the brackets around it."""
    while isinstance(node, tree.Group) and node.items.only is not None:
        node = node.items.only
    return node


def at_one_value(left: Node, right: Node, ctx: Context) -> tuple[Node, Node, list[Coincide]]:
    """Both sides without their |_{θ = θ_k}, and what it says: π_θ has the values of π_{θ_k}. They stay as they are
    where a side depends on θ elsewhere."""
    found = [n for side in (left, right) for n in tree.walk(side) if isinstance(n, tree.At)]
    values = [_value_of(n, ctx) for n in found]
    if not found or values[0] is None or any(v is None or written(v) != written(values[0]) for v in values):
        return left, right, []
    if any(_depends_outside(side, ctx) for side in (left, right)):
        return left, right, []
    sorts = (ctx.domain("a"), ctx.domain("s"))
    value = values[0]
    policy = Sym(value.start, value.end, "pi", sub=tree.Items(value.start, value.end, (value,), ()))
    other, own = distribution(policy, sorts, ctx), ctx.policy()
    if other is None or other == own:
        return left, right, []
    return _without_values(left), _without_values(right), [Coincide(own, other)]


def _value_of(node: tree.At, ctx: Context) -> Sym | None:
    """θ_k, of |_{θ = θ_k} and |_{θ_k}."""
    only = node.where.only
    sides = only.sides if isinstance(only, tree.Relation) and only.operators == ("=",) else (None, only)
    value, named = sides[1], sides[0]
    if named is not None and not (isinstance(named, Sym) and named.head == ctx.theta.name):
        return None
    plain = isinstance(value, Sym) and value.name == ctx.theta.name and (value.sub is not None or value.primes)
    return value if plain and isinstance(value, Sym) else None


def _depends_outside(node: Node, ctx: Context) -> bool:
    """Whether θ itself stands outside of what is taken at a value."""
    if isinstance(node, tree.At):
        return False
    if isinstance(node, Sym) and node.head == ctx.theta.name and node.sub is None:
        return True
    if isinstance(node, Sym) and node.name in POLICIES and node.sub is None and node.sup is None and not node.primes:
        return True
    return any(_depends_outside(part, ctx) for part in tree.children(node))


def _without_values(value: Any) -> Any:
    if isinstance(value, tree.At):
        return _without_values(value.body)
    if isinstance(value, tuple):
        return tuple(_without_values(part) for part in value)
    if not isinstance(value, Node):
        return value
    names = [f.name for f in fields(value) if f.name not in ("start", "end")]
    return replace(value, **{name: _without_values(getattr(value, name)) for name in names})


def at_a_value(node: tree.At, ctx: Context) -> Expr:
    """∇J(θ)|_{θ = θ_k}: a term at a value of its parameter."""
    only = node.where.only
    sides = only.sides if isinstance(only, tree.Relation) and only.operators == ("=",) else (None, only)
    survey = ctx.scope.survey
    names = survey.of_policies or survey.parameters or {"theta"}
    name = sides[0].head if isinstance(sides[0], Sym) else survey.parameter
    value = sides[1]
    if (
        name not in names
        or not isinstance(value, Sym)
        or value.name != name
        or (value.sub is None and not value.primes)
    ):
        raise undecided("an expression at a value of something that is no parameter", node)
    body = ctx.read(node.body, replace(ctx, differentiated=True))
    return At(body, ctx.real_parameter(name), real_symbol("_".join([value.head, *_labels(value)])))


def _labels(node: Sym) -> list[str]:
    parts = node.sub.parts if node.sub is not None else ()
    return [str(getattr(p, "name", getattr(p, "text", "x"))) for p in parts]


def gradient(node: tree.Grad, ctx: Context) -> Expr:
    survey = ctx.scope.survey
    if node.sub is None:
        if survey.parameter is None:
            raise stop(
                f"∇ without an index, and the text has the parameters {', '.join(sorted(survey.parameters))}",
                node,
            )
        name = survey.parameter
    else:
        only = node.sub.only
        if not (
            isinstance(only, Sym)
            and only.sub is None
            and only.sup is None
            and only.head in (survey.parameters or {"theta"})
        ):
            if (by := _number_of(only, ctx)) is not None:
                assert isinstance(only, Sym)
                return Gradient(ctx.read(node.body, replace(ctx, differentiated=True).binding(only.head, by)), by)
            if only is not None and (isinstance(only, tree.Call) or (isinstance(only, Sym) and only.sub is not None)):
                return by_a_value(node, only, ctx)
            raise stop("∇ by something that is no parameter here", node)
        name = only.head
    inside = replace(ctx, differentiated=True)
    return Gradient(ctx.read(node.body, inside), ctx.real_parameter(name))


def _number_of(node: Node | None, ctx: Context) -> Symbol | None:
    """x of df/dx, where it is a number of the statement."""
    plain = isinstance(node, Sym) and node == Sym(node.start, node.end, node.name)
    if not plain or not isinstance(node, Sym) or node.name in TIMES:
        return None
    found = ctx.read(node, replace(ctx, differentiated=False, around=()))
    return found if isinstance(found, Symbol) and not found.is_integer else None
