"""E_{X,Y}[f(X,Y)] = E_X[E_Y[f(X,Y) | X]], ∫ P(X) P(Y|X) f: statements about any random variables, written as capitals.

The joint law is read by the chain rule, P(X) P(Y|X), of laws of which nothing is said.
"""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, Mul

from derive.book.binders import fresh_variable
from derive.book.context import Context, stop
from derive.book.elements import element
from derive.book.letters import ELEMENTS, law
from derive.book.sorts import is_element
from derive.book.tree import Call, Expect, Node, Sym, walk
from derive.terms import Apply, Domain, Mean, Var


def of_variables(node: Expect, parts: tuple[Node, ...], ctx: Context) -> Expr | None:
    """E_{X,Y}[f | Z], the first variable outermost; None where the index names laws, or no such variables."""
    if not _speaks_of_variables(ctx) or not all(_is_variable(p, ctx) for p in parts):
        return None
    given = node.given.parts if node.given is not None else ()
    if not all(_is_variable(g, ctx) for g in given):
        return None
    known: list[Expr] = [element(g, ctx) for g in given]
    ctx.notes.assumed.add("P any law of the variables")
    inner, drawn = replace(ctx, averaged=True), []
    for part in parts:
        assert isinstance(part, Sym)
        var, inner, _ = fresh_variable(part, node.body, inner)
        drawn.append((var, _chance(var, known)))
        known.append(var)
    body = inner.read(node.body, inner)
    for var, weight in reversed(drawn):
        body = Mean(body, var, weight)
    return body


def joint(node: Call, ctx: Context) -> Expr | None:
    """P(X), P(Y|X), P(X, Y); None for every other call."""
    plain = node.head == Sym(node.head.start, node.head.end, node.head.name)
    parts, separators = node.args.parts, node.args.separators
    if not plain or node.head.name not in ("P", "p") or not _speaks_of_variables(ctx):
        return None
    if not parts or not all(_is_variable(p, ctx) for p in parts):
        return None
    bar = separators.index("|") + 1 if "|" in separators else len(parts)
    if any(s != "," for n, s in enumerate(separators) if n != bar - 1):
        raise stop("a separator in a law that is not known here", node)
    known: list[Expr] = [element(p, ctx) for p in parts[bar:]]
    ctx.notes.assumed.add("P any law of the variables")
    factors = []
    for part in parts[:bar]:
        value = element(part, ctx)
        factors.append(_chance(value, known))
        known.append(value)
    return Mul(*factors)


def _chance(value: Expr, known: list[Expr]) -> Apply:
    """The probability of a variable's value, given the values of others."""
    domains: tuple[Domain, ...] = tuple(v.domain for v in (value, *known) if isinstance(v, Var))
    return Apply(law(f"P_{domains[0].name}", domains), value, *known)


def _is_variable(node: Node, ctx: Context) -> bool:
    plain = isinstance(node, Sym) and node == Sym(node.start, node.end, node.name)
    return plain and isinstance(node, Sym) and node.name.isupper() and is_element(node, ctx.scope.survey)


def _speaks_of_variables(ctx: Context) -> bool:
    """Whether the statement draws a capital that is neither a state nor an action."""
    names = {n.name for side in ctx.around for n in walk(side) if _is_variable(n, ctx) and isinstance(n, Sym)}
    return bool(names - ELEMENTS.keys())
