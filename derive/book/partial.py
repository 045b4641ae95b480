r"""∂F/∂h(s,b): the derivative by one value of a function, ∂F/∂z_j by one term of a sequence.

It is d/dξ, at any ξ = ξ_0, of F with h + (ξ - ξ_0) 1[· = s, · = b] for h: the other values stand still. F is looked
through down to h: a policy that the section says to be an expression in h is that expression.
"""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

from sympy import Basic, Expr, Integer, Symbol

from derive.binding import meaning, substitute
from derive.book import tree
from derive.book.context import Context, stop
from derive.book.granted import unfolded
from derive.book.tree import Node
from derive.terms import Apply, At, Cases, Defined, Definition, Gradient, Letter, Process, Var, real_symbol, time_symbol

_MOVED, _AT = real_symbol("xi_moved"), real_symbol("xi_held")  # no text writes so: its own x stands still


def by_a_value(node: tree.Grad, by: Node, ctx: Context) -> Expr:
    """The derivative of the body of `node` by what `by` stands for."""
    value = ctx.read(by, replace(ctx, differentiated=True))
    if not isinstance(value, Apply) or value.letter.pmf or not value.args[1:]:
        raise stop("a derivative by something that is no value of a function", by)
    letter, places = value.letter, value.args[1:]
    body = _as_said(ctx.read(node.body, replace(ctx, differentiated=True)), letter, ctx)
    nodes = list(unfolded(body))
    if any(isinstance(n, Process) for n in nodes):
        raise stop("a derivative, by one value, of what is an expectation over trajectories", node)
    if letter not in nodes:
        raise stop("a derivative by a value that it does not speak of", node)
    free_ones = {place: _another(place) for place in places if isinstance(place, (Var, Symbol))}
    moved = _moved(body, letter, tuple(free_ones.get(place, place) for place in places))  # for Σ_b beside ∂h(s,b)
    back = {other: place for place, other in free_ones.items()}
    return At(Gradient(substitute(moved, back), _MOVED), _MOVED, _AT)


def _another(place: Var | Symbol) -> Basic:
    """A name of the same kind that nothing binds."""
    return Var(f"{place.name}_held", place.domain) if isinstance(place, Var) else time_symbol(f"{place.name}_held")


def _moved(node: Basic, letter: Letter, places: tuple[Basic, ...]) -> Expr:
    """A term with h + (ξ - ξ_0) 1[· = places] for h, its definitions that speak of h written out."""

    def inside(part: Basic) -> Basic:
        if isinstance(part, Apply) and part.letter == letter:
            here = Apply(letter, *map(inside, part.args[1:]))
            pairs = list(zip(part.args[1:], places, strict=True))
            return here + (_MOVED - _AT) * reduce(_where_same, reversed(pairs), Integer(1))
        if isinstance(part, Defined) and (value := meaning(part)) is not None and letter in unfolded(value):
            return inside(value)
        return part.func(*map(inside, part.args)) if part.args and letter in unfolded(part) else part

    found = inside(node)
    assert isinstance(found, Expr)
    return found


def _where_same(value: Expr, pair: tuple[Basic, Basic]) -> Expr:
    return value if pair[0] == pair[1] else Cases(*pair, value, Integer(0))


def _as_said(body: Expr, letter: Letter, ctx: Context) -> Expr:
    """A term with the policies of the section that are said in h, as expressions in h."""
    names = {n.letter.name for n in unfolded(body) if isinstance(n, Apply)}
    for choice in reversed(ctx.scope.chosen(names)):  # the latest is the one in force
        if choice.right is None:
            continue
        made, value = (ctx.read(side, replace(ctx, differentiated=True)) for side in (choice.left, choice.right))
        if isinstance(made, Apply) and all(isinstance(n, Var) for n in made.args[1:]) and letter in unfolded(value):
            body = with_meaning(made, value, body)
    return body


def with_meaning(made: Apply, value: Expr, node: Expr) -> Expr:
    """A term in which π(a|s) is a name for a value, given at distinct variables."""
    letter, names = made.letter, made.args[1:]
    meant = Definition(letter.name, names, value, "given" if letter.pmf else "call")

    def inside(part: Basic) -> Basic:
        if isinstance(part, Apply) and part.letter == letter:
            return meant(*map(inside, part.args[1:]))
        if isinstance(part, Defined) and (whole := meaning(part)) is not None and letter in unfolded(whole):
            return inside(whole)
        return part.func(*map(inside, part.args)) if part.args and letter in unfolded(part) else part

    found = inside(node)
    assert isinstance(found, Expr)
    return found
