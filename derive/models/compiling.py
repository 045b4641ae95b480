"""A term as a Python function of a finite model: compiled once, run at many points.

Two functions are built from a term by mutual recursion: its value (derive/models/values.py) and its derivative
along one direction of a parameter (derive/models/slopes.py). The derivative of log x is dx/x, so that the value of
a logarithm below a gradient is never asked for and an estimator stays a rational function of the model's
numbers. A derivative that vanishes by its form alone is None and costs nothing.

Here: the numbered slots, integers, and the factors of P(τ).
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any, TypeVar

from sympy import Add, Basic, Integer, Mul, Pow, Rational, Symbol

from derive.binding import drawn, free, meaning
from derive.errors import Unevaluable
from derive.models.environment import Closure, Env, Laws, outside, undrawn
from derive.models.forms import whole
from derive.terms import (
    HISTORIES,
    Action,
    Cases,
    Defined,
    Definition,
    Domain,
    Draw,
    History,
    Letter,
    Process,
    State,
    Var,
)

F = TypeVar("F", bound=Callable[..., Any])
VALUES: dict[type, Any] = {}
SLOPES: dict[type, Any] = {}
SECONDS: dict[type, Any] = {}


def value_of(*nodes: type) -> Callable[[F], F]:
    """Enter a function as the one that builds the value of these nodes."""

    def enter(build: F) -> F:
        VALUES.update(dict.fromkeys(nodes, build))
        return build

    return enter


def slope_of(*nodes: type) -> Callable[[F], F]:
    """Enter a function as the one that builds the derivative of these nodes."""

    def enter(build: F) -> F:
        SLOPES.update(dict.fromkeys(nodes, build))
        return build

    return enter


def second_of(*nodes: type) -> Callable[[F], F]:
    """Enter a function as the one that builds the second derivative of these nodes."""

    def enter(build: F) -> F:
        SECONDS.update(dict.fromkeys(nodes, build))
        return build

    return enter


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
        self.ident = count()
        self._values: dict[Basic, Closure] = {}
        self._slopes: dict[tuple[Basic, Symbol], Closure | None] = {}
        self._seconds: dict[tuple[Basic, Symbol], Closure | None] = {}
        self.positions: dict[tuple[Basic, Domain | None], Closure | None] = {}

    def value(self, node: Basic) -> Closure:
        """The value of a term, as a function of the environment."""
        if node not in self._values:
            self._values[node] = _builder(VALUES, node)(self, node)
        return self._values[node]

    def slope(self, node: Basic, parameter: Symbol) -> Closure | None:
        """The derivative of a term along the direction of a parameter; None when it vanishes by its form."""
        if parameter not in free(node):
            return None
        key = (node, parameter)
        if key not in self._slopes:
            self._slopes[key] = _builder(SLOPES, node)(self, node, parameter)
        return self._slopes[key]

    def second(self, node: Basic, parameter: Symbol) -> Closure | None:
        """The second derivative of a term along the direction of a parameter; None when it vanishes by its form."""
        if parameter not in free(node):
            return None
        self.needs.add("second")
        key = (node, parameter)
        if key not in self._seconds:
            self._seconds[key] = _builder(SECONDS, node)(self, node, parameter)
        return self._seconds[key]

    def jet(self, node: Basic, parameter: Symbol, order: int) -> list[Closure | None]:
        """The value of a term and its derivatives up to an order."""
        return [self.value(node), self.slope(node, parameter), *([self.second(node, parameter)] if order > 1 else [])]

    def weighed(self, node: Basic, parameter: Symbol, order: int, moves: bool) -> list[Closure | None]:
        """The jet of a body below weights: only its highest derivative is asked for where the weights do not move."""
        if moves:
            return self.jet(node, parameter, order)
        return [None] * order + [self.slope(node, parameter) if order == 1 else self.second(node, parameter)]

    # slots

    def slot(self, name: Basic) -> int:
        """Where the value of a time or a variable is kept."""
        return self.slots.setdefault(name, len(self.slots))

    def real(self, symbol: Symbol) -> int:
        """Where the value of a real symbol is kept, and e to its power."""
        return self.reals.setdefault(symbol, len(self.reals))

    def const(self, number: Rational) -> int:
        """Where a number is kept."""
        return self.consts.setdefault(number, len(self.consts))

    def domain(self, domain: Domain) -> int:
        """Where the elements of a domain are kept."""
        return self.domains.setdefault(domain, len(self.domains))

    def letter(self, letter: Letter) -> int:
        """Where the table of a letter is kept."""
        for domain in letter.domains:
            if domain is not None and domain != HISTORIES:
                self.domain(domain)
        return self.letters.setdefault(letter, len(self.letters))

    def names(self, node: Basic) -> tuple[int, ...]:
        """The slots of the times and variables that are free in a node."""
        found = [n for n in free(node) if isinstance(n, Var) or n.is_integer]
        return tuple(sorted(self.slot(n) for n in found))

    def context(self, node: Basic) -> Callable[[Env], list[Any]]:
        """What the value of a node depends on besides the trajectory: the names and samples that are free in it."""
        names, samples = self.names(node), sorted(self.domain(d) for d in drawn(node))
        if not samples:
            return lambda env: [env.slots[i] for i in names]
        return lambda env: [env.slots[i] for i in names] + [tuple(env.draws[d] or ()) for d in samples]

    # integers

    def argument(self, node: Basic) -> Closure:
        """What a letter is looked up at: an integer, or a history."""
        return self._history(node) if isinstance(node, History) else self.integer(node)

    def integer(self, node: Basic) -> Closure:
        """A time, or an element of a domain, as an integer."""
        if isinstance(node, Integer):
            constant = int(node)
            return lambda env: constant
        if isinstance(node, Var) or (isinstance(node, Symbol) and node.is_integer):
            i = self.slot(node)
            return lambda env: env.slots[i]
        if isinstance(node, State):
            return self._state(node)
        if isinstance(node, Action):
            return self._action(node)
        if isinstance(node, Draw):
            return self._draw(node)
        if isinstance(node, (Add, Mul)):
            return self._arithmetic(node)
        if isinstance(node, Pow) and isinstance(node.exp, Integer) and node.exp >= 0:
            base, n = self.integer(node.base), int(node.exp)
            return lambda env: base(env) ** n
        if isinstance(node, Defined):
            return self.integer(meaning(node))
        if isinstance(node, Cases):
            return self.cases(node, self.integer)
        raise Unevaluable(f"{node} is no integer: times and elements are sums of integers, times and variables")

    def _arithmetic(self, node: Add | Mul) -> Closure:
        parts = [self.integer(a) for a in node.args]
        if len(parts) != 2:
            return lambda env: (sum if isinstance(node, Add) else _product)(f(env) for f in parts)
        f, g = parts
        if isinstance(node, Mul):
            return lambda env: f(env) * g(env)
        if isinstance(node.args[0], Integer) and isinstance(node.args[1], Symbol):
            c, i = int(node.args[0]), self.slot(node.args[1])
            return lambda env: env.slots[i] + c
        return lambda env: f(env) + g(env)

    def _state(self, node: State) -> Closure:
        time = self.integer(node.time)

        def state(env: Env) -> int:
            i = time(env)
            if i < 0 or 2 * i > env.seen:
                raise outside("s", i)
            return env.states[i]

        return state

    def _action(self, node: Action) -> Closure:
        time = self.integer(node.time)

        def action(env: Env) -> int:
            i = time(env)
            if i < 0 or 2 * i + 1 > env.seen:
                raise outside("a", i)
            return env.actions[i]

        return action

    def _history(self, node: History) -> Closure:
        time = self.integer(node.time)

        def history(env: Env) -> tuple[int, ...]:
            i = time(env)
            if i < 0 or 2 * i > env.seen:
                raise outside("h", i)
            past = [x for step in zip(env.states, env.actions[:i], strict=False) for x in step]
            return (*past, env.states[i])

        return history

    def _draw(self, node: Draw) -> Closure:
        index, d = self.integer(node.index), self.domain(node.domain)

        def draw(env: Env) -> int:
            i, values = index(env), env.draws[d]
            if values is None or not 1 <= i <= len(values):
                raise undrawn(i, None if values is None else len(values))
            return values[i - 1]

        return draw

    def cases(self, node: Cases, part: Callable[[Basic], Closure]) -> Closure:
        """The first branch whose value equals the subject."""
        exact = whole(node.subject) and all(whole(v) for v, _ in node.branches)
        compared = self.integer if exact else self.value
        subject, default = compared(node.subject), part(node.default)
        branches = [(compared(v), part(e)) for v, e in node.branches]

        def cases(env: Env) -> Any:
            found = subject(env)
            for v, e in branches:
                if v(env) == found:
                    return e(env)
            return default(env)

        return cases

    # processes

    def laws(self, process: Process, parameter: Symbol | None = None, order: int = 1) -> Laws:
        """The factors of P(τ) under a process, and their derivatives up to an order."""
        kinds = (
            (process.initial, (process.states,)),
            (process.policy, (process.actions, process.states)),
            (process.transition, (process.states, process.states, process.actions)),
        )
        jets = [[self._law(f, sorts, parameter, n) for f, sorts in kinds] for n in range(order + 1 if parameter else 1)]
        normalised = all(isinstance(f, Letter) and f.pmf for f, _ in kinds)
        return Laws(jets, normalised, self.domain(process.states), self.domain(process.actions))

    def _law(
        self, factor: Letter | Definition, sorts: tuple[Domain, ...], parameter: Symbol | None, order: int
    ) -> Callable[[Env], Any] | None:
        if isinstance(factor, Letter):
            i = self.letter(factor)
            if order == 0:
                return lambda env: env.tables[i].__getitem__
            if factor.parameter != parameter:
                return None
            return lambda env: (env.tangents if order == 1 else env.seconds)[i].__getitem__
        names = [Var(f"{factor.name}'{n}", sort) for n, sort in enumerate(sorts)]
        places = [self.slot(name) for name in names]
        body = self.jet(factor(*names), parameter, order)[order] if parameter and order else self.value(factor(*names))
        if body is None:
            return None

        def law(env: Env) -> Callable[[tuple[int, ...]], Any]:
            def at(key: tuple[int, ...]) -> Any:
                for place, element in zip(places, key, strict=True):
                    env.slots[place] = element
                return body(env)

            return at

        return law


def _builder(table: dict[type, Any], node: Basic) -> Any:
    for kind in type(node).__mro__:
        if kind in table:
            return table[kind]
    raise Unevaluable(f"{node} is a {type(node).__name__}, which has no value on a finite model")


def _product(values: Any) -> Any:
    found = 1
    for v in values:
        found *= v
    return found
