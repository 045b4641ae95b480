"""A finite model: every letter of a statement interpreted on finite sets, in exact numbers.

Written as plain data (numbers as text) a model is

    {"horizon": 2, "domains": {"S": [0, 1], "A": [0, 1]}, "indices": {"T": 2, "t": 1}, "elements": {"s": 0},
     "reals": {"gamma": "1/2", "theta": ["log", "3/2"]},
     "letters": {"pi/2": {"table": [[[1, 0], "1/3"], …], "tangent": [[[1, 0], "1/5"], …]},
                 "b/1": {"table": [[[[0, 1, 1]], "1/3"], …]}},
     "trajectory": [[0, 1, 1], [1, 0]] | None, "samples": {"X": [1, 0, 1]}}

"samples" stands only where a statement has free samples x_1, x_2, …. A letter's key is its name and number of
arguments. A history as an argument is the flat list s_0, a_0, …, s_t. A tangent is the derivative of the entries along
one direction of the letter's parameter, and "second" the second derivative along it. A real ["log", q] is log q, so
that Exp(c·θ) with an integer c is the fraction q^c.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from flint import fmpq

from derive.errors import Unevaluable, Unreadable
from derive.models.environment import Key
from derive.models.numbers import as_fraction, as_rational
from derive.terms import HISTORIES, Letter

TABLE_PARTS = ("table", "tangent", "second")


@dataclass(frozen=True)
class LogOf:
    """The real number log q, kept as q."""

    argument: Any


class Entries(dict[Key, Any]):
    """Entries that are made when they are first asked for; what a function cannot make is missing."""

    def __init__(self, fill: Callable[[Key], None]) -> None:
        super().__init__()
        self._fill = fill

    def __missing__(self, key: Key) -> Any:
        self._fill(key)
        return self[key]

    def converted(self, of: Callable[[Any], Any]) -> Entries:
        """The same entries as numbers of another kind, made when they are asked for."""

        def fill(key: Key) -> None:
            found[key] = of(self[key])

        found = Entries(fill)
        return found


@dataclass(frozen=True)
class Table:
    """The values of a letter, and their first and second derivatives along one direction of its parameter."""

    values: Mapping[Key, Any]
    tangents: Mapping[Key, Any] = field(default_factory=dict)
    seconds: Mapping[Key, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Model:
    """A finite interpretation of every letter in a statement, and of its free names."""

    horizon: int
    domains: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    reals: Mapping[str, Any] = field(default_factory=dict)
    letters: Mapping[str, Table] = field(default_factory=dict)
    indices: Mapping[str, int] = field(default_factory=dict)
    elements: Mapping[str, int] = field(default_factory=dict)
    trajectory: tuple[tuple[int, ...], tuple[int, ...]] | None = None
    samples: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @staticmethod
    def from_dict(data: Mapping[str, Any], letters: Iterable[Letter] = ()) -> Model:
        """The model that is written as plain data; `letters` say which tables to check as distributions."""
        model = _read_model(data)
        for letter in letters:
            check_letter(model, letter)
        return model

    def to_dict(self) -> dict[str, Any]:
        """The model as plain data, in a fixed order."""
        samples = {"samples": {name: list(xs) for name, xs in sorted(self.samples.items())}} if self.samples else {}
        return {
            "horizon": self.horizon,
            "domains": {name: list(elements) for name, elements in sorted(self.domains.items())},
            "indices": dict(sorted(self.indices.items())),
            "elements": dict(sorted(self.elements.items())),
            "reals": {name: _write_real(x) for name, x in sorted(self.reals.items())},
            "letters": {name: _write_table(t) for name, t in sorted(self.letters.items())},
            "trajectory": None if self.trajectory is None else [list(part) for part in self.trajectory],
            **samples,
        }


def key_of(letter: Letter) -> str:
    """The name under which a model holds a letter: its name and number of arguments."""
    return f"{letter.name}/{len(letter.domains)}"


def rows(letter: Letter, arguments: Sequence[Sequence[int]]) -> Iterable[list[Key]]:
    """The arguments of a distribution, in groups over which it sums to one."""
    for rest in product(*arguments[1:]):
        yield [(x, *rest) for x in arguments[0]]


def rows_of(letter: Letter, model: Model) -> Iterable[list[Key]]:
    """The rows of a distribution on a model; given a history, those that its table has."""
    if HISTORIES not in letter.domains:
        return rows(letter, arguments_of(letter, model.domains, model.horizon))
    found: dict[Key, list[Key]] = {}
    for key in sorted(model.letters[key_of(letter)].values):
        found.setdefault(key[1:], []).append(key)
    return found.values()


def arguments_of(letter: Letter, domains: Mapping[str, tuple[int, ...]], horizon: int) -> list[Sequence[int]]:
    """What each argument of a letter runs over: a domain, or the times 0 … horizon."""
    return [range(horizon + 1) if d is None else elements_of(d, domains) for d in letter.domains]


def elements_of(domain: Any, domains: Mapping[str, tuple[int, ...]]) -> tuple[int, ...]:
    """The elements of a domain on a model."""
    if domain.elements is not None:
        return tuple(domain.elements)
    if domain.name not in domains:
        raise Unevaluable(f"the model has no domain {domain.name!r}; it has {sorted(domains)}")
    return domains[domain.name]


def check_letter(model: Model, letter: Letter) -> None:
    """Refuse a table with gaps, and a distribution with negative entries or that does not sum to one."""
    key = key_of(letter)
    if key not in model.letters:
        raise Unevaluable(f"the model has no letter {key!r}; it has {sorted(model.letters)}")
    table = model.letters[key]
    if not {None, HISTORIES} & set(letter.domains):
        wanted = product(*arguments_of(letter, model.domains, model.horizon))
        if gaps := [k for k in wanted if k not in table.values]:
            raise Unevaluable(f"the table of {key!r} has no entry at {gaps[0]}")
    if letter.parameter is not None and (lost := [k for k in table.values if k not in table.tangents]):
        raise Unevaluable(f"{key!r} depends on {letter.parameter}, but its table has no tangent at {lost[0]}")
    if letter.pmf:
        for row in rows_of(letter, model):
            _check_row(key, [k for k in row if k in table.values], table)


def _check_row(key: str, row: list[Key], table: Table) -> None:
    values = [table.values[k] for k in row]
    if any(v < 0 for v in values):
        raise Unevaluable(f"the distribution {key!r} has a negative entry in the row {row}: {values}")
    if row and sum(values) != 1:
        raise Unevaluable(f"the distribution {key!r} sums to {sum(values)}, not to 1, over {row}")
    for what, part in (("tangent", table.tangents), ("second derivative", table.seconds)):
        slopes = [part.get(k, fmpq(0)) for k in row]
        if sum(slopes) != 0:
            raise Unevaluable(f"the {what}s of the distribution {key!r} sum to {sum(slopes)}, not to 0, over {row}")
        if any(v == 0 and t != 0 for v, t in zip(values, slopes, strict=True)):
            raise Unevaluable(f"the distribution {key!r} has a zero entry with a {what} in the row {row}")


# plain data, read and written


def _read_model(data: Mapping[str, Any]) -> Model:
    known = {"horizon", "domains", "indices", "elements", "reals", "letters", "trajectory", "samples"}
    if not isinstance(data, Mapping) or not set(data) <= known or "horizon" not in data:
        raise Unreadable(f"a model is a mapping with 'horizon' and keys among {sorted(known)}, not {str(data)[:80]!r}")
    horizon = _integer(data["horizon"], "horizon")
    if horizon < 0:
        raise Unreadable(f"the horizon {horizon} is negative")
    domains = {name: _domain(name, e) for name, e in _mapping(data, "domains").items()}
    return Model(
        horizon,
        domains,
        {name: _read_real(x) for name, x in _mapping(data, "reals").items()},
        {name: _read_table(name, t) for name, t in _mapping(data, "letters").items()},
        {name: _integer(i, name) for name, i in _mapping(data, "indices").items()},
        {name: _integer(e, name) for name, e in _mapping(data, "elements").items()},
        _read_trajectory(data.get("trajectory"), horizon),
        {name: _read_samples(name, xs, domains) for name, xs in _mapping(data, "samples").items()},
    )


def _mapping(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = data.get(key, {})
    if not isinstance(found, Mapping) or not all(isinstance(k, str) for k in found):
        raise Unreadable(f"the model's {key!r} is a mapping by name, not {str(found)[:80]!r}")
    return found


def _integer(value: Any, what: str) -> int:
    if type(value) is not int:
        raise Unreadable(f"{what} is an integer, not {value!r}")
    return value


def _domain(name: str, elements: Any) -> tuple[int, ...]:
    if not isinstance(elements, (list, tuple)) or not elements or len(set(elements)) != len(elements):
        raise Unreadable(f"the domain {name!r} is a non-empty list of distinct integers, not {elements!r}")
    return tuple(_integer(e, f"an element of {name}") for e in elements)


def _read_samples(name: str, values: Any, domains: Mapping[str, tuple[int, ...]]) -> tuple[int, ...]:
    if not isinstance(values, (list, tuple)):
        raise Unreadable(f"the samples of {name!r} are a list of its elements, not {values!r}")
    found = tuple(_integer(x, f"a sample of {name}") for x in values)
    if name in domains and (strange := [x for x in found if x not in domains[name]]):
        raise Unreadable(f"the sample {strange[0]} is not in the domain {name}: {domains[name]}")
    return found


def _number(value: Any, what: str) -> fmpq:
    try:
        return as_rational(value)
    except Unevaluable as fault:
        raise Unreadable(f"{what}: {fault}") from None


def _read_real(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        if len(value) != 2 or value[0] != "log" or not (q := _number(value[1], "log")) > 0:
            raise Unreadable(f"a real is a fraction as text or ['log', positive fraction], not {value!r}")
        return LogOf(q)
    return _number(value, "a real")


def _write_real(value: Any) -> Any:
    return ["log", _text(value.argument)] if isinstance(value, LogOf) else _text(value)


def _read_table(name: str, data: Any) -> Table:
    stem, _, arity = name.rpartition("/")
    if not stem or not arity.isdigit():
        raise Unreadable(f"a letter's key is its name and number of arguments, such as 'pi/2', not {name!r}")
    if not isinstance(data, Mapping) or "table" not in data or not set(data) <= set(TABLE_PARTS):
        raise Unreadable(f"the letter {name!r} is a mapping with {TABLE_PARTS}, not {str(data)[:80]!r}")
    return Table(*(_read_entries(name, int(arity), data.get(part) or []) for part in TABLE_PARTS))


def _read_entries(name: str, arity: int, entries: Any) -> dict[Key, fmpq]:
    found: dict[Key, fmpq] = {}
    for entry in entries:
        if not (isinstance(entry, (list, tuple)) and len(entry) == 2 and isinstance(entry[0], (list, tuple))):
            raise Unreadable(f"an entry of {name!r} is [arguments, value], not {entry!r}")
        key = tuple(_read_argument(name, k) for k in entry[0])
        if len(key) != arity or key in found:
            raise Unreadable(f"{name!r} takes {arity} arguments and each entry once; found {entry!r}")
        found[key] = _number(entry[1], f"{name}{key}")
    return found


def _read_argument(name: str, argument: Any) -> Any:
    """An element, a time, or a history written as the flat list s_0, a_0, …, s_t."""
    if not isinstance(argument, (list, tuple)):
        return _integer(argument, f"an argument of {name}")
    if len(argument) % 2 == 0:
        raise Unreadable(f"a history of {name!r} is s_0, a_0, …, s_t, not {argument!r}")
    return tuple(_integer(x, f"a step of a history of {name}") for x in argument)


def _write_table(table: Table) -> dict[str, Any]:
    parts = dict(zip(TABLE_PARTS, (table.values, table.tangents, table.seconds), strict=True))
    return {name: _write_entries(part) for name, part in parts.items() if part or name == "table"}


def _write_entries(entries: Mapping[Key, Any]) -> list[list[Any]]:
    return [
        [[list(x) if isinstance(x, tuple) else x for x in key], _text(value)] for key, value in sorted(entries.items())
    ]


def _read_trajectory(data: Any, horizon: int) -> tuple[Key, Key] | None:
    if data is None:
        return None
    if not isinstance(data, (list, tuple)) or len(data) != 2:
        raise Unreadable(f"a trajectory is [states, actions], not {data!r}")
    states, actions = (tuple(_integer(x, "an element of a trajectory") for x in part) for part in data)
    if len(states) - len(actions) not in (0, 1) or len(states) > horizon + 1:
        raise Unreadable(f"a trajectory of horizon {horizon} has as many states as actions, or one more: {data!r}")
    return states, actions


def _text(value: Any) -> str:
    return str(as_fraction(value))
