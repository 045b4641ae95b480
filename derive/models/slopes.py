"""The derivative of every node of the language along one direction of a parameter, as a function of a finite
model.

d(fg) = df g + f dg, d log f = df / f, and so on; None where a derivative vanishes by its form.
"""

from __future__ import annotations

from typing import Any

from sympy import Add, Basic, Integer, Mul, Pow, Symbol

from derive.binding import meaning
from derive.errors import Unevaluable
from derive.models.compiling import Compiler, slope_of
from derive.models.environment import Closure, Env, probability, small, steps
from derive.models.forms import whole
from derive.models.path_values import over_futures, over_paths
from derive.models.sums import over_domain, over_times
from derive.models.values import look_up, product_of, with_real
from derive.terms import (
    Apply,
    At,
    Cases,
    Defined,
    Exp,
    Expectation,
    Given,
    Gradient,
    Log,
    Mean,
    PathProbability,
    PathSum,
    SumOver,
    TimeProduct,
    TimeSum,
    Variance,
)

# arithmetic


@slope_of(Symbol)
def _symbol(c: Compiler, node: Symbol, parameter: Symbol) -> Closure | None:
    return lambda env: env.one


@slope_of(Add)
def _add(c: Compiler, node: Add, parameter: Symbol) -> Closure | None:
    parts = [d for a in node.args if (d := c.slope(a, parameter)) is not None]
    if len(parts) <= 1:
        return parts[0] if parts else None
    return lambda env: sum((p(env) for p in parts), env.zero)


@slope_of(Mul)
def _mul(c: Compiler, node: Mul, parameter: Symbol) -> Closure | None:
    parts = [
        (d, [c.value(b) for j, b in enumerate(node.args) if j != i])
        for i, a in enumerate(node.args)
        if (d := c.slope(a, parameter)) is not None
    ]
    if not parts:
        return None
    return lambda env: sum((d(env) * product_of(env, rest) for d, rest in parts), env.zero)


@slope_of(Pow)
def _pow(c: Compiler, node: Pow, parameter: Symbol) -> Closure | None:
    if c.slope(node.exp, parameter) is not None:
        return _exp(c, Exp(node.exp * Log(node.base)), parameter)
    slope = c.slope(node.base, parameter)
    if slope is None:
        return None
    base, inner = c.value(node.base), slope
    if not whole(node.exp):
        power, exponent = c.value(node), c.value(node.exp)
        return lambda env: exponent(env) * power(env) * inner(env) / base(env)
    n = c.integer(node.exp)

    def pow_slope(env: Env) -> Any:
        k = n(env)
        return env.zero if k == 0 else base(env) ** small(k - 1) * inner(env) * k

    return pow_slope


@slope_of(Log)
def _log(c: Compiler, node: Log, parameter: Symbol) -> Closure | None:
    slope = c.slope(node.body, parameter)
    if slope is None:
        return None
    body = c.value(node.body)
    return lambda env: slope(env) / body(env)


@slope_of(Exp)
def _exp(c: Compiler, node: Exp, parameter: Symbol) -> Closure | None:
    slope = c.slope(node.body, parameter)
    if slope is None:
        return None
    value = c.value(node)
    return lambda env: value(env) * slope(env)


# letters and names


@slope_of(Apply)
def _apply(c: Compiler, node: Apply, parameter: Symbol) -> Closure | None:
    return look_up(c, node, order=1) if node.letter.parameter == parameter else None


@slope_of(Defined)
def _defined(c: Compiler, node: Defined, parameter: Symbol) -> Closure | None:
    return c.slope(meaning(node), parameter)


@slope_of(Cases)
def _cases(c: Compiler, node: Cases, parameter: Symbol) -> Closure | None:
    return c.cases(node, lambda e: _or_zero(c, e, parameter))


def _or_zero(c: Compiler, node: Basic, parameter: Symbol) -> Closure:
    return c.slope(node, parameter) or (lambda env: env.zero)


@slope_of(Gradient)
def _gradient(c: Compiler, node: Gradient, parameter: Symbol) -> Closure | None:
    if node.parameter != parameter:
        raise Unevaluable(f"{node} stands below a gradient by {parameter}: mixed derivatives are not supported")
    return c.second(node.body, parameter)


@slope_of(At)
def _at(c: Compiler, node: At, parameter: Symbol) -> Closure | None:
    if c.slope(node.value, parameter) is not None:
        raise Unevaluable(f"the derivative of {node} by its own value is not supported")
    slope = None if node.parameter == parameter else c.slope(node.body, parameter)
    return None if slope is None else with_real(c, node, slope)


# finite sums and products


@slope_of(TimeSum)
def _time_sum(c: Compiler, node: TimeSum, parameter: Symbol) -> Closure | None:
    slope = c.slope(node.body, parameter)
    return None if slope is None else over_times(c, node, slope)


@slope_of(TimeProduct)
def _time_product(c: Compiler, node: TimeProduct, parameter: Symbol) -> Closure | None:
    slope = c.slope(node.body, parameter)
    if slope is None:
        return None
    body = c.value(node.body)
    i, lower, upper = c.slot(node.index), c.integer(node.lower), c.integer(node.upper)

    def product_slope(env: Env) -> Any:
        total, change, old = env.one, env.zero, env.slots[i]
        for value in steps(env, lower(env), upper(env)):
            env.slots[i] = value
            x = body(env)
            total, change = total * x, change * x + total * slope(env)
        env.slots[i] = old
        return change

    return product_slope


@slope_of(SumOver)
def _sum_over(c: Compiler, node: SumOver, parameter: Symbol) -> Closure | None:
    slope = c.slope(node.body, parameter)
    return None if slope is None else over_domain(c, node.var, slope)


@slope_of(Mean)
def _mean(c: Compiler, node: Mean, parameter: Symbol) -> Closure | None:
    dw, dx = c.slope(node.weight, parameter), c.slope(node.body, parameter)
    if dw is None and dx is None:
        return None
    weight = c.value(node.weight)
    body = c.value(node.body) if dw is not None else None

    def weighted_slope(env: Env) -> Any:
        w, slope = weight(env), dw(env) if dw else env.zero
        found = slope * body(env) if body and slope != 0 else env.zero
        return found + w * dx(env) if dx and w != 0 else found

    return over_domain(c, node.var, weighted_slope)


@slope_of(Variance)
def _variance(c: Compiler, node: Variance, parameter: Symbol) -> Closure | None:
    return c.slope(meaning(node), parameter)


# trajectories


@slope_of(Expectation)
def _expectation(c: Compiler, node: Expectation, parameter: Symbol) -> Closure | None:
    return over_futures(c, node, Integer(-1), parameter)


@slope_of(Given)
def _given(c: Compiler, node: Given, parameter: Symbol) -> Closure | None:
    return over_futures(c, node, node.position, parameter)


@slope_of(PathSum)
def _path_sum(c: Compiler, node: PathSum, parameter: Symbol) -> Closure | None:
    slope = c.slope(node.body, parameter)
    return None if slope is None else over_paths(c, node, slope)


@slope_of(PathProbability)
def _path_probability(c: Compiler, node: PathProbability, parameter: Symbol) -> Closure | None:
    laws, horizon = c.laws(node.process, parameter), c.integer(node.process.horizon)
    return lambda env: probability(env, laws.bound(env), 2 * horizon(env))[1]
