"""What stands behind the bar of an expectation: s_t; s_t, a_t; a history; values of them."""

from __future__ import annotations

from itertools import pairwise

from sympy import Expr, Integer, Symbol

from derive.binding import free, meaning
from derive.book.context import Context, stop, undecided
from derive.book.elements import element, moment
from derive.book.joint_laws import at_values
from derive.book.letters import TRAJECTORY
from derive.book.one_step import one_step
from derive.book.spelt_paths import is_last
from derive.book.tokens import Stopped
from derive.book.tree import Items, Node, Nothing, Num, Relation, Sym
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
    """t, of the parts τ_{:t}, τ_{0:t} and τ_{t:}, τ_{t:T} of a trajectory, the first of which ends with a_t."""
    sub = node.sub if isinstance(node, Sym) and node.head == TRAJECTORY else None
    if sub is None or sub.separators != (":",):
        return None
    start, end = sub.parts
    opens = isinstance(start, Nothing) or (isinstance(start, Num) and start.text == str(ctx.scope.survey.first))
    closes = isinstance(end, Nothing) or is_last(end)
    return moment(end if opens else start, ctx) if opens != closes else None


def given_at(given: Items, body: Expr, process: Process, ctx: Context) -> Expr:
    """E[body | s_t, a_t]; at values of them, E[body | s_t = s, a_t = a], of what is at most one step ahead."""
    if (valued := at_values(given, body, process, ctx)) is not None:
        return valued
    try:
        return Given(body, _position(given, body, ctx), process)
    except Stopped:
        found = one_step(given, body, process, ctx)
        if found is None:
            raise
        return found


def _position(given: Items, body: Expr, ctx: Context) -> Expr:
    """s_t: position 2t; s_t, a_t: 2t+1; s_t, a_t, s_{t+1}: 2t+2; h_t: 2t. Where no history is given, the body may not
    look back behind the first moment, which a history would fix."""
    if any(s != "," for s in given.separators):
        raise undecided("a condition on several moments", given)
    known: list[Expr] = []
    ends: dict[str, Expr] = {}
    rewards: list[Node] = []
    for whole in given.parts:
        part = _at_the_anchor(whole, ctx)
        only = part.sub.only if isinstance(part, Sym) and part.sub is not None else None
        if isinstance(part, Sym) and part.head == "h" and only is not None:
            ends |= {"s": (at := moment(only, ctx)), "a": at - 1}
        elif (at_cut := cut(part, ctx)) is not None:
            ctx.notes.assumed.add("τ_{:t} ends with a_t")
            ends |= {"s": at_cut, "a": at_cut}
        elif isinstance(part, Sym) and (last := end_of_run(part, ctx)) is not None:
            ends[part.name.lower()] = last
        elif isinstance(part, Sym) and part.name in "sSaA" and only is not None:
            known.append(2 * moment(only, ctx) + int(part.name in "aA"))
        elif isinstance(part, Sym) and part.name in "rR" and only is not None:
            rewards.append(only)
        else:
            raise undecided("a condition that is no moment of the trajectory", part)
    if len(ends) == 1 or not (ends or known):
        raise undecided("a condition on several moments", given)
    past = [2 * ends["s"], 2 * ends["a"] + 1] if ends else []
    places = _in_order([*past, *known], given)
    if not ends and (_gaps(places) or places[0].as_coeff_Add()[0] % 2):
        raise undecided("a condition on several moments", given)
    if not ends and not _looks_ahead(body, places[0] / 2, ctx):
        raise stop("what is averaged may look back behind the condition", given)
    for index in rewards:  # r_t, which the moments around it say
        at = moment(index, ctx, ctx.scope.survey.arrival)
        if not {2 * at, 2 * at + 1} <= {*places} or (ctx.reading.reward == "sas" and 2 * at + 2 not in places):
            raise undecided("a condition on a reward", given)
    return places[-1]


def _in_order(places: list[Expr], given: Items) -> list[Expr]:
    """Places on the time line from the first to the last, which differ by numbers."""
    if not all((p - places[0]).is_Integer for p in places):
        raise undecided("a condition on several moments", given)
    return sorted({p.expand() for p in places}, key=lambda p: int(p - places[0]))


def _gaps(places: list[Expr]) -> bool:
    return any(two - one != 1 for one, two in pairwise(places))


def end_of_run(node: Sym, ctx: Context) -> Expr | None:
    """t, of the states s_{0:t}, or of the actions a_{0:t}, from the first on."""
    plain = node.name in "sSaA" and not (node.accents or node.primes or node.font or node.sup)
    if not plain or node.sub is None or node.sub.separators != (":",) or is_last(node.sub.parts[1]):
        return None
    start, end = node.sub.parts
    first = isinstance(start, Nothing) or (isinstance(start, Num) and start.text == str(ctx.scope.survey.first))
    return moment(end, ctx) if first and not isinstance(end, Nothing) else None


def _at_the_anchor(part: Node, ctx: Context) -> Node:
    """s_t of the condition s_t = s, where the statement is read at s = s_t; and of the condition s, a."""
    if isinstance(part, Relation) and part.operators == ("=",) and ctx.anchor is not None:
        first, second = part.sides
        if first is not None and second is not None and element(first, ctx) == element(second, ctx):
            return first
    return part


def _looks_ahead(body: Expr, at: Expr, ctx: Context) -> bool:
    """Whether every state and action of the body comes at `at` or later."""
    counted = sorted((n for n in free(body) | free(at) if isinstance(n, Symbol) and n.is_integer), key=str)
    from_the_first = (AtMost(Integer(0), n) for n in counted)  # as the hypotheses of a statement say
    known = Known((*ctx.facts, *from_the_first, AtMost(at, at)))  # so that `opened` keeps the names in `at` apart

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
