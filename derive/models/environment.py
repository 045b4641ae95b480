"""What a compiled term reads while it runs: the numbers of one model, the values of names, the current
trajectory.

Also the walks over trajectories: the weighted average of a body over all that may follow, its derivative,
and the plain enumeration. Positions on the time line are 2t for s_t and 2t+1 for a_t.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from derive.errors import Unevaluable
from derive.models.jets import Jet, highest, times, vanishes
from derive.models.numbers import Numbers

MAX_EXPONENT = 1000
Key = tuple[Any, ...]  # elements and times; a history as the tuple s_0, a_0, …, s_t


class OutsideTrajectory(Unevaluable):
    """An index that no trajectory of the model's horizon has, or none of its samples."""


class TooLong(Unevaluable):
    """More summands than the budget of one evaluation."""


class Env:
    """The mutable state of a run; one per model and kind of numbers."""

    __slots__ = (
        *("actions", "cache", "consts", "domains", "draws", "exps", "fuel", "numbers", "one", "reals"),
        *("choices", "seconds", "seen", "slots", "states", "tables", "tangents", "touched", "zero"),
    )

    slots: list[Any]  # integers: times and elements
    consts: list[Any]
    reals: list[Any]
    exps: list[Any]  # e to the power of each real
    domains: list[tuple[int, ...]]
    draws: list[Sequence[int] | None]  # the current samples x_1 … x_N of each domain
    tables: list[dict[Key, Any]]
    tangents: list[dict[Key, Any]]
    seconds: list[dict[Key, Any]]
    states: list[int]
    actions: list[int]
    seen: int  # the last position of the trajectory that may be read; -1: there is none
    numbers: Numbers
    zero: Any
    one: Any
    cache: dict[Any, Any]
    choices: dict[Any, int] | None  # where maxima are attained, to be kept; None: wherever they are
    fuel: int
    touched: bool  # some summand was not zero


Closure = Callable[[Env], Any]
Bound = tuple[Any, ...]  # the laws of a process on one model: see Laws.bound


def spend(env: Env, amount: int) -> None:
    """Count summands against the budget."""
    env.fuel -= amount
    if env.fuel < 0:
        raise TooLong("too long to enumerate at this size")


def steps(env: Env, lower: int, upper: int) -> range:
    """The values of an index with both ends included: none when upper < lower."""
    spend(env, max(0, upper - lower + 1))
    return range(lower, upper + 1)


def small(exponent: int) -> int:
    """An exponent that can be computed with."""
    if abs(exponent) > MAX_EXPONENT:
        raise Unevaluable(f"the exponent {exponent} is beyond {MAX_EXPONENT}")
    return exponent


def outside(what: str, time: int) -> OutsideTrajectory:
    """The error for s_time or a_time that is not on the current trajectory."""
    return OutsideTrajectory(f"index outside the trajectory: {what}_{time}; bound the index by a hypothesis")


def undrawn(index: int, count: int | None) -> OutsideTrajectory:
    """The error for x_index that is not among the current samples."""
    there = "there are none" if count is None else f"there are {count}"
    return OutsideTrajectory(f"index outside the samples: x_{index}, and {there}; bound the index by a hypothesis")


def set_trajectory(env: Env, trajectory: tuple[Sequence[int], Sequence[int]] | None) -> None:
    """Make a trajectory (states, actions) the current one."""
    states, actions = trajectory if trajectory is not None else ((), ())
    env.states, env.actions, env.seen = list(states), list(actions), len(states) + len(actions) - 1


class Laws:
    """The three factors of P(τ), then their derivatives (None where they vanish), and the sets they run over."""

    def __init__(self, jets: Sequence[Sequence[Any]], normalised: bool, states: int, actions: int) -> None:
        self.jets, self.normalised = jets, normalised
        self.states, self.actions = states, actions
        self.move = len(jets) > 1 and any(f is not None for f in jets[1])

    def bound(self, env: Env) -> Bound:
        """The factors on the model of an environment, each a function of a key."""
        jets = [[f(env) if f else None for f in factors] for factors in self.jets]
        return tuple(zip(*jets, strict=True)), env.domains[self.states], env.domains[self.actions]


def options(env: Env, pos: int, bound: Bound) -> tuple[Any, ...]:
    """What may happen at a position: (law and derivatives, elements, rest of the key, store, index in it)."""
    laws, states, actions = bound
    i = pos >> 1
    if pos & 1:
        return laws[1], actions, (env.states[i],), env.actions, i
    if i == 0:
        return laws[0], states, (), env.states, i
    return laws[2], states, (env.states[i - 1], env.actions[i - 1]), env.states, i


def average(env: Env, bound: Bound, pos: int, end: int, body: Closure) -> Any:
    """Σ P(what follows from pos to end) · body; what has probability zero is not visited."""
    if pos > end:
        spend(env, 1)
        return body(env)
    laws, elements, rest, store, i = options(env, pos, bound)
    law, last = laws[0], pos == end
    if last:
        spend(env, len(elements))
    total = env.zero
    for x in elements:
        p = law((x, *rest))
        if p == 0:
            continue
        store[i] = x
        total = total + p * (body(env) if last else average(env, bound, pos + 1, end, body))
    return total


def average_change(env: Env, bound: Bound, pos: int, end: int, weight: Jet, body: Sequence[Closure | None]) -> Any:
    """The highest derivative of `average`, for a weight and a body with as many derivatives as that."""
    if pos > end:
        spend(env, 1)
        return highest(env, weight, body)
    laws, elements, rest, store, i = options(env, pos, bound)
    total = env.zero
    for x in elements:
        key = (x, *rest)
        p = tuple([law(key) if law else env.zero for law in laws])
        if vanishes(p):
            continue
        store[i] = x
        total = total + average_change(env, bound, pos + 1, end, times(weight, p), body)
    return total


def trajectories(env: Env, end: int, states: Sequence[int], actions: Sequence[int]) -> Iterator[None]:
    """Every trajectory up to a position, written into the environment one after the other."""

    def extend(pos: int) -> Iterator[None]:
        if pos > end:
            spend(env, 1)
            yield None
            return
        store, elements = (env.actions, actions) if pos & 1 else (env.states, states)
        for x in elements:
            store[pos >> 1] = x
            yield from extend(pos + 1)

    return extend(0)


def factors(env: Env, bound: Bound, end: int) -> Iterator[tuple[Sequence[Any], Key]]:
    """The factors of the probability of the current trajectory up to a position: (law and derivatives, key)."""
    if end < 0 or end > env.seen:
        raise outside("s", end // 2)
    for pos in range(end + 1):
        laws, _, rest, store, i = options(env, pos, bound)
        yield laws, (store[i], *rest)


def probability(env: Env, bound: Bound, end: int) -> Jet:
    """The probability of the current trajectory up to a position, with as many derivatives as its factors have."""
    order = len(bound[0][0])
    found: Jet = (env.one, *[env.zero] * (order - 1))
    for laws, key in factors(env, bound, end):
        found = times(found, tuple([law(key) if law else env.zero for law in laws]))
    return found
