"""A claim made ready for testing on models: its sizes, the names it is quantified over, its hypotheses, its program.

A free time is any of 0 … T that the hypotheses allow; the horizon is T, or the symbol in a process's horizon. A free
variable is any element of its domain. A statement about s_t and a_t outside expectations is checked at every
trajectory. An equation among the hypotheses is required for every value of its own free names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from sympy import Basic, Symbol

from derive.binding import free, subterms
from derive.compiled import Env, OutsideTrajectory, trajectories
from derive.draw import Cast, Size, World
from derive.errors import Unevaluable
from derive.models import (
    Model,
    Program,
    Table,
    check_letter,
    compiled,
    elements_of,
    key_of,
    run,
    set_trajectory,
)
from derive.numbers import BALLS, RATIONALS, RESIDUES, Numbers
from derive.terms import (
    STATES,
    Action,
    Apply,
    AtMost,
    Domain,
    Equation,
    Hypothesis,
    Letter,
    Positive,
    Process,
    State,
    Var,
)
from derive.timeline import as_linear, linear


@dataclass(frozen=True)
class Place:
    """Where a statement is looked at: values of its times and variables, and a trajectory."""

    times: Mapping[str, int]
    elements: Mapping[str, int]
    trajectory: tuple[tuple[int, ...], tuple[int, ...]] | None = None


@dataclass(frozen=True)
class Difference:
    """A place where the two sides differ, and their values there."""

    place: Place
    lhs: Any
    rhs: Any


def same(lhs: Any, rhs: Any) -> bool:
    """Equal numbers; for balls, not certainly different."""
    return bool(lhs.overlaps(rhs)) if hasattr(lhs, "overlaps") else bool(lhs == rhs)


class Claim:
    """An equation under hypotheses."""

    def __init__(self, equation: Equation, hypotheses: Sequence[Hypothesis]) -> None:
        self.equation = equation
        self.program = compiled((equation.lhs, equation.rhs))
        self.orders = [h for h in hypotheses if isinstance(h, AtMost)]
        self.positive = {key_of(h.letter) for h in hypotheses if isinstance(h, Positive)}
        given = [h for h in hypotheses if isinstance(h, Equation)]
        self.solved = [h for h in given if _solvable(h)]
        self.filters = [(h, compiled((h.lhs, h.rhs))) for h in given]
        self.unsolved = [h for h in given if not _solvable(h)]
        self.definitions = [(_target(h), compiled((_other(h),))) for h in self.solved]
        programs = [self.program, *(p for _, p in self.filters), *(p for _, p in self.definitions)]
        self.letters = _unique(f for p in programs for f in p.letters)
        self.plain = sorted({s.name for p in programs for s in p.plain})
        self.exped = sorted({s.name for p in programs for s in p.exped})
        self.numbers = _numbers(programs, set(self.plain) & set(self.exped))
        self.nodes = _unique(n for side in (equation.lhs, equation.rhs) for n in subterms(side))
        self.processes = [n for n in self.nodes if isinstance(n, Process)]
        self.cast = self._cast([d for p in programs for d in p.domains])
        self._read_times()

    def _cast(self, found: Sequence[Domain]) -> Cast:
        states = {STATES, *(p.states for p in self.processes)}
        used = {d for n in self.nodes if isinstance(n, (State, Action)) for d in (n.domain,)}
        domains = _unique([*found, *used, *(v.domain for v in self.program.vars)])
        abstract = [d for d in domains if d.elements is None]
        return Cast(
            tuple(d for d in abstract if d in states),
            tuple(d for d in abstract if d not in states),
            tuple(_unique(p.initial for p in self.processes if isinstance(p.initial, Letter))),
            tuple(_unique(p.transition for p in self.processes if isinstance(p.transition, Letter))),
        )

    def _read_times(self) -> None:
        names = set(self.program.times) | {s for h in self.orders for s in free(h.greater - h.lesser)}
        self.order_forms = [as_linear(h) for h in self.orders]
        ends = {s for p in self.processes for s in free(p.horizon) if s in names}
        ends |= {s for s in names if s.name == "T"}
        self.main: Symbol | None = min(ends, key=lambda s: (s.name != "T", s.name)) if ends else None
        self.times = sorted(names - {self.main}, key=str)
        self.ends = [linear(p.horizon) for p in self.processes if free(p.horizon) <= {self.main}]
        on_a_line = self.main is not None or self.times or self.processes
        self.timed = bool(on_a_line or any(isinstance(n, (State, Action)) for n in self.nodes))

    # -- sizes -----------------------------------------------------------------------------------------------

    def sizes(self, max_states: int, max_actions: int, max_horizon: int) -> list[Size]:
        """The sizes to test, smallest first: fewest states, then fewest actions, then the shortest horizon."""
        states = range(1, max_states + 1) if self.cast.states else [1]
        actions = range(1, max_actions + 1) if self.cast.actions else [1]
        return [Size(*s) for s in product(states, actions, self._horizons(max_horizon))]

    def _horizons(self, most: int) -> list[int]:
        if not self.timed:
            return [1]
        if self.main is None:
            fixed = [c for c, _ in self.ends]
            return [max(fixed)] if fixed else list(range(1, most + 1))
        return [h for h in range(most + 1) if self.main_value(h) is not None]

    def main_value(self, horizon: int) -> int | None:
        """The value of T at which trajectories have this many actions, or None."""
        if self.main is None:
            return None
        for value in range(horizon + 3):
            lengths = [c + dict(terms).get(self.main, 0) * value for c, terms in self.ends] or [value]
            if max(lengths) == horizon and min(lengths) >= 0:
                return value
        return None

    def indices(self, size: Size) -> list[dict[str, int]]:
        """All values of the free times that the hypotheses allow at a horizon."""
        fixed = {} if self.main is None else {self.main.name: self.main_value(size.horizon)}
        top = max([size.horizon, *(v for v in fixed.values() if v is not None)])
        found: dict[tuple[tuple[str, int], ...], dict[str, int]] = {}
        wanted = {s.name for s in self.program.times}
        for values in product(range(top + 1), repeat=len(self.times)):
            names = fixed | {s.name: v for s, v in zip(self.times, values, strict=True)}
            if all(c + sum(k * names[s.name] for s, k in terms) >= 0 for c, terms in self.order_forms):
                kept = {k: v for k, v in names.items() if k in wanted and v is not None}
                found.setdefault(tuple(kept.items()), kept)
        return list(found.values())

    # -- models ----------------------------------------------------------------------------------------------

    def complete(self, model: Model, numbers: Numbers) -> Model:
        """The model with the letters and reals that a hypothesis defines set to what it says."""
        for target, program in self.definitions:
            env = program.env(model, numbers)
            if isinstance(target, Symbol):
                model = replace(model, reals={**model.reals, target.name: run(program.functions[0], env)})
                continue
            key = key_of(target.letter)
            values = dict(model.letters[key].values)
            for elements in _elements(target.args[1:], model):
                for name, x in elements.items():
                    _set(env, program, name, x)
                values[tuple(elements.values())] = run(program.functions[0], env)
            table = Table(values, model.letters[key].tangents)
            model = replace(model, letters={**model.letters, key: table})
        return model

    def admits(self, model: Model, size: Size, numbers: Numbers) -> bool:
        """Whether every hypothesis is true on a model."""
        for key in self.positive & model.letters.keys():
            if numbers is not RESIDUES and any(not v > 0 for v in model.letters[key].values.values()):
                return False
        if not self.filters:
            return True
        if numbers is not RESIDUES:
            for letter in self.letters:
                if letter.pmf:
                    check_letter(model, letter)
        for _, program in self.filters:
            env = program.env(model, numbers)
            for place in self.places(program, env, model, size, None):
                if place is None or not same(run(program.functions[0], env), run(program.functions[1], env)):
                    return False
        return True

    def places(
        self, program: Program, env: Env, model: Model, size: Size, world: World | None
    ) -> Iterator[Place]:
        """Every place at which a statement is to be looked at, set in the environment one after the other."""
        names = {s.name for s in program.times}
        for times in self.indices(size) if names else [{}]:
            for s in program.times:
                if s.name in times:
                    _set(env, program, s, times[s.name])
            for elements in _elements(program.vars, model):
                for var, x in elements.items():
                    _set(env, program, var, x)
                named = {v.name: x for v, x in elements.items()}
                yield from self._paths(program, env, model, size, world, Place(times, named))

    def _paths(
        self, program: Program, env: Env, model: Model, size: Size, world: World | None, place: Place
    ) -> Iterator[Place]:
        set_trajectory(env, None)
        end = max((f(env) for f in program.latest if f is not None), default=-1)
        if end < 0:
            yield place
            return
        if end > 2 * model.horizon:
            at = ", ".join(f"{k} = {v}" for k, v in place.times.items())
            raise OutsideTrajectory(f"index outside the trajectory at {at}; bound it by a hypothesis")
        states, actions = self._sets(model)
        env.states, env.actions, env.seen = [0] * (end // 2 + 1), [0] * ((end + 1) // 2), end
        for _ in trajectories(env, end, states, actions):
            if world is None or world.path(size, env.states):
                yield replace(place, trajectory=(tuple(env.states), tuple(env.actions)))

    def _sets(self, model: Model) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The domains of s_t and a_t outside expectations."""
        states = {n.domain for n in self.nodes if isinstance(n, State)} | {p.states for p in self.processes}
        actions = {n.domain for n in self.nodes if isinstance(n, Action)} | {
            p.actions for p in self.processes
        }
        if len(states) > 1 or len(actions) > 1:
            raise Unevaluable(f"trajectories over several sets {sorted(map(str, states | actions))}")
        return tuple(  # type: ignore[return-value]
            elements_of(next(iter(found)), model.domains) if found else (0,) for found in (states, actions)
        )

    def difference(
        self,
        model: Model,
        size: Size,
        numbers: Numbers,
        world: World | None = None,
        only: Place | None = None,
    ) -> Difference | None:
        """The first place at which the two sides differ on a model."""
        env = self.program.env(model, numbers)
        for place in self.places(self.program, env, model, size, world) if only is None else [only]:
            if only is not None:
                self._go(env, only)
            lhs, rhs = (run(f, env) for f in self.program.functions)
            if not same(lhs, rhs):
                return Difference(place, lhs, rhs)
        return None

    def _go(self, env: Env, place: Place) -> None:
        for s in self.program.times:
            _set(env, self.program, s, place.times[s.name])
        for v in self.program.vars:
            _set(env, self.program, v, place.elements[v.name])
        set_trajectory(env, place.trajectory)

    def at(self, model: Model, place: Place) -> Model:
        """The model with the values of a place."""
        return replace(
            model, indices=dict(place.times), elements=dict(place.elements), trajectory=place.trajectory
        )


def _numbers(programs: Sequence[Program], mixed: set[str]) -> Numbers:
    if mixed or any(p.needs_balls for p in programs):
        return BALLS
    return RATIONALS if any(p.needs_order for p in programs) else RESIDUES


def _unique(items: Any) -> list[Any]:
    return list(dict.fromkeys(items))


def _set(env: Env, program: Program, name: Basic, value: int) -> None:
    slot = program.slot(name)
    if slot is not None:
        env.slots[slot] = value


def _elements(variables: Sequence[Var], model: Model) -> Iterator[dict[Var, int]]:
    for values in product(*(elements_of(v.domain, model.domains) for v in variables)):
        yield dict(zip(variables, values, strict=True))


def _target(h: Equation) -> Any:
    return h.lhs if _defines(h.lhs, h.rhs) else h.rhs


def _other(h: Equation) -> Any:
    return h.rhs if _defines(h.lhs, h.rhs) else h.lhs


def _solvable(h: Equation) -> bool:
    return _defines(h.lhs, h.rhs) or _defines(h.rhs, h.lhs)


def _defines(target: Basic, body: Basic) -> bool:
    """target = body fixes a real symbol or a whole table: x = …, or f(x, y, …) = … at distinct variables."""
    if isinstance(target, Symbol) and not target.is_integer:
        return target not in free(body)
    if not (isinstance(target, Apply) and not target.letter.pmf and target.letter.parameter is None):
        return False
    arguments = target.args[1:]
    distinct = len(set(arguments)) == len(arguments) and all(isinstance(a, Var) for a in arguments)
    pointwise = any(isinstance(n, (State, Action)) for n in body.args)
    closed = free(body) <= {
        *arguments,
        *(s for s in free(body) if isinstance(s, Symbol) and not s.is_integer),
    }
    return distinct and closed and not pointwise and target.letter not in subterms(body)
