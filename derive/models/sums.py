"""The value of sums and products over times and finite sets, as a function of a finite model."""

from __future__ import annotations

from typing import Any

from derive.models.compiling import Compiler, value_of
from derive.models.environment import Closure, Env, spend, steps
from derive.models.values import watched
from derive.terms import Mean, SumOver, TimeProduct, TimeSum, Var, Variance


@value_of(TimeSum)
def _time_sum(c: Compiler, node: TimeSum) -> Closure:
    return over_times(c, node, c.value(node.body))


def over_times(c: Compiler, node: TimeSum, body: Closure) -> Closure:
    """The sum of a body over the range of a time sum."""
    i, lower, upper = c.slot(node.index), c.integer(node.lower), c.integer(node.upper)
    body = watched(c, body)

    def time_sum(env: Env) -> Any:
        total, slots = env.zero, env.slots
        values, old = steps(env, lower(env), upper(env)), slots[i]
        for value in values:
            slots[i] = value
            total = total + body(env)
        slots[i] = old
        return total

    return time_sum


@value_of(TimeProduct)
def _time_product(c: Compiler, node: TimeProduct) -> Closure:
    body = c.value(node.body)
    i, lower, upper = c.slot(node.index), c.integer(node.lower), c.integer(node.upper)

    def time_product(env: Env) -> Any:
        total, slots = env.one, env.slots
        values, old = steps(env, lower(env), upper(env)), slots[i]
        for value in values:
            slots[i] = value
            total = total * body(env)
        slots[i] = old
        return total

    return time_product


@value_of(SumOver)
def _sum_over(c: Compiler, node: SumOver) -> Closure:
    return over_domain(c, node.var, c.value(node.body))


def over_domain(c: Compiler, var: Var, body: Closure) -> Closure:
    """The sum of a body over the domain of a variable."""
    i, d = c.slot(var), c.domain(var.domain)
    body = watched(c, body)

    def sum_over(env: Env) -> Any:
        total, slots = env.zero, env.slots
        old = slots[i]
        spend(env, len(env.domains[d]))
        for value in env.domains[d]:
            slots[i] = value
            total = total + body(env)
        slots[i] = old
        return total

    return sum_over


@value_of(Mean)
def _mean(c: Compiler, node: Mean) -> Closure:
    weight, body = c.value(node.weight), c.value(node.body)

    def weighted(env: Env) -> Any:
        w = weight(env)
        return env.zero if w == 0 else w * body(env)

    return over_domain(c, node.var, weighted)


@value_of(Variance)
def _variance(c: Compiler, node: Variance) -> Closure:
    first = c.value(Mean(node.body, node.var, node.weight))
    second = c.value(Mean(node.body**2, node.var, node.weight))
    return lambda env: second(env) - first(env) ** 2
