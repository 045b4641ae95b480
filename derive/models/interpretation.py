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

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from flint import fmpq

from derive.errors import Unevaluable, Unreadable
from derive.models.environment import Key
from derive.models.tables import (
    Table,
    integer,
    named,
    read_domain,
    read_real,
    read_samples,
    read_table,
    read_trajectory,
    write_real,
    write_table,
)
from derive.terms import HISTORIES, Letter


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
            "reals": {name: write_real(x) for name, x in sorted(self.reals.items())},
            "letters": {name: write_table(t) for name, t in sorted(self.letters.items())},
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
    horizon = integer(data["horizon"], "horizon")
    if horizon < 0:
        raise Unreadable(f"the horizon {horizon} is negative")
    domains = {name: read_domain(name, e) for name, e in named(data, "domains").items()}
    return Model(
        horizon,
        domains,
        {name: read_real(x) for name, x in named(data, "reals").items()},
        {name: read_table(name, t) for name, t in named(data, "letters").items()},
        {name: integer(i, name) for name, i in named(data, "indices").items()},
        {name: integer(e, name) for name, e in named(data, "elements").items()},
        read_trajectory(data.get("trajectory"), horizon),
        {name: read_samples(name, xs, domains) for name, xs in named(data, "samples").items()},
    )
