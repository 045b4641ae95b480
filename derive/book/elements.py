"""Elements of the state, action and outcome sets, and what a time makes of them: s, a', s_t, a_{t+1}, +1, r_t."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, Integer

from derive.book.context import Context, stop, time, undecided
from derive.book.letters import (
    COUNTERS,
    function,
)
from derive.book.sorts import integer, is_element, label_of
from derive.book.tree import Group, Node, Sym, walk
from derive.terms import (
    Action,
    Apply,
    Domain,
    Draw,
    State,
    Var,
)


def element(node: Node, ctx: Context) -> Expr:
    """s, a', s_t, a_{t+1}, +1: an element of a finite set."""
    value = integer(node)
    if value is not None:
        return Integer(value)
    survey = ctx.scope.survey
    if isinstance(node, Sym) and node.sub is None and node.sup is None and isinstance(ctx.bound.get(node.head), Var):
        return ctx.bound[node.head]
    if not isinstance(node, Sym) or not is_element(node, survey) or node.accents or node.font:
        raise stop("this is no element of a set that is known here", node)
    domain = ctx.domain(node.name.lower())
    if node.sup is not None:
        return _labelled(replace(node, sub=node.sup, sup=None), domain, ctx)
    if node.sub is None:
        value = ctx.bound.get(node.head, ctx.bound.get(node.head.lower()) if ctx.anchor is not None else None)
        return value if isinstance(value, (Var, State, Action, Draw)) else Var(node.head, domain)
    node = primed_index(node, ctx)
    assert node.sub is not None
    if node.sub.only is None or node.primes:
        raise stop("more than one index on an element", node)
    if (number := numbered(node.sub.only, ctx)) is not None:
        return Draw(number, domain)
    if domain.name not in ("S", "A") or label_of(node.sub.only) is not None:
        return _labelled(node, domain, ctx)
    label = indexed_name(node, ctx)
    if label in ctx.bound:
        return ctx.bound[label]
    at = moment(node.sub.only, ctx)
    if domain.name == "S":
        return State(at, domain)
    if domain.name == "A":
        return Action(at, domain)
    raise stop("an index on an outcome that is no state and no action", node)


def primed_index(node: Sym, ctx: Context) -> Sym:
    """s_{t'}, where s_t' is written and a sum over t' is in force."""
    index = node.sub.only if node.sub is not None else None
    if not node.primes or not isinstance(index, Sym) or index.primes or index.head + "'" * node.primes not in ctx.bound:
        return node
    assert node.sub is not None
    ctx.notes.assumed.add(f"{node.name}_{index.name}{chr(39) * node.primes} with the prime on its index")
    marked = replace(index, primes=node.primes)
    return replace(node, primes=0, sub=replace(node.sub, parts=(marked,)))


def runs_over_a_set(node: Node, ctx: Context) -> bool:
    """A letter for elements of a set, in the whole text or because an expectation around draws it."""
    drawn = isinstance(node, Sym) and node.sub is None and isinstance(ctx.bound.get(node.head), Var)
    return drawn or is_element(node, ctx.scope.survey)


def _labelled(node: Sym, domain: Domain, ctx: Context) -> Expr:
    """y_c, y_w, y_1: outcomes that are told apart by a mark."""
    only = node.sub.only if node.sub is not None else None
    mark = getattr(only, "name", getattr(only, "text", None))
    if not isinstance(mark, str) or len(mark) > 8 or getattr(only, "sub", None) is not None:
        raise stop("an index on an outcome that is no mark", node)
    if mark == "t" or (isinstance(only, Sym) and only.head in ctx.bound):
        raise undecided("a token without those before it", node)
    name = f"{node.head}_{mark}"
    value = ctx.bound.get(name)
    return value if isinstance(value, Var) else Var(name, domain)


def numbered(node: Node, ctx: Context) -> Expr | None:
    """The number of a sample: an index that a sum over samples binds, or a counter that nothing binds."""
    if isinstance(node, Group) and node.items.only is not None:  # a^{(i)}
        node = node.items.only
    names = {n.head for n in walk(node) if isinstance(n, Sym)}
    if not names or not all(n in ctx.numbering or (n in COUNTERS and n not in ctx.bound) for n in names):
        return None
    return time(node, ctx)


def moment(node: Node, ctx: Context, later: int = 0) -> Expr:
    """A time, counted from 0 whatever the text counts from; `later`: by how much it is written late."""
    at = time(node, ctx) - ctx.scope.survey.first - later
    if at.is_negative:
        raise stop("a time before the first", node)
    return at


def indexed_name(node: Sym, ctx: Context) -> str:
    """The name under which a_t is bound where an expectation draws it anew."""
    assert node.sub is not None
    assert node.sub.only is not None
    return f"{node.name.lower()}_{time(node.sub.only, ctx)}"


def reward(at: Expr, ctx: Context) -> Expr:
    """r_t, by the convention of this reading."""
    ctx.notes.used.add("reward")
    states, actions = ctx.domain("s"), ctx.domain("a")
    now, act, after = State(at, states), Action(at, actions), State(at + 1, states)
    args = {"s": (now,), "sa": (now, act), "sas": (now, act, after)}[ctx.reading.reward]
    domains = tuple(a.domain for a in args)
    return Apply(function("r", domains), *args)
