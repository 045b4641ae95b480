"""E[X | s_t = s, a_t = a] at values of the state and the action, of what lies a step ahead: Σ_s' P(s'|s,a) X."""

from __future__ import annotations

from typing import Any

from sympy import Basic, Expr

from derive.binding import names, subterms
from derive.book.context import Context
from derive.book.elements import element
from derive.book.tree import Items, Relation
from derive.terms import CLOSED, RANDOM, Action, Definition, Letter, Mean, Process, State, Var


def one_step(given: Items, body: Expr, process: Process, ctx: Context) -> Expr | None:
    """The average over the next state (and the action, where it is not given); None for another condition or body."""
    values = _values(given, ctx)
    states = [m for m in values if isinstance(m, State)]
    if len(states) != 1 or len({m.time for m in values}) != 1:
        return None
    now = states[0]
    act, after = Action(now.time, process.actions), State(now.time + 1, process.states)
    if any(isinstance(n, CLOSED) or (isinstance(n, RANDOM) and n not in (now, act, after)) for n in subterms(body)):
        return None
    taken = {str(n) for n in (*names(body), *(v for value in values.values() for v in names(value)))}
    action = values.get(act, Var(_free("a", taken), process.actions))
    later = Var(_free("s'", taken), process.states)
    inside = _at(body, {now: values[now], act: action, after: later})
    moved = Mean(inside, later, process.transition(later, values[now], action))
    return moved if act in values else Mean(moved, action, process.policy(action, values[now]))


def _values(given: Items, ctx: Context) -> dict[Basic, Basic]:
    """Which moments are given, and at what elements."""
    found: dict[Basic, Basic] = {}
    for part in given.parts:
        if not isinstance(part, Relation) or part.operators != ("=",) or None in part.sides:
            return {}
        moment, value = (element(side, ctx) for side in part.sides if side is not None)
        if not isinstance(moment, (State, Action)):
            return {}
        found[moment] = value
    return found


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "'"
    return name


def _at(term: Basic, values: dict[Basic, Basic]) -> Any:
    """A term with moments replaced by elements."""
    if term in values:
        return values[term]
    if isinstance(term, (Letter, Definition, Process)) or not term.args:
        return term
    return term.func(*(_at(part, values) for part in term.args))
