"""The latest position on the time line that a term reads, on a model: how far a trajectory must be known for it."""

from __future__ import annotations

from typing import Any

from sympy import Basic, Symbol

from derive.binding import meaning
from derive.models.compiling import Compiler
from derive.models.environment import Closure, Env, outside, steps
from derive.models.forms import whole
from derive.terms import (
    Action,
    Cases,
    Defined,
    Definition,
    Domain,
    Expectation,
    Given,
    Letter,
    PathProbability,
    PathSum,
    State,
    TimeProduct,
    TimeSum,
)


def latest_position(c: Compiler, node: Basic) -> Closure | None:
    """The latest position that a term reads at the current names; None: it reads no trajectory."""
    if node not in c.positions:
        c.positions[node] = _build(c, node)
    return c.positions[node]


def _build(c: Compiler, node: Basic) -> Closure | None:
    if isinstance(node, (State, Action)):
        return _step(c, node)
    if isinstance(node, PathProbability):
        horizon = c.integer(node.process.horizon)
        return lambda env: 2 * horizon(env)
    if isinstance(node, Given):
        return c.integer(node.position)
    if isinstance(node, (Expectation, PathSum, Letter, Domain, Definition, Symbol)):
        return None
    if isinstance(node, Defined):
        return latest_position(c, meaning(node))
    if isinstance(node, (TimeSum, TimeProduct)):
        return _in_range(c, node)
    if isinstance(node, Cases):
        return _case(c, node)
    parts = [f for a in node.args if isinstance(a, Basic) and (f := latest_position(c, a)) is not None]
    if len(parts) <= 1:
        return parts[0] if parts else None
    return lambda env: max(f(env) for f in parts)


def _step(c: Compiler, node: State | Action) -> Closure:
    time, odd = c.integer(node.time), int(isinstance(node, Action))

    def latest(env: Env) -> int:
        i: int = time(env)
        if i < 0:
            raise outside("sa"[odd], i)
        return 2 * i + odd

    return latest


def _in_range(c: Compiler, node: Any) -> Closure | None:
    body = latest_position(c, node.body)
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


def _case(c: Compiler, node: Cases) -> Closure | None:
    """Of the branch that is taken, where that is known without a trajectory; else of all of them."""
    parts = [latest_position(c, e) or nothing for e in (node.subject, *(e for _, e in node.branches), node.default)]
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
