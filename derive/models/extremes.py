"""The largest and the smallest of several numbers, of arguments or over a domain, and how they change.

A maximum changes as the number that attains it. Where several attain it, it has a derivative only if they change alike;
else this is a corner, which has none. A run may be told to keep to the numbers that were the largest before
(`Env.choices`): then it is affine where they are, and an equation for its letters is linear (derive/models/solving.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from sympy import Basic, Max, Min, Symbol

from derive.binding import is_random
from derive.errors import Unevaluable
from derive.models.compiling import Compiler, second_of, slope_of, value_of
from derive.models.environment import Closure, Env, spend
from derive.models.numbers import exceeds
from derive.terms import Maximum

Extreme: TypeAlias = Any  # Min, Max or Maximum


@value_of(Min, Max, Maximum)
def _extreme(c: Compiler, node: Extreme) -> Closure:
    c.needs.add("order")
    candidates, marked = _candidates(c, node, c.value), _mark(c, node)

    def extreme(env: Env) -> Any:
        parts = candidates(env)
        if env.choices is not None:
            return _kept(env, node, parts, marked(env))
        choose, found = env.numbers.least if isinstance(node, Min) else env.numbers.greatest, parts[0](env)
        for part in parts[1:]:
            found = choose(found, part(env))
        return found

    return extreme


def _candidates(c: Compiler, node: Extreme, of: Callable[[Basic], Closure]) -> Callable[[Env], list[Closure]]:
    """The functions whose values are compared: of each argument, or of the body at each element of the domain."""
    if not isinstance(node, Maximum):
        parts = [of(a) for a in node.args]
        return lambda env: parts
    body, i, d = of(node.body), c.slot(node.var), c.domain(node.var.domain)

    def at(x: int) -> Closure:
        def value(env: Env) -> Any:
            old, env.slots[i] = env.slots[i], x
            found = body(env)
            env.slots[i] = old
            return found

        return value

    def candidates(env: Env) -> list[Closure]:
        spend(env, len(env.domains[d]))
        return [at(x) for x in env.domains[d]]

    return candidates


def _mark(c: Compiler, node: Extreme) -> Callable[[Env], tuple[Any, ...]]:
    """What tells the uses of one maximum apart, in a run that keeps to its choices."""
    context, ident, random = c.context(node), next(c.ident), is_random(node)
    return lambda env: (ident, *context(env), *((*env.states, None, *env.actions) if random else ()))


def _kept(env: Env, node: Extreme, parts: Sequence[Closure], mark: tuple[Any, ...]) -> Any:
    assert env.choices is not None
    if mark not in env.choices:
        env.choices[mark] = _best(node, [part(env) for part in parts])
    return parts[env.choices[mark]](env)


def _best(node: Extreme, values: Sequence[Any]) -> int:
    best = 0
    for n, value in enumerate(values):
        if exceeds(values[best], value) if isinstance(node, Min) else exceeds(value, values[best]):
            best = n
    return best


@slope_of(Min, Max, Maximum)
def _slope(c: Compiler, node: Extreme, parameter: Symbol) -> Closure:
    return _change(c, node, parameter, 1)


@second_of(Min, Max, Maximum)
def _second(c: Compiler, node: Extreme, parameter: Symbol) -> Closure:
    return _change(c, node, parameter, 2)


def _change(c: Compiler, node: Extreme, parameter: Symbol, order: int) -> Closure:
    """The derivative of an order, of the candidate that is the extreme one here."""
    c.needs.add("order")
    values = _candidates(c, node, c.value)
    changes = [_candidates(c, node, lambda n: c.slope(n, parameter) or _zero)]
    if order == 2:
        changes.append(_candidates(c, node, lambda n: c.second(n, parameter) or _zero))

    def change(env: Env) -> Any:
        found = [value(env) for value in values(env)]
        best = found[_best(node, found)]
        touching = [n for n, x in enumerate(found) if not (exceeds(best, x) or exceeds(x, best))]
        jets = [[of(env)[n](env) for of in changes] for n in touching]
        if any(not x == y for jet in jets[1:] for x, y in zip(jet, jets[0], strict=True)):
            raise Unevaluable(f"{node} has a corner here: it is not differentiable")
        return jets[0][-1]

    return change


def _zero(env: Env) -> Any:
    return env.zero
