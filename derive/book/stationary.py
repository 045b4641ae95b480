"""A value that a text defines at the start, V(s) := E[Σ_k γ^k X_k | s_0 = s], at every time t: the same from there on.

V_t = E[Σ_{k=0}^{T-1-t} γ^k X_{k+t} | s_t]: every state and action of the body comes t later, and what ran to the end of
the episode ends t terms earlier.
"""

from __future__ import annotations

from sympy import Basic, Expr, Symbol

from derive.terms import (
    Action,
    Definition,
    Given,
    History,
    Letter,
    PathProbability,
    PathSum,
    Process,
    State,
    TimeProduct,
    TimeSum,
)


def from_there_on(body: Expr, horizon: Expr, t: Symbol) -> Expr | None:
    """The value at time t, of a value at the start; None where it is no average given the first state or action."""
    if not isinstance(body, Given) or body.position not in (0, 1):
        return None
    inner = _later(body.body, horizon, t)
    return None if inner is None else Given(inner, 2 * t + body.position, body.process)


def _later(term: Basic, horizon: Expr, t: Symbol) -> Expr | None:
    if isinstance(term, (History, PathProbability, PathSum)):
        return None
    if isinstance(term, (State, Action)):
        return term.func(term.time + t, term.domain)
    if isinstance(term, (Letter, Definition, Process)) or not term.args:
        return term if isinstance(term, (Expr, Definition, Process)) else None
    if isinstance(term, Given):
        inner = _later(term.body, horizon, t)
        return None if inner is None else Given(inner, term.position + 2 * t, term.process)
    if isinstance(term, (TimeSum, TimeProduct)):
        inner = _later(term.body, horizon, t)
        if inner is None or horizon.free_symbols & term.lower.free_symbols:
            return None
        ends = horizon.free_symbols & term.upper.free_symbols
        return term.func(inner, term.index, term.lower, term.upper - t if ends else term.upper)
    parts = [
        part if isinstance(part, (Letter, Process)) or not part.args else _later(part, horizon, t) for part in term.args
    ]
    if any(part is None for part in parts):
        return None
    found = term.func(*parts)
    return found if isinstance(found, Expr) else None
