"""The value of every node of the language but averages over trajectories, as a function of a finite model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sympy import Add, Basic, Mul, Pow, Rational, Symbol

from derive.binding import drawn, meaning
from derive.errors import Unevaluable
from derive.models.compiling import Compiler, value_of
from derive.models.environment import (
    Closure,
    Env,
    outside,
    small,
    undrawn,
)
from derive.models.forms import exponents, usage, whole
from derive.models.latest import last_draw, latest_position
from derive.terms import (
    Action,
    Apply,
    At,
    Cases,
    Defined,
    Draw,
    Exp,
    Gradient,
    Letter,
    Log,
    State,
    Var,
)

# arithmetic


@value_of(Rational)
def _number(c: Compiler, node: Rational) -> Closure:
    place = c.const(node)
    return lambda env: env.consts[place]


@value_of(Symbol)
def _symbol(c: Compiler, node: Symbol) -> Closure:
    if node.is_integer:
        return _element(c, node)
    i = c.real(node)
    return lambda env: env.reals[i]


@value_of(Var, State, Action, Draw)
def _element(c: Compiler, node: Basic) -> Closure:
    number = c.integer(node)
    return lambda env: env.one * number(env)


@value_of(Add)
def _add(c: Compiler, node: Add) -> Closure:
    parts = [watched(c, c.value(a)) for a in node.args]
    if len(parts) == 2:
        f, g = parts
        return lambda env: f(env) + g(env)
    return lambda env: sum((p(env) for p in parts), env.zero)


@value_of(Mul)
def _mul(c: Compiler, node: Mul) -> Closure:
    parts = [c.value(a) for a in node.args]
    if len(parts) == 2:
        f, g = parts
        return lambda env: f(env) * g(env)
    return lambda env: product_of(env, parts)


def product_of(env: Env, parts: Sequence[Closure]) -> Any:
    """The product of several values."""
    found = env.one
    for p in parts:
        found = found * p(env)
    return found


@value_of(Pow)
def _pow(c: Compiler, node: Pow) -> Closure:
    base = c.value(node.base)
    if node.exp == -1:
        return lambda env: env.one / base(env)
    if whole(node.exp):
        n = c.integer(node.exp)
        return lambda env: base(env) ** small(n(env))
    c.needs.add("balls")
    exponent = c.value(node.exp)
    return lambda env: env.numbers.power(base(env), exponent(env))


@value_of(Log)
def _log(c: Compiler, node: Log) -> Closure:
    c.needs.add("balls")
    body = c.value(node.body)
    return lambda env: env.numbers.log(body(env))


@value_of(Exp)
def _exp(c: Compiler, node: Exp) -> Closure:
    pairs = exponents(node.body)
    if pairs is None:
        c.needs.add("balls")
        body = c.value(node.body)
        return lambda env: env.numbers.exp(body(env))
    generators = [(c.real(s), n) for s, n in pairs]

    def exp(env: Env) -> Any:
        found = env.one
        for i, n in generators:
            found = found * env.exps[i] ** small(n)
        return found

    return exp


# letters and names


@value_of(Apply)
def _apply(c: Compiler, node: Apply) -> Closure:
    return look_up(c, node)


def look_up(c: Compiler, node: Apply, order: int = 0) -> Closure:
    """The entry of a letter's table, or of its first or second derivatives."""
    i, name = c.letter(node.letter), node.letter.name
    keys = [c.argument(a) for a in node.args[1:]]

    def found(env: Env, key: tuple[int, ...]) -> Any:
        try:
            return (env.tables if order == 0 else env.tangents if order == 1 else env.seconds)[i][key]
        except KeyError:
            raise Unevaluable(f"{name} has no value at {key}: an argument lies outside its domain") from None

    if len(keys) == 2:
        f, g = keys
        return lambda env: found(env, (f(env), g(env)))
    if len(keys) == 3:
        first, second, third = keys
        return lambda env: found(env, (first(env), second(env), third(env)))
    return lambda env: found(env, tuple([k(env) for k in keys]))


@value_of(Defined)
def _defined(c: Compiler, node: Defined) -> Closure:
    return c.value(meaning(node))


@value_of(Cases)
def _cases(c: Compiler, node: Cases) -> Closure:
    return c.cases(node, c.value)


@value_of(Gradient)
def _gradient(c: Compiler, node: Gradient) -> Closure:
    slope = c.slope(node.body, node.parameter) or (lambda env: env.zero)
    latest = latest_position(c, node.body)
    draws = [(c.domain(d), last) for d in drawn(node.body) if (last := last_draw(c, node.body, d)) is not None]
    if latest is None and not draws:
        return slope

    def gradient(env: Env) -> Any:
        if latest and latest(env) > env.seen:  # what vanishes by its form must still have a meaning
            raise outside("s", (latest(env) + 1) // 2)
        for d, last in draws:
            if (there := len(env.draws[d] or ())) < (i := last(env)):
                raise undrawn(i, there)
        return slope(env)

    return gradient


@value_of(At)
def _at(c: Compiler, node: At) -> Closure:
    return with_real(c, node, c.value(node.body))


def with_real(c: Compiler, node: At, body: Closure) -> Closure:
    """A function of the body, run with the parameter set to the value."""
    if any(letter.parameter == node.parameter for letter in node.body.atoms(Letter)):
        raise Unevaluable(f"{node}: a letter that depends on {node.parameter} has no value elsewhere")
    plain, exped = usage(node.body)
    i = c.real(node.parameter)
    value = c.value(node.value) if node.parameter in plain else None
    power = c.value(Exp(node.value)) if node.parameter in exped else None

    def at(env: Env) -> Any:
        outer = env.reals[i], env.exps[i], env.cache
        inner = value(env) if value else None, power(env) if power else None
        (env.reals[i], env.exps[i]), env.cache = inner, {}
        found = body(env)
        env.reals[i], env.exps[i], env.cache = outer
        return found

    return at


def watched(c: Compiler, body: Closure) -> Closure:
    """The same body; where the compiler watches, it notes in the environment when a summand was not zero."""
    return _watching(body) if c.watch else body


def _watching(body: Callable[[Env], Any]) -> Closure:
    def noting(env: Env) -> Any:
        found = body(env)
        env.touched = env.touched or found != 0
        return found

    return noting
