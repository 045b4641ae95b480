"""A term as a Python function of a finite model: compiled once, run at many points.

Two functions are built from a term by mutual recursion, its value and its derivative along one direction of a
parameter. The derivative of log x is dx/x, so that the value of a logarithm below a gradient is never asked for
and an estimator stays a rational function of the model's numbers. A derivative that vanishes by its form alone is
None and costs nothing.

An expectation over trajectories visits only the part of a trajectory that its body reads: the probabilities of
what comes later sum to one (this is why a model's distributions are checked).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import count
from typing import Any

from sympy import Add, Basic, Integer, Max, Min, Mul, Pow, Rational, Symbol

from derive.binding import free, meaning
from derive.errors import Unevaluable
from derive.numbers import Numbers
from derive.terms import (
    Action,
    Apply,
    At,
    Cases,
    Defined,
    Definition,
    Domain,
    Exp,
    Expectation,
    Given,
    Gradient,
    Letter,
    Log,
    Mean,
    PathProbability,
    PathSum,
    Process,
    State,
    SumOver,
    TimeProduct,
    TimeSum,
    Var,
    Variance,
)

MAX_EXPONENT = 1000


class OutsideTrajectory(Unevaluable):
    """An index that no trajectory of the model's horizon has."""


class TooLong(Unevaluable):
    """More summands than the budget of one evaluation."""


class Env:
    """What a compiled function reads: the numbers of one model, the values of names, the current trajectory."""

    __slots__ = (
        "actions",
        "cache",
        "consts",
        "domains",
        "exps",
        "fuel",
        "numbers",
        "one",
        "reals",
        "seen",
        "slots",
        "states",
        "tables",
        "tangents",
        "touched",
        "zero",
    )

    slots: list[Any]  # integers: times and elements
    consts: list[Any]
    reals: list[Any]
    exps: list[Any]  # e to the power of each real
    domains: list[tuple[int, ...]]
    tables: list[dict[tuple[int, ...], Any]]
    tangents: list[dict[tuple[int, ...], Any]]
    states: list[int]
    actions: list[int]
    seen: int  # the last position of the trajectory that may be read; -1: there is none
    numbers: Numbers
    zero: Any
    one: Any
    cache: dict[Any, Any]
    fuel: int
    touched: bool  # some summand was not zero


Closure = Callable[[Env], Any]
Law = Callable[[Env], Callable[[tuple[int, ...]], Any]]


def outside(what: str, time: int, env: Env) -> OutsideTrajectory:
    """The error for s_time or a_time that is not on the current trajectory."""
    return OutsideTrajectory(f"index outside the trajectory: {what}_{time}; bound the index by a hypothesis")


@lru_cache(maxsize=20_000)
def exponents(body: Basic) -> tuple[tuple[Symbol, int], ...] | None:
    """body = Σ c·x over real symbols x with integers c, as pairs (x, c); None when it is not of that form."""
    found: dict[Symbol, int] = {}
    for term in Add.make_args(body.expand() if isinstance(body, (Add, Mul)) else body):
        c, rest = term.as_coeff_Mul()
        if c == 0:
            continue
        if not (isinstance(c, Integer) and isinstance(rest, Symbol) and not rest.is_integer):
            return None
        found[rest] = found.get(rest, 0) + int(c)
    return tuple(sorted(found.items(), key=lambda pair: pair[0].name))


@lru_cache(maxsize=20_000)
def usage(node: Basic) -> tuple[frozenset[Symbol], frozenset[Symbol]]:
    """The real symbols whose value a term reads, and those of which it reads only e to an integer multiple."""
    if isinstance(node, Symbol):
        return (frozenset() if node.is_integer else frozenset({node})), frozenset()
    if isinstance(node, (Letter, Domain)):
        return frozenset(), frozenset()
    if isinstance(node, Exp) and (pairs := exponents(node.body)) is not None:
        return frozenset(), frozenset(s for s, _ in pairs)
    if isinstance(node, Defined):
        return usage(meaning(node))
    if isinstance(node, Definition):
        return tuple(part - set(node.params) for part in usage(node.body))  # type: ignore[return-value]
    if isinstance(node, Gradient):
        return usage(node.body)
    if isinstance(node, At):
        body = [part - {node.parameter} for part in usage(node.body)]
        value = usage(node.value)
        return body[0] | value[0], body[1] | value[1]
    parts = [usage(a) for a in node.args if isinstance(a, Basic)]
    return frozenset().union(*(p for p, _ in parts)), frozenset().union(*(e for _, e in parts))


def whole(node: Basic) -> bool:
    """Whether a term is an integer by its form: times, elements, and sums and products of them."""
    if isinstance(node, Symbol):
        return bool(node.is_integer)
    if isinstance(node, (Integer, Var, State, Action)):
        return True
    if isinstance(node, (Add, Mul)):
        return all(whole(a) for a in node.args)
    if isinstance(node, Pow):
        return whole(node.base) and isinstance(node.exp, Integer) and node.exp >= 0
    return False


class Compiler:
    """Builds the functions of several terms over the same numbered slots."""

    def __init__(self, watch: bool = False) -> None:
        self.slots: dict[Basic, int] = {}
        self.reals: dict[Symbol, int] = {}
        self.letters: dict[Letter, int] = {}
        self.domains: dict[Domain, int] = {}
        self.consts: dict[Rational, int] = {}
        self.needs: set[str] = set()
        self.watch = watch
        self._values: dict[Basic, Closure] = {}
        self._tangents: dict[tuple[Basic, Symbol], Closure | None] = {}
        self._latest: dict[Basic, Closure | None] = {}
        self._ident = count()

    # -- slots ---------------------------------------------------------------------------------------------

    def _slot(self, table: dict[Any, int], key: Any) -> int:
        return table.setdefault(key, len(table))

    def _names(self, node: Basic) -> tuple[int, ...]:
        """The slots of the times and variables that are free in a node."""
        names = [n for n in free(node) if isinstance(n, Var) or n.is_integer]
        return tuple(sorted(self._slot(self.slots, n) for n in names))

    # -- integers ------------------------------------------------------------------------------------------

    def integer(self, node: Basic) -> Closure:
        """A time, or an element of a domain, as an integer."""
        if isinstance(node, Integer):
            constant = int(node)
            return lambda env: constant
        if isinstance(node, Var) or (isinstance(node, Symbol) and node.is_integer):
            i = self._slot(self.slots, node)
            return lambda env: env.slots[i]
        if isinstance(node, State):
            return self._state(node)
        if isinstance(node, Action):
            return self._action(node)
        if isinstance(node, Add):
            parts = [self.integer(a) for a in node.args]
            return lambda env: sum(f(env) for f in parts)
        if isinstance(node, Mul):
            factors = [self.integer(a) for a in node.args]
            return lambda env: _product(f(env) for f in factors)
        if isinstance(node, Pow) and isinstance(node.exp, Integer) and node.exp >= 0:
            base, n = self.integer(node.base), int(node.exp)
            return lambda env: base(env) ** n
        if isinstance(node, Defined):
            return self.integer(meaning(node))
        if isinstance(node, Cases):
            return self._cases(node, self.integer)
        raise Unevaluable(
            f"{node} is no integer: times and elements are sums of integers, times and variables"
        )

    def _state(self, node: State) -> Closure:
        time = self.integer(node.time)

        def state(env: Env) -> int:
            i = time(env)
            if i < 0 or 2 * i > env.seen:
                raise outside("s", i, env)
            return env.states[i]

        return state

    def _action(self, node: Action) -> Closure:
        time = self.integer(node.time)

        def action(env: Env) -> int:
            i = time(env)
            if i < 0 or 2 * i + 1 > env.seen:
                raise outside("a", i, env)
            return env.actions[i]

        return action

    # -- the latest position a term reads --------------------------------------------------------------------

    def latest(self, node: Basic) -> Closure | None:
        """The latest position on the time line that a term reads at the current names; None: it reads none."""
        if node not in self._latest:
            self._latest[node] = self._build_latest(node)
        return self._latest[node]

    def _build_latest(self, node: Basic) -> Closure | None:
        if isinstance(node, (State, Action)):
            time, odd = self.integer(node.time), int(isinstance(node, Action))
            return lambda env: 2 * time(env) + odd
        if isinstance(node, PathProbability):
            horizon = self.integer(node.process.horizon)
            return lambda env: 2 * horizon(env)
        if isinstance(node, Given):
            return self.integer(node.position)
        if isinstance(node, (Expectation, PathSum, Letter, Domain, Definition)):
            return None
        if isinstance(node, Defined):
            return self.latest(meaning(node))
        if isinstance(node, (TimeSum, TimeProduct)):
            return self._latest_in_range(node)
        if isinstance(node, Cases):
            return self._latest_case(node)
        parts = [f for a in node.args if isinstance(a, Basic) and (f := self.latest(a)) is not None]
        if len(parts) <= 1:
            return parts[0] if parts else None
        return lambda env: max(f(env) for f in parts)

    def _latest_in_range(self, node: Any) -> Closure | None:
        body = self.latest(node.body)
        if body is None:
            return None
        i, lower, upper = (
            self._slot(self.slots, node.index),
            self.integer(node.lower),
            self.integer(node.upper),
        )

        def latest(env: Env) -> int:
            last, old = -1, env.slots[i]
            for value in _steps(env, lower(env), upper(env)):
                env.slots[i] = value
                last = max(last, body(env))
            env.slots[i] = old
            return last

        return latest

    def _latest_case(self, node: Cases) -> Closure | None:
        subject = self.latest(node.subject)
        options = [self.latest(e) or _nothing for _, e in node.branches]
        default = self.latest(node.default) or _nothing
        if subject is not None or not whole(node.subject):
            every = [*options, default, subject or _nothing]
            return lambda env: max(f(env) for f in every)
        value, values = self.integer(node.subject), [self.integer(v) for v, _ in node.branches]

        def latest(env: Env) -> int:
            found = value(env)
            for v, f in zip(values, options, strict=True):
                if v(env) == found:
                    return f(env)
            return default(env)

        return latest

    # -- values --------------------------------------------------------------------------------------------

    def value(self, node: Basic) -> Closure:
        """The value of a term, as a function of the environment."""
        if node not in self._values:
            self._values[node] = self._build_value(node)
        return self._values[node]

    def _build_value(self, node: Basic) -> Closure:
        if isinstance(node, Rational):
            i = self._slot(self.consts, node)
            return lambda env: env.consts[i]
        if isinstance(node, Symbol) and not node.is_integer:
            i = self._slot(self.reals, node)
            return lambda env: env.reals[i]
        if isinstance(node, (Symbol, Var, State, Action)):
            number = self.integer(node)
            return lambda env: env.one * number(env)
        build = _VALUE.get(type(node))
        if build is None:
            raise Unevaluable(f"{node} is a {type(node).__name__}, which has no value on a finite model")
        return build(self, node)

    def _add(self, node: Add) -> Closure:
        parts = [self.value(a) for a in node.args]
        if self.watch:
            return _watched_sum(parts)
        if len(parts) == 2:
            f, g = parts
            return lambda env: f(env) + g(env)
        return lambda env: sum((p(env) for p in parts), env.zero)

    def _mul(self, node: Mul) -> Closure:
        parts = [self.value(a) for a in node.args]
        if len(parts) == 2:
            f, g = parts
            return lambda env: f(env) * g(env)
        return lambda env: _times(env, parts)

    def _pow(self, node: Pow) -> Closure:
        base = self.value(node.base)
        if node.exp == -1:
            return lambda env: env.one / base(env)
        if whole(node.exp):
            n = self.integer(node.exp)
            return lambda env: base(env) ** _small(n(env))
        self.needs.add("balls")
        exponent = self.value(node.exp)
        return lambda env: env.numbers.power(base(env), exponent(env))

    def _extreme(self, node: Min | Max) -> Closure:
        self.needs.add("order")
        parts, least = [self.value(a) for a in node.args], isinstance(node, Min)

        def extreme(env: Env) -> Any:
            choose = env.numbers.least if least else env.numbers.greatest
            found = parts[0](env)
            for p in parts[1:]:
                found = choose(found, p(env))
            return found

        return extreme

    def _apply(self, node: Apply) -> Closure:
        return self._look_up(node, [self.integer(a) for a in node.args[1:]], tangent=False)

    def _look_up(self, node: Apply, keys: list[Closure], tangent: bool) -> Closure:
        i, name = self._slot(self.letters, node.letter), node.letter.name
        self._register(node.letter)

        def missing(env: Env, key: tuple[int, ...]) -> Unevaluable:
            return Unevaluable(f"{name} has no value at {key}: an argument lies outside its domain")

        if len(keys) == 2:
            f, g = keys

            def two(env: Env) -> Any:
                key = (f(env), g(env))
                try:
                    return (env.tangents if tangent else env.tables)[i][key]
                except KeyError:
                    raise missing(env, key) from None

            return two

        def look_up(env: Env) -> Any:
            key = tuple([k(env) for k in keys])
            try:
                return (env.tangents if tangent else env.tables)[i][key]
            except KeyError:
                raise missing(env, key) from None

        return look_up

    def _register(self, letter: Letter) -> None:
        for domain in letter.domains:
            if domain is not None:
                self._slot(self.domains, domain)

    def _log(self, node: Log) -> Closure:
        self.needs.add("balls")
        body = self.value(node.body)
        return lambda env: env.numbers.log(body(env))

    def _exp(self, node: Exp) -> Closure:
        pairs = exponents(node.body)
        if pairs is None:
            self.needs.add("balls")
            body = self.value(node.body)
            return lambda env: env.numbers.exp(body(env))
        generators = [(self._slot(self.reals, s), c) for s, c in pairs]

        def exp(env: Env) -> Any:
            found = env.one
            for i, c in generators:
                found = found * env.exps[i] ** c
            return found

        return exp

    def _cases(self, node: Cases, compile_: Callable[[Basic], Closure]) -> Closure:
        exact = whole(node.subject) and all(whole(v) for v, _ in node.branches)
        part = self.integer if exact else self.value
        subject, default = part(node.subject), compile_(node.default)
        branches = [(part(v), compile_(e)) for v, e in node.branches]

        def cases(env: Env) -> Any:
            found = subject(env)
            for v, e in branches:
                if v(env) == found:
                    return e(env)
            return default(env)

        return cases

    def _time_sum(self, node: TimeSum) -> Closure:
        return self._sum_range(node, self.value(node.body))

    def _sum_range(self, node: TimeSum, body: Closure) -> Closure:
        i, lower, upper = (
            self._slot(self.slots, node.index),
            self.integer(node.lower),
            self.integer(node.upper),
        )
        body = _watching(body) if self.watch else body

        def time_sum(env: Env) -> Any:
            total, slots = env.zero, env.slots
            steps, old = _steps(env, lower(env), upper(env)), slots[i]
            for value in steps:
                slots[i] = value
                total = total + body(env)
            slots[i] = old
            return total

        return time_sum

    def _time_product(self, node: TimeProduct) -> Closure:
        body = self.value(node.body)
        i, lower, upper = (
            self._slot(self.slots, node.index),
            self.integer(node.lower),
            self.integer(node.upper),
        )

        def time_product(env: Env) -> Any:
            total, slots = env.one, env.slots
            steps, old = _steps(env, lower(env), upper(env)), slots[i]
            for value in steps:
                slots[i] = value
                total = total * body(env)
            slots[i] = old
            return total

        return time_product

    def _sum_over(self, node: SumOver) -> Closure:
        return self._sum_domain(node.var, self.value(node.body))

    def _sum_domain(self, var: Var, body: Closure) -> Closure:
        i, d = self._slot(self.slots, var), self._slot(self.domains, var.domain)
        body = _watching(body) if self.watch else body

        def sum_over(env: Env) -> Any:
            total, slots = env.zero, env.slots
            old = slots[i]
            _spend(env, len(env.domains[d]))
            for value in env.domains[d]:
                slots[i] = value
                total = total + body(env)
            slots[i] = old
            return total

        return sum_over

    def _mean(self, node: Mean) -> Closure:
        weight, body = self.value(node.weight), self.value(node.body)

        def weighted(env: Env) -> Any:
            w = weight(env)
            return env.zero if w == 0 else w * body(env)

        return self._sum_domain(node.var, weighted)

    def _variance(self, node: Variance) -> Closure:
        weight, body = self.value(node.weight), self.value(node.body)
        i, d = self._slot(self.slots, node.var), self._slot(self.domains, node.var.domain)

        def variance(env: Env) -> Any:
            first, second, old = env.zero, env.zero, env.slots[i]
            for value in env.domains[d]:
                env.slots[i] = value
                w = weight(env)
                if w == 0:
                    continue
                x = body(env)
                first, second = first + w * x, second + w * x * x
            env.slots[i] = old
            env.touched = env.touched or first != 0
            return second - first * first

        return variance

    def _gradient(self, node: Gradient) -> Closure:
        derivative = self.tangent(node.body, node.parameter)
        return derivative or (lambda env: env.zero)

    def _at(self, node: At) -> Closure:
        if any(letter.parameter == node.parameter for letter in node.body.atoms(Letter)):
            raise Unevaluable(f"{node}: a letter that depends on {node.parameter} has no value elsewhere")
        return self._set_real(node, self.value(node.body))

    def _set_real(self, node: At, body: Closure) -> Closure:
        plain, exped = usage(node.body)
        i = self._slot(self.reals, node.parameter)
        value = self.value(node.value) if node.parameter in plain else None
        power = self.value(Exp(node.value)) if node.parameter in exped else None

        def at(env: Env) -> Any:
            outer = env.reals[i], env.exps[i], env.cache
            x = value(env) if value else None
            e = power(env) if power else None
            env.reals[i], env.exps[i], env.cache = x, e, {}
            found = body(env)
            env.reals[i], env.exps[i], env.cache = outer
            return found

        return at

    def _abbreviation(self, node: Defined) -> Closure:
        return self.value(meaning(node))

    # -- trajectories ----------------------------------------------------------------------------------------

    def _laws(self, process: Process, parameter: Symbol | None) -> _Laws:
        kinds = (
            (process.initial, (process.states,)),
            (process.policy, (process.actions, process.states)),
            (process.transition, (process.states, process.states, process.actions)),
        )
        laws = [self._law(f, sorts, None) for f, sorts in kinds]
        slopes = [self._law(f, sorts, parameter) if parameter else None for f, sorts in kinds]
        normalised = all(isinstance(f, Letter) and f.pmf for f, _ in kinds)
        domains = self._slot(self.domains, process.states), self._slot(self.domains, process.actions)
        return _Laws(laws, slopes, normalised, *domains)

    def _law(
        self, factor: Letter | Definition, sorts: tuple[Domain, ...], parameter: Symbol | None
    ) -> Law | None:
        """The table of one factor of P(τ), or its derivative (None when that vanishes)."""
        if isinstance(factor, Letter):
            i = self._slot(self.letters, factor)
            self._register(factor)
            if parameter is None:
                return lambda env: env.tables[i].__getitem__
            return (lambda env: env.tangents[i].__getitem__) if factor.parameter == parameter else None
        names = [Var(f"{factor.name}'{n}", sort) for n, sort in enumerate(sorts)]
        places = [self._slot(self.slots, name) for name in names]
        body = self.value(factor(*names)) if parameter is None else self.tangent(factor(*names), parameter)
        if body is None:
            return None

        def law(env: Env) -> Callable[[tuple[int, ...]], Any]:
            def at(key: tuple[int, ...]) -> Any:
                for place, element in zip(places, key, strict=True):
                    env.slots[place] = element
                return body(env)

            return at

        return law

    def _expectation(self, node: Expectation) -> Closure:
        return self._average(node, Integer(-1), None)

    def _given(self, node: Given) -> Closure:
        return self._average(node, node.position, None)

    def _average(self, node: Any, position: Basic, parameter: Symbol | None) -> Closure:
        """E[body | trajectory up to position], or its derivative; position -1 is the plain expectation."""
        laws = self._laws(node.process, parameter)
        body = self.value(node.body)
        slope = self.tangent(node.body, parameter) if parameter else None
        start, horizon = self.integer(position), self.integer(node.process.horizon)
        latest = (self.latest(node.body) or _nothing) if laws.normalised else None
        names, ident = self._names(node), next(self._ident)
        body = _watching(body) if self.watch else body

        def average(env: Env) -> Any:
            h, p = horizon(env), start(env)
            if h < 0 or p < -1 or p > max(env.seen, -1):
                raise OutsideTrajectory(f"index outside the trajectory: E[…] given position {p}, horizon {h}")
            known = tuple(env.states[: p // 2 + 1]), tuple(env.actions[: (p + 1) // 2])
            key = (ident, known, *[env.slots[i] for i in names])
            found = env.cache.get(key)
            if found is not None:
                return found
            outer = env.states, env.actions, env.seen
            end = min(2 * h, latest(env)) if latest else 2 * h
            env.states = [*known[0], *[0] * (h + 1 - len(known[0]))]
            env.actions = [*known[1], *[0] * (h - len(known[1]))]
            env.seen = max(end, p)
            if parameter is None:
                found = _average_paths(env, laws.bound(env), p + 1, end, env.one, body)
            else:
                found = _slope_paths(env, laws.bound(env), p + 1, end, (env.one, env.zero), body, slope)
            env.states, env.actions, env.seen = outer
            env.cache[key] = found
            return found

        return average

    def _path_sum(self, node: PathSum) -> Closure:
        return self._sum_paths(node, self.value(node.body))

    def _sum_paths(self, node: PathSum, body: Closure) -> Closure:
        horizon = self.integer(node.process.horizon)
        sets = self._slot(self.domains, node.process.states), self._slot(self.domains, node.process.actions)
        names, ident = self._names(node), next(self._ident)
        body = _watching(body) if self.watch else body

        def path_sum(env: Env) -> Any:
            key = (ident, *[env.slots[i] for i in names])
            if (found := env.cache.get(key)) is not None:
                return found
            h = horizon(env)
            if h < 0:
                raise OutsideTrajectory(f"a sum over trajectories of {h} actions")
            outer = env.states, env.actions, env.seen
            env.states, env.actions, env.seen = [0] * (h + 1), [0] * h, 2 * h
            found = env.zero
            for _ in trajectories(env, 2 * h, env.domains[sets[0]], env.domains[sets[1]]):
                found = found + body(env)
            env.states, env.actions, env.seen = outer
            env.cache[key] = found
            return found

        return path_sum

    def _path_probability(self, node: PathProbability) -> Closure:
        laws, horizon = self._laws(node.process, None), self.integer(node.process.horizon)

        def probability(env: Env) -> Any:
            found = env.one
            for law, _, key in _steps_of_path(env, laws.bound(env), horizon(env)):
                found = found * law(key)
            return found

        return probability

    # -- derivatives -----------------------------------------------------------------------------------------

    def tangent(self, node: Basic, parameter: Symbol) -> Closure | None:
        """The derivative of a term along the direction of a parameter; None when it vanishes by its form."""
        key = (node, parameter)
        if key not in self._tangents:
            self._tangents[key] = self._build_tangent(node, parameter)
        return self._tangents[key]

    def _build_tangent(self, node: Basic, parameter: Symbol) -> Closure | None:
        if isinstance(node, Symbol):
            return (lambda env: env.one) if node == parameter else None
        if isinstance(node, (Rational, Var, State, Action)):
            return None
        if not _depends(node, parameter):
            return None
        build = _TANGENT.get(type(node))
        if build is None:
            raise Unevaluable(f"the derivative of {node}, a {type(node).__name__}, is not supported")
        return build(self, node, parameter)

    def _d_add(self, node: Add, parameter: Symbol) -> Closure | None:
        parts = [d for a in node.args if (d := self.tangent(a, parameter)) is not None]
        if len(parts) <= 1:
            return parts[0] if parts else None
        return lambda env: sum((p(env) for p in parts), env.zero)

    def _d_mul(self, node: Mul, parameter: Symbol) -> Closure | None:
        parts = [
            (d, [self.value(b) for j, b in enumerate(node.args) if j != i])
            for i, a in enumerate(node.args)
            if (d := self.tangent(a, parameter)) is not None
        ]
        if not parts:
            return None
        return lambda env: sum((d(env) * _times(env, rest) for d, rest in parts), env.zero)

    def _d_pow(self, node: Pow, parameter: Symbol) -> Closure | None:
        slope, exponent_slope = self.tangent(node.base, parameter), self.tangent(node.exp, parameter)
        if exponent_slope is not None:
            return self._d_exp(Exp(node.exp * Log(node.base)), parameter)
        if slope is None:
            return None
        base, inner = self.value(node.base), slope
        if not whole(node.exp):
            power, exponent = self.value(node), self.value(node.exp)
            return lambda env: exponent(env) * power(env) * inner(env) / base(env)
        n = self.integer(node.exp)

        def d_pow(env: Env) -> Any:
            k = n(env)
            return env.zero if k == 0 else base(env) ** _small(k - 1) * inner(env) * k

        return d_pow

    def _d_extreme(self, node: Min | Max, parameter: Symbol) -> Closure | None:
        self.needs.add("order")
        value = self.value(node)
        parts = [(self.value(a), self.tangent(a, parameter) or (lambda env: env.zero)) for a in node.args]

        def d_extreme(env: Env) -> Any:
            found = value(env)
            slopes = [d(env) for v, d in parts if not (v(env) < found or v(env) > found)]
            if any(s != slopes[0] for s in slopes):
                raise Unevaluable(f"{node} has a corner here: it is not differentiable")
            return slopes[0]

        return d_extreme

    def _d_apply(self, node: Apply, parameter: Symbol) -> Closure | None:
        if node.letter.parameter != parameter:
            return None
        return self._look_up(node, [self.integer(a) for a in node.args[1:]], tangent=True)

    def _d_log(self, node: Log, parameter: Symbol) -> Closure | None:
        slope = self.tangent(node.body, parameter)
        if slope is None:
            return None
        body = self.value(node.body)
        return lambda env: slope(env) / body(env)

    def _d_exp(self, node: Exp, parameter: Symbol) -> Closure | None:
        slope = self.tangent(node.body, parameter)
        if slope is None:
            return None
        value = self.value(node)
        return lambda env: value(env) * slope(env)

    def _d_cases(self, node: Cases, parameter: Symbol) -> Closure | None:
        def part(e: Basic) -> Closure:
            return self.tangent(e, parameter) or (lambda env: env.zero)

        return self._cases(node, part)

    def _d_time_sum(self, node: TimeSum, parameter: Symbol) -> Closure | None:
        slope = self.tangent(node.body, parameter)
        return None if slope is None else self._sum_range(node, slope)

    def _d_time_product(self, node: TimeProduct, parameter: Symbol) -> Closure | None:
        slope = self.tangent(node.body, parameter)
        if slope is None:
            return None
        body = self.value(node.body)
        i, lower, upper = (
            self._slot(self.slots, node.index),
            self.integer(node.lower),
            self.integer(node.upper),
        )

        def d_time_product(env: Env) -> Any:
            total, change, old = env.one, env.zero, env.slots[i]
            for value in _steps(env, lower(env), upper(env)):
                env.slots[i] = value
                x = body(env)
                total, change = total * x, change * x + total * slope(env)
            env.slots[i] = old
            return change

        return d_time_product

    def _d_sum_over(self, node: SumOver, parameter: Symbol) -> Closure | None:
        slope = self.tangent(node.body, parameter)
        return None if slope is None else self._sum_domain(node.var, slope)

    def _d_mean(self, node: Mean, parameter: Symbol) -> Closure | None:
        dw, dx = self.tangent(node.weight, parameter), self.tangent(node.body, parameter)
        if dw is None and dx is None:
            return None
        weight = self.value(node.weight)
        body = self.value(node.body) if dw is not None else None

        def d_weighted(env: Env) -> Any:
            w, slope = weight(env), dw(env) if dw else env.zero
            found = slope * body(env) if body and slope != 0 else env.zero
            return found + w * dx(env) if dx and w != 0 else found

        return self._sum_domain(node.var, d_weighted)

    def _d_variance(self, node: Variance, parameter: Symbol) -> Closure | None:
        return self.tangent(meaning(node), parameter)

    def _d_gradient(self, node: Gradient, parameter: Symbol) -> Closure | None:
        if self.tangent(node.body, node.parameter) is None:
            return None
        raise Unevaluable(f"second derivatives are not supported yet: {node} stands below a gradient")

    def _d_at(self, node: At, parameter: Symbol) -> Closure | None:
        if self.tangent(node.value, parameter) is not None:
            raise Unevaluable(f"the derivative of {node} by its own value is not supported")
        slope = None if node.parameter == parameter else self.tangent(node.body, parameter)
        return None if slope is None else self._set_real(node, slope)

    def _d_abbreviation(self, node: Defined, parameter: Symbol) -> Closure | None:
        return self.tangent(meaning(node), parameter)

    def _d_expectation(self, node: Expectation, parameter: Symbol) -> Closure | None:
        return self._average(node, Integer(-1), parameter)

    def _d_given(self, node: Given, parameter: Symbol) -> Closure | None:
        return self._average(node, node.position, parameter)

    def _d_path_sum(self, node: PathSum, parameter: Symbol) -> Closure | None:
        slope = self.tangent(node.body, parameter)
        return None if slope is None else self._sum_paths(node, slope)

    def _d_path_probability(self, node: PathProbability, parameter: Symbol) -> Closure | None:
        laws, horizon = self._laws(node.process, parameter), self.integer(node.process.horizon)

        def d_probability(env: Env) -> Any:
            total, change = env.one, env.zero
            for law, slope, key in _steps_of_path(env, laws.bound(env), horizon(env)):
                x = law(key)
                change = change * x + total * slope(key) if slope else change * x
                total = total * x
            return change

        return d_probability


def _depends(node: Basic, parameter: Symbol) -> bool:
    """Whether a parameter occurs at all: a free symbol, a letter that depends on it, or inside a process."""
    return parameter in free(node)


class _Laws:
    """The three factors of P(τ), their derivatives, and the sets they run over."""

    def __init__(
        self, laws: Sequence[Any], slopes: Sequence[Any], normalised: bool, states: int, actions: int
    ) -> None:
        self.laws, self.slopes, self.normalised, self.states, self.actions = (
            laws,
            slopes,
            normalised,
            states,
            actions,
        )

    def bound(self, env: Env) -> tuple[Any, ...]:
        laws = tuple(f(env) for f in self.laws)
        slopes = tuple(f(env) if f else None for f in self.slopes)
        return laws, slopes, env.domains[self.states], env.domains[self.actions]


def _options(env: Env, pos: int, bound: tuple[Any, ...]) -> tuple[Any, ...]:
    """What may happen at a position: the law, its derivative, the elements, the rest of the key, where to store."""
    laws, slopes, states, actions = bound
    i = pos >> 1
    if pos & 1:
        return laws[1], slopes[1], actions, (env.states[i],), env.actions, i
    if i == 0:
        return laws[0], slopes[0], states, (), env.states, i
    return laws[2], slopes[2], states, (env.states[i - 1], env.actions[i - 1]), env.states, i


def _average_paths(env: Env, bound: tuple[Any, ...], pos: int, end: int, weight: Any, body: Closure) -> Any:
    if pos > end:
        _spend(env, 1)
        return weight * body(env)
    law, _, elements, rest, store, i = _options(env, pos, bound)
    total = env.zero
    for x in elements:
        p = law((x, *rest))
        if p == 0:
            continue
        store[i] = x
        total = total + _average_paths(env, bound, pos + 1, end, weight * p, body)
    return total


def _slope_paths(
    env: Env,
    bound: tuple[Any, ...],
    pos: int,
    end: int,
    weight: tuple[Any, Any],
    body: Closure,
    slope: Closure | None,
) -> Any:
    w, dw = weight
    if pos > end:
        _spend(env, 1)
        found = dw * body(env) if dw != 0 else env.zero
        return found + w * slope(env) if slope and w != 0 else found
    law, dlaw, elements, rest, store, i = _options(env, pos, bound)
    total = env.zero
    for x in elements:
        key = (x, *rest)
        p, dp = law(key), dlaw(key) if dlaw else env.zero
        if p == 0 and dp == 0:
            continue
        store[i] = x
        total = total + _slope_paths(env, bound, pos + 1, end, (w * p, dw * p + w * dp), body, slope)
    return total


def trajectories(env: Env, end: int, states: Sequence[int], actions: Sequence[int]) -> Any:
    """Every trajectory up to a position, written into the environment one after the other."""

    def extend(pos: int) -> Any:
        if pos > end:
            _spend(env, 1)
            yield None
            return
        store, elements = (env.actions, actions) if pos & 1 else (env.states, states)
        for x in elements:
            store[pos >> 1] = x
            yield from extend(pos + 1)

    return extend(0)


def _steps_of_path(env: Env, bound: tuple[Any, ...], horizon: int) -> Any:
    """The factors of P(τ) at the current trajectory: (law, derivative, key)."""
    if horizon < 0 or 2 * horizon > env.seen:
        raise outside("s", horizon, env)
    for pos in range(2 * horizon + 1):
        law, slope, _, rest, store, i = _options(env, pos, bound)
        yield law, slope, (store[i], *rest)


def _product(values: Any) -> Any:
    found = 1
    for v in values:
        found *= v
    return found


def _times(env: Env, parts: Sequence[Closure]) -> Any:
    found = env.one
    for p in parts:
        found = found * p(env)
    return found


def _small(exponent: int) -> int:
    if abs(exponent) > MAX_EXPONENT:
        raise Unevaluable(f"the exponent {exponent} is beyond {MAX_EXPONENT}")
    return exponent


def _spend(env: Env, amount: int) -> None:
    env.fuel -= amount
    if env.fuel < 0:
        raise TooLong("too long to enumerate at this size")


def _steps(env: Env, lower: int, upper: int) -> range:
    _spend(env, max(0, upper - lower + 1))
    return range(lower, upper + 1)


def _nothing(env: Env) -> int:
    return -1


def _watching(body: Closure) -> Closure:
    """The same body; notes in the environment when it was not zero."""

    def watched(env: Env) -> Any:
        found = body(env)
        env.touched = env.touched or found != 0
        return found

    return watched


def _watched_sum(parts: Sequence[Closure]) -> Closure:
    watched = [_watching(p) for p in parts]
    return lambda env: sum((p(env) for p in watched), env.zero)


_VALUE: dict[type, Callable[[Compiler, Any], Closure]] = {
    Add: Compiler._add,
    Mul: Compiler._mul,
    Pow: Compiler._pow,
    Min: Compiler._extreme,
    Max: Compiler._extreme,
    Apply: Compiler._apply,
    Defined: Compiler._abbreviation,
    Log: Compiler._log,
    Exp: Compiler._exp,
    Cases: lambda self, node: self._cases(node, self.value),
    TimeSum: Compiler._time_sum,
    TimeProduct: Compiler._time_product,
    SumOver: Compiler._sum_over,
    Mean: Compiler._mean,
    Variance: Compiler._variance,
    Gradient: Compiler._gradient,
    At: Compiler._at,
    Expectation: Compiler._expectation,
    Given: Compiler._given,
    PathSum: Compiler._path_sum,
    PathProbability: Compiler._path_probability,
}
_TANGENT: dict[type, Callable[[Compiler, Any, Symbol], Closure | None]] = {
    Add: Compiler._d_add,
    Mul: Compiler._d_mul,
    Pow: Compiler._d_pow,
    Min: Compiler._d_extreme,
    Max: Compiler._d_extreme,
    Apply: Compiler._d_apply,
    Defined: Compiler._d_abbreviation,
    Log: Compiler._d_log,
    Exp: Compiler._d_exp,
    Cases: Compiler._d_cases,
    TimeSum: Compiler._d_time_sum,
    TimeProduct: Compiler._d_time_product,
    SumOver: Compiler._d_sum_over,
    Mean: Compiler._d_mean,
    Variance: Compiler._d_variance,
    Gradient: Compiler._d_gradient,
    At: Compiler._d_at,
    Expectation: Compiler._d_expectation,
    Given: Compiler._d_given,
    PathSum: Compiler._d_path_sum,
    PathProbability: Compiler._d_path_probability,
}
