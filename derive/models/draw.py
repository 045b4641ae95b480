"""Classes of finite models, and how to draw one: with random residues, or with small fractions.

`plain`    a stationary Markov decision process with n states: the same tables at all times
`layered`  the layers 0 … T of n states each, and then one absorbing state with reward 0: an ordinary
           stationary process too, but what happens differs from time to time

A further class is a further `World`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from random import Random
from typing import Any

from flint import fmpq, nmod

from derive.models.environment import Key
from derive.models.histories import drawn_when_asked
from derive.models.interpretation import Model, arguments_of, key_of, rows
from derive.models.jets import Jet
from derive.models.sources import ABOVE_ZERO, BELOW_ONE, Source
from derive.models.tables import LogOf, Table
from derive.terms import HISTORIES, Domain, Letter


@dataclass(frozen=True, order=True)
class Size:
    """States, actions and horizon, without copies in time and without the absorbing state."""

    states: int
    actions: int
    horizon: int


@dataclass(frozen=True)
class Cast:
    """Which letters and domains of a statement play which part."""

    states: tuple[Domain, ...]
    actions: tuple[Domain, ...]  # every other abstract domain too
    initial: tuple[Letter, ...]
    transition: tuple[Letter, ...]
    derivatives: int = 1  # up to which order tables have them
    reach: int = 0  # the largest time that a name may have, where that is beyond the horizon


@dataclass(frozen=True)
class World:
    """A class of models: the sets of a given size, and where a letter must be zero."""

    name: str
    domains: Callable[[Cast, Size], dict[str, tuple[int, ...]]]
    zero: Callable[[Cast, Size, Letter], Callable[[Key], bool]]
    path: Callable[[Size, Sequence[int]], bool]  # whether a sequence of states may be a trajectory
    note: str = ""  # what a reader of a counterexample must know

    def has(self, cast: Cast, size: Size, model: Model, letters: Iterable[Letter]) -> bool:
        """Whether a model of that size lies in the class: whether its letters are zero where they must be."""
        for letter in letters:
            zero = self.zero(cast, size, letter)
            if any(value != 0 and zero(key) for key, value in model.letters[key_of(letter)].values.items()):
                return False
        return True


def _plain_domains(cast: Cast, size: Size) -> dict[str, tuple[int, ...]]:
    return {d.name: tuple(range(size.states)) for d in cast.states} | _action_domains(cast, size)


def _action_domains(cast: Cast, size: Size) -> dict[str, tuple[int, ...]]:
    return {d.name: tuple(range(size.actions)) for d in cast.actions}


def _layered_domains(cast: Cast, size: Size) -> dict[str, tuple[int, ...]]:
    count = (size.horizon + 1) * size.states + 1
    return {d.name: tuple(range(count)) for d in cast.states} | _action_domains(cast, size)


def layer(state: int, size: Size) -> int:
    """The layer of a state; the absorbing one has the layer horizon + 1."""
    return state // size.states


def _layered_zero(cast: Cast, size: Size, letter: Letter) -> Callable[[Key], bool]:
    last = size.horizon + 1
    if letter in cast.initial:
        return lambda key: layer(key[0], size) != 0
    if letter in cast.transition:
        return lambda key: layer(key[0], size) != min(layer(key[1], size) + 1, last)
    places = [i for i, d in enumerate(letter.domains) if d in cast.states]
    if letter.pmf or not places:
        return _nowhere
    return lambda key: all(layer(key[i], size) == last for i in places)


def _nowhere(key: Key) -> bool:
    return False


PLAIN = World("plain", _plain_domains, lambda cast, size, letter: _nowhere, lambda size, states: True)
LAYERED = World(
    "layered",
    _layered_domains,
    _layered_zero,
    lambda size, states: all(layer(s, size) == i for i, s in enumerate(states)),
    "each state has a copy for every time; the last state is absorbing",
)


def draw(
    rng: Random,
    source: Source,
    world: World,
    cast: Cast,
    size: Size,
    letters: Iterable[Letter],
    reals: Iterable[str],
    exped: Iterable[str],
    others: Mapping[str, Source] | None = None,
) -> Model:
    """A model of a class and size; `others` gives another source for some reals and letters, by their keys."""
    domains = world.domains(cast, size)
    sources = {f: (others or {}).get(key_of(f), source) for f in letters}
    tables = {key_of(f): _draw_table(rng, of, world, cast, size, f, domains) for f, of in sources.items()}
    values = {name: _draw_real(rng, (others or {}).get(name, source), name) for name in reals}
    powers = {name: LogOf(_power(rng, source)) for name in exped}
    return Model(size.horizon, domains, values | powers, tables)


def _draw_real(rng: Random, source: Source, name: str) -> Any:
    if name in BELOW_ONE:
        return source.fraction(rng)
    found = source.number(rng)
    bounded = source.change is not None  # a hypothesis says what it is
    return _power(rng, source) if name in ABOVE_ZERO and not (bounded or isinstance(found, nmod)) else found


def _power(rng: Random, source: Source) -> Any:
    found = source.number(rng)
    return found if isinstance(found, nmod) else abs(found) + fmpq(1, 2)


def _draw_table(
    rng: Random,
    source: Source,
    world: World,
    cast: Cast,
    size: Size,
    letter: Letter,
    domains: Mapping[str, tuple[int, ...]],
) -> Table:
    order = cast.derivatives if letter.parameter is not None else 0
    if HISTORIES in letter.domains:
        row, number = (partial(f, source=source, order=order) for f in (_row, _numbers))
        return drawn_when_asked(letter, str(rng.getrandbits(60)), domains, order, row, number)
    arguments, zero = arguments_of(letter, domains, max(size.horizon, cast.reach)), world.zero(cast, size, letter)
    groups = rows(letter, arguments) if letter.pmf else [list(product(*arguments))]
    nil, found = (source.number(rng) * 0,) * (order + 1), dict[Key, Jet]()
    for group in groups:
        live = [k for k in group if not zero(k)]
        jets = (_row if letter.pmf else _numbers)(rng, len(live), source=source, order=order)
        found |= dict.fromkeys(group, nil) | dict(zip(live, jets, strict=True))
    return Table(*({k: jet[i] for k, jet in found.items()} for i in range(order + 1)))


def _numbers(rng: Random, count: int, *, source: Source, order: int) -> list[Jet]:
    """Any numbers, each with its derivatives."""
    change = source.change or source.number
    return [(source.number(rng), *[change(rng) for _ in range(order)]) for _ in range(count)]


def _row(rng: Random, count: int, *, source: Source, order: int) -> list[Jet]:
    """A distribution, each entry with its derivatives; an entry that is zero stays zero."""
    weights = source.weights(rng, count)
    rising, columns = [i for i, w in enumerate(weights) if w != 0], [weights]
    for _ in range(order):
        slopes = dict(zip(rising, source.slopes(rng, len(rising)), strict=True))
        columns.append([slopes.get(i, w * 0) for i, w in enumerate(weights)])
    return list(zip(*columns, strict=True))
