"""Where a claim fails on one model: at which times, elements and trajectory.

A statement about s_t and a_t outside expectations is looked at on every trajectory, or on those that are
possible where a hypothesis says so. An equation among the hypotheses is required for every value of its own
free names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

from sympy import Basic

from derive.errors import Unevaluable
from derive.models import solving
from derive.models.claims import LENGTH, Claim
from derive.models.draw import PLAIN, Size, World
from derive.models.environment import Env, OutsideTrajectory, set_trajectory, spend, trajectories
from derive.models.evaluation import Program, run
from derive.models.interpretation import Model, check_letter, elements_of, key_of
from derive.models.numbers import RESIDUES, Numbers, at_most, same
from derive.terms import Var


@dataclass(frozen=True)
class Place:
    """Where a statement is looked at: values of its times and variables, samples, and a trajectory."""

    times: Mapping[str, int] = field(default_factory=dict)
    elements: Mapping[str, int] = field(default_factory=dict)
    trajectory: tuple[tuple[int, ...], tuple[int, ...]] | None = None
    samples: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def on(self, model: Model) -> Model:
        """The model with these values."""
        named = replace(model, indices=self.times, elements=self.elements)
        return replace(named, trajectory=self.trajectory, samples=self.samples)


@dataclass(frozen=True)
class Difference:
    """A place where the claim is false: the two sides differ, or the lesser is greater; and their values there."""

    place: Place
    lhs: Any
    rhs: Any


def difference(claim: Claim, model: Model, size: Size, numbers: Numbers, world: World = PLAIN) -> Difference | None:
    """The first place at which a claim is false on a model."""
    env = claim.program.env(model, numbers)
    for place in places(claim, claim.program, env, model, size, world):
        lhs, rhs = (run(f, env) for f in claim.program.functions)
        if claim.fails(lhs, rhs):
            return Difference(place, lhs, rhs)
    return None


def difference_at(
    claim: Claim, model: Model, numbers: Numbers, place: Place, possible: Sequence[Program] = ()
) -> Difference | None:
    """The same at one place, whose trajectory must have positive probability under some processes."""
    env = claim.program.env(place.on(model), numbers)
    if place.trajectory is not None and not _possible(possible, model, numbers)(env):
        return None
    lhs, rhs = (run(f, env) for f in claim.program.functions)
    return Difference(place, lhs, rhs) if claim.fails(lhs, rhs) else None


def places(claim: Claim, program: Program, env: Env, model: Model, size: Size, world: World = PLAIN) -> Iterator[Place]:
    """Every place at which some terms are to be looked at, set in the environment one after the other."""
    for times in claim.indices(size.horizon) if program.times else [{}]:
        for time in program.times:
            if time.name in times:
                _set(env, program, time, times[time.name])
        for elements in _elements(program.vars, model):
            for var, x in elements.items():
                _set(env, program, var, x)
            for samples in _samples(program, env):
                place = Place(times, {v.name: x for v, x in elements.items()}, samples=samples)
                set_trajectory(env, None)
                end = max((f(env) for f in program.latest if f is not None), default=-1)
                if end < 0:
                    yield place
                else:
                    yield from _on_paths(claim, env, model, size, world, replace(place, trajectory=((), ())), end)


def _samples(program: Program, env: Env) -> Iterator[dict[str, tuple[int, ...]]]:
    """All values of the samples that some terms read, set in the environment one after the other."""
    counts = [max((last(env) for last in lasts), default=0) for _, _, lasts in program.draws]
    spaces = [product(env.domains[d], repeat=max(n, 0)) for n, (_, d, _) in zip(counts, program.draws, strict=True)]
    for values in product(*spaces):
        spend(env, 1)
        for (_, d, _), xs in zip(program.draws, values, strict=True):
            env.draws[d] = xs
        yield {domain.name: xs for (domain, _, _), xs in zip(program.draws, values, strict=True)}


def _on_paths(
    claim: Claim, env: Env, model: Model, size: Size, world: World, place: Place, end: int
) -> Iterator[Place]:
    if end > 2 * model.horizon:
        at = ", ".join(f"{k} = {v}" for k, v in place.times.items())
        raise OutsideTrajectory(f"index outside the trajectory at {at}; bound it by a hypothesis")
    end += end % 2 if claim.possible else 0
    states, actions = (_only(sets, model) for sets in (claim.path_states, claim.path_actions))
    env.states, env.actions, env.seen = [0] * (end // 2 + 1), [0] * ((end + 1) // 2), end
    possible = _possible(claim.possible, model, env.numbers)
    for _ in trajectories(env, end, states, actions):
        if world.path(size, env.states) and possible(env):
            yield replace(place, trajectory=(tuple(env.states), tuple(env.actions)))


def _only(sets: set[Any], model: Model) -> tuple[int, ...]:
    """The one set that the steps of a trajectory are in."""
    if len(sets) > 1:
        raise Unevaluable(f"trajectories over several sets: {sorted(map(str, sets))}")
    return elements_of(next(iter(sets)), model.domains) if sets else (0,)


def _possible(programs: Sequence[Program], model: Model, numbers: Numbers) -> Callable[[Env], bool]:
    """Whether the states of the current trajectory have positive probability under some processes."""
    envs = [program.env(model, numbers) for program in programs]

    def possible(current: Env) -> bool:
        for program, env in zip(programs, envs, strict=True):
            env.states, env.actions, env.seen = current.states, current.actions, current.seen
            _set(env, program, LENGTH, len(env.states) - 1)
            if run(program.functions[0], env) == 0:
                return False
        return True

    return possible


def to_the_end(claim: Claim, model: Model, numbers: Numbers, place: Place) -> Place:
    """The place with its trajectory continued to the horizon, by steps that are possible where there are any."""
    if place.trajectory is None:
        return place
    env = claim.program.env(model, numbers)
    states, actions = (_only(sets, model) for sets in (claim.path_states, claim.path_actions))
    possible, (path, moves) = _possible(claim.paths, model, numbers), place.trajectory
    while len(path) <= model.horizon:
        taken = moves[len(path) - 1 :]  # the action at the last state, where it is known
        for action, state in product(taken or actions, states):
            set_trajectory(env, ((*path, state), (*moves[: len(path) - 1], action)))
            if possible(env):
                break
        path, moves = tuple(env.states), tuple(env.actions)
    return replace(place, trajectory=(path, moves))


def complete(claim: Claim, model: Model, numbers: Numbers) -> Model:
    """The model with the reals and letters that hypotheses fix set to what they say."""
    for source, target in claim.alike:
        values = model.letters[source].values
        model = replace(model, letters={**model.letters, target: replace(model.letters[target], values=values)})
    times = {s.name for f in claim.fixed if f.always for s in f.program.times}
    if not times:
        return solving.complete(claim.items, model, numbers, claim.order, claim.freedom)
    rows = {tuple(row[name] for name in sorted(times)) for row in claim.indices(model.horizon)}
    if len(rows) > 1:
        raise Unevaluable(f"a letter that solves an equation at several values of {sorted(times)} has no one table")
    indices = dict(zip(sorted(times), rows.pop(), strict=True)) if rows else {}
    there = replace(model, indices=indices)
    found = solving.complete(claim.items, there, numbers, claim.order, claim.freedom)
    return replace(found, indices=model.indices)


def admits(claim: Claim, model: Model, size: Size, numbers: Numbers) -> bool:
    """Whether every hypothesis is true on a model."""
    if numbers is not RESIDUES:
        for letter in claim.letters:
            if letter.pmf:
                check_letter(model, letter)
            values = model.letters[key_of(letter)].values.values()
            if key_of(letter) in claim.positive and any(not v > 0 for v in values):
                return False
    ordered = [] if numbers is RESIDUES else claim.inequalities
    relations = [(p, same) for p in (*claim.equations, *claim.checks)] + [(p, at_most) for p in ordered]
    for program, holds in relations:
        env = program.env(model, numbers)
        for _ in places(claim, program, env, model, size):
            if not holds(run(program.functions[0], env), run(program.functions[1], env)):
                return False
    return True


def _set(env: Env, program: Program, name: Basic, value: int) -> None:
    slot = program.slot(name)
    if slot is not None:
        env.slots[slot] = value


def _elements(variables: Sequence[Var], model: Model) -> Iterator[dict[Var, int]]:
    for values in product(*(elements_of(v.domain, model.domains) for v in variables)):
        yield dict(zip(variables, values, strict=True))
