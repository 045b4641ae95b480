"""The second derivative of every node of the language along one direction of a parameter, as a function of a finite
model.

(fg)¨ = f̈g + 2ḟġ + fg̈, (log f)¨ = f̈/f − (ḟ/f)², and so on; None where it vanishes by its form. Third derivatives are
refused.
"""

from __future__ import annotations

from typing import Any

from sympy import Add, Basic, Integer, Mul, Pow, Symbol

from derive.binding import meaning
from derive.errors import Unevaluable
from derive.models.compiling import Compiler, second_of
from derive.models.environment import Closure, Env, probability, small, steps
from derive.models.forms import whole
from derive.models.jets import Jet, highest, times
from derive.models.path_values import over_futures, over_paths
from derive.models.sums import over_domain, over_times
from derive.models.values import look_up, product_of
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


@second_of(Symbol)
def _symbol(c: Compiler, node: Symbol, parameter: Symbol) -> Closure | None:
    return None


@second_of(Add)
def _add(c: Compiler, node: Add, parameter: Symbol) -> Closure | None:
    parts = [d for a in node.args if (d := c.second(a, parameter)) is not None]
    return (lambda env: sum((p(env) for p in parts), env.zero)) if parts else None


@second_of(Mul)
def _mul(c: Compiler, node: Mul, parameter: Symbol) -> Closure | None:
    """Σ_i f̈_i Π_{k≠i} f_k + Σ_{i≠j} ḟ_i ḟ_j Π_{k≠i,j} f_k."""
    args = node.args
    slopes = {i: d for i, a in enumerate(args) if (d := c.slope(a, parameter)) is not None}
    parts = [
        (d, [c.value(b) for j, b in enumerate(args) if j != i])
        for i, a in enumerate(args)
        if (d := c.second(a, parameter)) is not None
    ]
    for i, di in slopes.items():
        for j, dj in slopes.items():
            if i != j:
                parts.append((di, [dj, *(c.value(b) for k, b in enumerate(args) if k not in (i, j))]))
    return (lambda env: sum((d(env) * product_of(env, rest) for d, rest in parts), env.zero)) if parts else None


@second_of(Pow)
def _pow(c: Compiler, node: Pow, parameter: Symbol) -> Closure | None:
    if c.slope(node.exp, parameter) is not None:
        return _exp(c, Exp(node.exp * Log(node.base)), parameter)
    slope, second = c.slope(node.base, parameter), c.second(node.base, parameter)
    if slope is None:
        return None
    base, exponent = c.value(node.base), c.value(node.exp)
    if whole(node.exp):
        number = c.integer(node.exp)

        def power(env: Env, less: int) -> Any:
            return base(env) ** small(number(env) - less)
    else:
        root = c.value(node)

        def power(env: Env, less: int) -> Any:
            return root(env) / base(env) ** less

    def pow_second(env: Env) -> Any:
        n, dx = exponent(env), slope(env)
        found = n * (n - 1) * power(env, 2) * dx * dx if n != 0 and n != 1 else env.zero
        return found + n * power(env, 1) * second(env) if second and n != 0 else found

    return pow_second


@second_of(Log)
def _log(c: Compiler, node: Log, parameter: Symbol) -> Closure | None:
    slope, second = c.slope(node.body, parameter), c.second(node.body, parameter)
    if slope is None:
        return None
    body = c.value(node.body)

    def log_second(env: Env) -> Any:
        x = body(env)
        return (second(env) / x if second else env.zero) - (slope(env) / x) ** 2

    return log_second


@second_of(Exp)
def _exp(c: Compiler, node: Exp, parameter: Symbol) -> Closure | None:
    slope, second = c.slope(node.body, parameter), c.second(node.body, parameter)
    if slope is None:
        return None
    value = c.value(node)
    return lambda env: value(env) * (slope(env) ** 2 + (second(env) if second else env.zero))


# letters and names


@second_of(Apply)
def _apply(c: Compiler, node: Apply, parameter: Symbol) -> Closure | None:
    return look_up(c, node, order=2) if node.letter.parameter == parameter else None


@second_of(Defined)
def _defined(c: Compiler, node: Defined, parameter: Symbol) -> Closure | None:
    return c.second(meaning(node), parameter)


@second_of(Cases)
def _cases(c: Compiler, node: Cases, parameter: Symbol) -> Closure | None:
    return c.cases(node, lambda e: c.second(e, parameter) or _zero)


def _zero(env: Env) -> Any:
    return env.zero


@second_of(Gradient, At)
def _no_further(c: Compiler, node: Gradient | At, parameter: Symbol) -> Closure | None:
    raise Unevaluable(f"{node} stands below two gradients: third derivatives are not supported")


# finite sums and products


@second_of(TimeSum)
def _time_sum(c: Compiler, node: TimeSum, parameter: Symbol) -> Closure | None:
    second = c.second(node.body, parameter)
    return None if second is None else over_times(c, node, second)


@second_of(TimeProduct)
def _time_product(c: Compiler, node: TimeProduct, parameter: Symbol) -> Closure | None:
    jet = c.jet(node.body, parameter, 2)
    i, lower, upper = c.slot(node.index), c.integer(node.lower), c.integer(node.upper)

    def product_second(env: Env) -> Any:
        found: Jet = (env.one, env.zero, env.zero)
        old = env.slots[i]
        for value in steps(env, lower(env), upper(env)):
            env.slots[i] = value
            found = times(found, tuple([f(env) if f else env.zero for f in jet]))
        env.slots[i] = old
        return found[2]

    return product_second


@second_of(SumOver)
def _sum_over(c: Compiler, node: SumOver, parameter: Symbol) -> Closure | None:
    second = c.second(node.body, parameter)
    return None if second is None else over_domain(c, node.var, second)


@second_of(Mean)
def _mean(c: Compiler, node: Mean, parameter: Symbol) -> Closure | None:
    weight = c.jet(node.weight, parameter, 2)
    body = c.weighed(node.body, parameter, 2, weight[1] is not None)

    def weighted(env: Env) -> Any:
        return highest(env, tuple([f(env) if f else env.zero for f in weight]), body)

    return over_domain(c, node.var, weighted)


@second_of(Variance)
def _variance(c: Compiler, node: Basic, parameter: Symbol) -> Closure | None:
    return c.second(meaning(node), parameter)


# trajectories


@second_of(Expectation)
def _expectation(c: Compiler, node: Expectation, parameter: Symbol) -> Closure | None:
    return over_futures(c, node, Integer(-1), parameter, 2)


@second_of(Given)
def _given(c: Compiler, node: Given, parameter: Symbol) -> Closure | None:
    return over_futures(c, node, node.position, parameter, 2)


@second_of(PathSum)
def _path_sum(c: Compiler, node: PathSum, parameter: Symbol) -> Closure | None:
    second = c.second(node.body, parameter)
    return None if second is None else over_paths(c, node, second)


@second_of(PathProbability)
def _path_probability(c: Compiler, node: PathProbability, parameter: Symbol) -> Closure | None:
    laws, horizon = c.laws(node.process, parameter, 2), c.integer(node.process.horizon)
    return lambda env: probability(env, laws.bound(env), 2 * horizon(env))[2]
