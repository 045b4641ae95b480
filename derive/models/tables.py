"""The numbers that a model holds, and how they are written as plain data: reals, tables of letters, samples, paths."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flint import fmpq

from derive.errors import Unevaluable, Unreadable
from derive.models.environment import Key
from derive.models.numbers import as_fraction, as_rational

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


def named(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """A part of a model, by name."""
    found = data.get(key, {})
    if not isinstance(found, Mapping) or not all(isinstance(k, str) for k in found):
        raise Unreadable(f"the model's {key!r} is a mapping by name, not {str(found)[:80]!r}")
    return found


def integer(value: Any, what: str) -> int:
    """An integer, and nothing that merely looks like one."""
    if type(value) is not int:
        raise Unreadable(f"{what} is an integer, not {value!r}")
    return value


def read_domain(name: str, elements: Any) -> tuple[int, ...]:
    """The elements of a domain."""
    if not isinstance(elements, (list, tuple)) or not elements or len(set(elements)) != len(elements):
        raise Unreadable(f"the domain {name!r} is a non-empty list of distinct integers, not {elements!r}")
    return tuple(integer(e, f"an element of {name}") for e in elements)


def read_samples(name: str, values: Any, domains: Mapping[str, tuple[int, ...]]) -> tuple[int, ...]:
    """The samples x_1, x_2, … of a domain."""
    if not isinstance(values, (list, tuple)):
        raise Unreadable(f"the samples of {name!r} are a list of its elements, not {values!r}")
    found = tuple(integer(x, f"a sample of {name}") for x in values)
    if name in domains and (strange := [x for x in found if x not in domains[name]]):
        raise Unreadable(f"the sample {strange[0]} is not in the domain {name}: {domains[name]}")
    return found


def _number(value: Any, what: str) -> fmpq:
    try:
        return as_rational(value)
    except Unevaluable as fault:
        raise Unreadable(f"{what}: {fault}") from None


def read_real(value: Any) -> Any:
    """A fraction, or the logarithm of one."""
    if isinstance(value, (list, tuple)):
        if len(value) != 2 or value[0] != "log" or not (q := _number(value[1], "log")) > 0:
            raise Unreadable(f"a real is a fraction as text or ['log', positive fraction], not {value!r}")
        return LogOf(q)
    return _number(value, "a real")


def write_real(value: Any) -> Any:
    """A real as it is read."""
    return ["log", _text(value.argument)] if isinstance(value, LogOf) else _text(value)


def read_table(name: str, data: Any) -> Table:
    """The table of a letter, with its derivatives."""
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
        return integer(argument, f"an argument of {name}")
    if len(argument) % 2 == 0:
        raise Unreadable(f"a history of {name!r} is s_0, a_0, …, s_t, not {argument!r}")
    return tuple(integer(x, f"a step of a history of {name}") for x in argument)


def write_table(table: Table) -> dict[str, Any]:
    """A table as it is read."""
    parts = dict(zip(TABLE_PARTS, (table.values, table.tangents, table.seconds), strict=True))
    return {name: _write_entries(part) for name, part in parts.items() if part or name == "table"}


def _write_entries(entries: Mapping[Key, Any]) -> list[list[Any]]:
    return [
        [[list(x) if isinstance(x, tuple) else x for x in key], _text(value)] for key, value in sorted(entries.items())
    ]


def read_trajectory(data: Any, horizon: int) -> tuple[Key, Key] | None:
    """The states and actions of a trajectory."""
    if data is None:
        return None
    if not isinstance(data, (list, tuple)) or len(data) != 2:
        raise Unreadable(f"a trajectory is [states, actions], not {data!r}")
    states, actions = (tuple(integer(x, "an element of a trajectory") for x in part) for part in data)
    if len(states) - len(actions) not in (0, 1) or len(states) > horizon + 1:
        raise Unreadable(f"a trajectory of horizon {horizon} has as many states as actions, or one more: {data!r}")
    return states, actions


def _text(value: Any) -> str:
    return str(as_fraction(value))
