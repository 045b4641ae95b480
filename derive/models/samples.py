"""The expectation over independent samples x_1 … x_N on a finite model: every tuple, weighed by Π_i weight(x_i).

The weight may move with the parameter: the derivative is taken through the product of the weights. A weight that is no
distribution is taken as it stands, as in a sum over a single sample.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sympy import Symbol

from derive.errors import Unevaluable
from derive.models.compiling import Compiler, second_of, slope_of, value_of
from derive.models.environment import Closure, Env, spend
from derive.models.jets import Jet, highest, times, vanishes
from derive.models.values import watched
from derive.terms import Samples


@value_of(Samples)
def _samples(c: Compiler, node: Samples) -> Closure:
    return over_samples(c, node, [c.value(node.weight)], [watched(c, c.value(node.body))])


@slope_of(Samples)
def _samples_slope(c: Compiler, node: Samples, parameter: Symbol) -> Closure | None:
    return samples_change(c, node, parameter, 1)


@second_of(Samples)
def _samples_second(c: Compiler, node: Samples, parameter: Symbol) -> Closure | None:
    return samples_change(c, node, parameter, 2)


def samples_change(c: Compiler, node: Samples, parameter: Symbol, order: int) -> Closure:
    """The derivative of an order, of an expectation over samples."""
    weight = c.jet(node.weight, parameter, order)
    return over_samples(c, node, weight, c.weighed(node.body, parameter, order, weight[1] is not None))


def over_samples(
    c: Compiler, node: Samples, weight: Sequence[Closure | None], body: Sequence[Closure | None]
) -> Closure:
    """The highest derivative of Σ Π_i weight(x_i) · body, for a weight and a body that are given with derivatives."""
    i, d, count = c.slot(node.var), c.domain(node.var.domain), c.integer(node.count)

    def samples(env: Env) -> Any:
        n, outer = count(env), env.draws[d]
        if n < 0:
            raise Unevaluable(f"{n} samples cannot be drawn; bound {node.count} by a hypothesis")
        law = _law(env, i, env.domains[d], weight)
        env.draws[d] = current = [0] * n
        found = _sum(env, law, current, (env.one, *[env.zero] * (len(weight) - 1)), body)
        env.draws[d] = outer
        return found

    return samples


def _law(env: Env, slot: int, elements: Sequence[int], weight: Sequence[Closure | None]) -> list[tuple[int, Jet]]:
    """The elements that weigh anything, with their weights."""
    found, old = [], env.slots[slot]
    for x in elements:
        env.slots[slot] = x
        jet = tuple([f(env) if f else env.zero for f in weight])
        if not vanishes(jet):
            found.append((x, jet))
    env.slots[slot] = old
    return found


def _sum(env: Env, law: list[tuple[int, Jet]], current: list[int], one: Jet, body: Sequence[Closure | None]) -> Any:
    def extend(place: int, jet: Jet) -> Any:
        if place == len(current):
            return highest(env, jet, body)
        spend(env, len(law))
        total = env.zero
        for x, weight in law:
            current[place] = x
            total = total + extend(place + 1, times(jet, weight))
        return total

    return extend(0, one)
