"""The value of what averages or sums over trajectories, as a function of a finite model.

An expectation visits only the part of a trajectory that its body reads: the probabilities of what comes later sum to
one (this is why the distributions of a model are checked).
"""

from __future__ import annotations

from typing import Any

from sympy import Basic, Integer, Symbol

from derive.errors import Unevaluable
from derive.models.compiling import Compiler, value_of
from derive.models.environment import (
    Closure,
    Env,
    OutsideTrajectory,
    average,
    average_change,
    probability,
    trajectories,
)
from derive.models.latest import latest_position, nothing
from derive.models.numbers import same
from derive.models.values import watched
from derive.terms import Expectation, Given, PathProbability, PathSum


@value_of(Expectation)
def _expectation(c: Compiler, node: Expectation) -> Closure:
    return over_futures(c, node, Integer(-1), None)


@value_of(Given)
def _given(c: Compiler, node: Given) -> Closure:
    return over_futures(c, node, node.position, None)


def over_futures(
    c: Compiler, node: Expectation | Given, position: Basic, parameter: Symbol | None, order: int = 1
) -> Closure:
    """E[body | trajectory up to position], or its derivative of an order; position -1 is the plain expectation."""
    laws = c.laws(node.process, parameter, order)
    value = watched(c, c.value(node.body)) if parameter is None or laws.move else None
    change = c.weighed(node.body, parameter, order, laws.move)[1:] if parameter else []
    start, horizon = c.integer(position), c.integer(node.process.horizon)
    latest = (latest_position(c, node.body) or nothing) if laws.normalised and not c.watch else None
    context, ident, given = c.context(node), next(c.ident), isinstance(node, Given)

    def over(env: Env) -> Any:
        h, p = horizon(env), start(env)
        if h < 0 or p > max(env.seen, -1) or (given and p < 0):
            raise OutsideTrajectory(f"index outside the trajectory: E[…] given position {p}, horizon {h}")
        known = env.states[: p // 2 + 1], env.actions[: (p + 1) // 2]
        key = (ident, *known[0], *known[1], *context(env))
        found = env.cache.get(key)
        if found is not None:
            return found
        outer = env.states, env.actions, env.seen
        end = min(2 * h, latest(env)) if latest else 2 * h
        env.states = [*known[0], *[0] * (h + 1 - len(known[0]))]
        env.actions = [*known[1], *[0] * (h - len(known[1]))]
        env.seen = max(end, p)
        if given and not laws.normalised:
            _need_distribution(env, average(env, laws.bound(env), p + 1, 2 * h, lambda env: env.one))
        if value and parameter is None:
            found = average(env, laws.bound(env), p + 1, end, value)
        else:
            found = average_change(env, laws.bound(env), p + 1, end, (env.one, *[env.zero] * order), [value, *change])
        env.states, env.actions, env.seen = outer
        env.cache[key] = found
        return found

    return over


def _need_distribution(env: Env, total: Any) -> None:
    """What may follow has probability one: else E[X | h] might be a sum of weights times X, or a mean of it."""
    if not same(total, env.one):
        raise Unevaluable("a conditional expectation under weights that do not sum to one")


@value_of(PathSum)
def _path_sum(c: Compiler, node: PathSum) -> Closure:
    return over_paths(c, node, c.value(node.body))


def over_paths(c: Compiler, node: PathSum, body: Closure) -> Closure:
    """The sum of a body over all trajectories of a process's horizon."""
    horizon, context, ident = c.integer(node.process.horizon), c.context(node), next(c.ident)
    states, actions = c.domain(node.process.states), c.domain(node.process.actions)
    body = watched(c, body)

    def path_sum(env: Env) -> Any:
        key = (ident, *context(env))
        if (found := env.cache.get(key)) is not None:
            return found
        h = horizon(env)
        if h < 0:
            raise OutsideTrajectory(f"index outside the trajectory: a sum over trajectories of {h} actions")
        outer = env.states, env.actions, env.seen
        env.states, env.actions, env.seen = [0] * (h + 1), [0] * h, 2 * h
        found = env.zero
        for _ in trajectories(env, 2 * h, env.domains[states], env.domains[actions]):
            found = found + body(env)
        env.states, env.actions, env.seen = outer
        env.cache[key] = found
        return found

    return path_sum


@value_of(PathProbability)
def _path_probability(c: Compiler, node: PathProbability) -> Closure:
    laws, horizon = c.laws(node.process), c.integer(node.process.horizon)

    return lambda env: probability(env, laws.bound(env), 2 * horizon(env))[0]
