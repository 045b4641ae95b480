"""What stands behind the bar of an expectation: s_t; s_t, a_t; a history; values of them."""

from __future__ import annotations

from sympy import Expr

from derive.binding import meaning
from derive.book.context import Context, stop, undecided
from derive.book.elements import element, moment
from derive.book.letters import (
    TRAJECTORY,
)
from derive.book.one_step import one_step
from derive.book.tokens import Stopped
from derive.book.tree import Items, Node, Nothing, Relation, Sym
from derive.context import Context as Known
from derive.terms import (
    Action,
    AtMost,
    Defined,
    Given,
    PathSum,
    Process,
    State,
    TimeProduct,
    TimeSum,
)


def cut(node: Node, ctx: Context) -> Expr | None:
    """t, of the parts τ_{:t} and τ_{t:} of a trajectory, the first of which ends with a_t."""
    sub = node.sub if isinstance(node, Sym) and node.head == TRAJECTORY else None
    if sub is None or sub.separators != (":",) or not any(isinstance(p, Nothing) for p in sub.parts):
        return None
    at = next((p for p in sub.parts if not isinstance(p, Nothing)), None)
    return moment(at, ctx) if at is not None else None


def given_at(given: Items, body: Expr, process: Process, ctx: Context) -> Expr:
    """E[body | s_t, a_t]; at values of them, E[body | s_t = s, a_t = a], of what is at most one step ahead."""
    try:
        return Given(body, _position(given, body, ctx), process)
    except Stopped:
        found = one_step(given, body, process, ctx)
        if found is None:
            raise
        return found


def _position(given: Items, body: Expr, ctx: Context) -> Expr:
    """s_t: position 2t; s_t, a_t: 2t+1; h_t: 2t. The body may not look back behind s_t, which a history would fix."""
    places = []
    for whole in given.parts:
        part = _at_the_anchor(whole, ctx)
        if isinstance(part, Sym) and part.head == "h" and part.sub is not None and part.sub.only is not None:
            places.append(("h", moment(part.sub.only, ctx)))
        elif (end := cut(part, ctx)) is not None:
            ctx.notes.assumed.add("τ_{:t} ends with a_t")
            places += [("h", end), ("a", end)]
        elif (
            isinstance(part, Sym)
            and part.name in ("s", "a", "S", "A")
            and part.sub is not None
            and part.sub.only is not None
        ):
            places.append((part.name.lower(), moment(part.sub.only, ctx)))
        else:
            raise undecided("a condition that is no moment of the trajectory", part)
    kinds, times = [k for k, _ in places], {t for _, t in places}
    if (
        any(s != "," for s in given.separators)
        or len(times) != 1
        or kinds not in (["s"], ["s", "a"], ["h"], ["h", "a"])
    ):
        raise undecided("a condition on several moments", given)
    at = times.pop()
    if kinds[0] == "s" and not _looks_ahead(body, at, ctx):
        raise stop("what is averaged may look back behind the condition", given)
    return 2 * at + (1 if kinds[-1] == "a" else 0)


def _at_the_anchor(part: Node, ctx: Context) -> Node:
    """s_t of the condition s_t = s, where the statement is read at s = s_t; and of the condition s, a."""
    if isinstance(part, Relation) and part.operators == ("=",) and ctx.anchor is not None:
        first, second = part.sides
        if first is not None and second is not None and element(first, ctx) == element(second, ctx):
            return first
    return part


def _looks_ahead(body: Expr, at: Expr, ctx: Context) -> bool:
    """Whether every state and action of the body comes at `at` or later."""
    known = Known((*ctx.facts, AtMost(at, at)))  # so that `opened` keeps the names in `at` apart

    def later(term: Expr, known: Known) -> bool:
        if isinstance(term, (State, Action)):
            return known.shows(at, term.time)
        if isinstance(term, Defined):
            return later(meaning(term), known)
        if isinstance(term, (TimeSum, TimeProduct)):
            with known.opened(term) as (_, inner):
                return later(inner, known)
        if isinstance(term, Given):  # by the Markov property a function of s_k or s_k, a_k alone
            return known.shows(2 * at, term.position) and later(term.body, known)
        return not isinstance(term, PathSum) and all(later(a, known) for a in term.args if isinstance(a, Expr))

    return later(body, known)
