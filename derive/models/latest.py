"""The latest position on the time line that a term reads on a model, and the last of its samples: how far a trajectory
must be known for it, and how many samples must have been drawn.
"""

from __future__ import annotations

from typing import Any

from sympy import Basic, Symbol

from derive.binding import meaning
from derive.models.compiling import Compiler
from derive.models.environment import Closure, Env, outside, steps, undrawn
from derive.models.forms import whole
from derive.terms import (
    Action,
    Cases,
    Defined,
    Definition,
    Domain,
    Draw,
    Expectation,
    Given,
    History,
    Letter,
    PathProbability,
    PathSum,
    Samples,
    State,
    TimeProduct,
    TimeSum,
)


def latest_position(c: Compiler, node: Basic) -> Closure | None:
    """The latest position that a term reads at the current names; None: it reads no trajectory."""
    return _latest(c, node, None)


def last_draw(c: Compiler, node: Basic, domain: Domain) -> Closure | None:
    """The largest i such that a term reads x_i of a domain; None: it reads no sample of it."""
    return _latest(c, node, domain)


def _latest(c: Compiler, node: Basic, of: Domain | None) -> Closure | None:
    key = (node, of)
    if key not in c.positions:
        c.positions[key] = _build(c, node, of)
    return c.positions[key]


def _build(c: Compiler, node: Basic, of: Domain | None) -> Closure | None:
    if isinstance(node, (Letter, Domain, Definition, Symbol)):
        return None
    if isinstance(node, Defined):
        return _latest(c, meaning(node), of)
    if isinstance(node, (TimeSum, TimeProduct)):
        return _in_range(c, node, of)
    if isinstance(node, Cases):
        return _case(c, node, of)
    if of is None and isinstance(node, (State, Action, History, PathProbability, Given, Expectation, PathSum)):
        return _on_trajectory(c, node)
    if isinstance(node, Draw) and node.domain == of:
        return _index(c, node)
    closed = isinstance(node, Samples) and node.var.domain == of
    parts = [_latest(c, a, of) for a in ([node.args[2]] if closed else node.args) if isinstance(a, Basic)]
    return _largest([f for f in parts if f is not None])


def _largest(parts: list[Closure]) -> Closure | None:
    if len(parts) <= 1:
        return parts[0] if parts else None
    return lambda env: max(f(env) for f in parts)


def _on_trajectory(c: Compiler, node: Basic) -> Closure | None:
    if isinstance(node, (State, Action, History)):
        return _step(c, node)
    if isinstance(node, PathProbability):
        horizon = c.integer(node.process.horizon)
        return lambda env: 2 * horizon(env)
    return c.integer(node.position) if isinstance(node, Given) else None


def _step(c: Compiler, node: State | Action | History) -> Closure:
    time, odd = c.integer(node.time), int(isinstance(node, Action))

    def latest(env: Env) -> int:
        i: int = time(env)
        if i < 0:
            raise outside("sa"[odd], i)
        return 2 * i + odd

    return latest


def _index(c: Compiler, node: Draw) -> Closure:
    index = c.integer(node.index)

    def last(env: Env) -> int:
        i: int = index(env)
        if i < 1:
            raise undrawn(i, None)
        return i

    return last


def _in_range(c: Compiler, node: Any, of: Domain | None) -> Closure | None:
    body = _latest(c, node.body, of)
    if body is None:
        return None
    i, lower, upper = c.slot(node.index), c.integer(node.lower), c.integer(node.upper)

    def latest(env: Env) -> int:
        last, old = -1, env.slots[i]
        for value in steps(env, lower(env), upper(env)):
            env.slots[i] = value
            last = max(last, body(env))
        env.slots[i] = old
        return last

    return latest


def _case(c: Compiler, node: Cases, of: Domain | None) -> Closure | None:
    """Of the branch that is taken, where that is known without a trajectory; else of all of them."""
    parts = [_latest(c, e, of) or nothing for e in (node.subject, *(e for _, e in node.branches), node.default)]
    if all(f is nothing for f in parts):
        return None
    if parts[0] is not nothing or not whole(node.subject):
        return lambda env: max(f(env) for f in parts)
    value, values = c.integer(node.subject), [c.integer(v) for v, _ in node.branches]

    def latest(env: Env) -> int:
        found = value(env)
        for v, f in zip(values, parts[1:], strict=False):
            if v(env) == found:
                return f(env)
        return parts[-1](env)

    return latest


def nothing(env: Env) -> int:
    """The latest position of what reads no trajectory."""
    return -1
