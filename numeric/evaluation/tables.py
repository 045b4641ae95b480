"""The letters of a model: values and tangents by argument, looked up for all trajectories at once.

A model is the plain format of certificates: horizon, domains, indices, elements, reals, letters, trajectory.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.errors import UnevaluableError
from numeric.evaluation import irrationals
from numeric.evaluation.jets import Jet
from numeric.evaluation.paths import Histories

__all__ = ["Table", "fraction", "integer", "part", "real"]

Argument = int | tuple[int, ...]  # an element, a time, or a history
Entries = dict[tuple[Argument, ...], irrationals.Number]
Kinds = Sequence[Histories | None]  # for each argument of a letter, how histories are numbered where it is one
LARGEST_TABLE = 1_000_000
_FRACTION = re.compile(r"-?[0-9]{1,4000}(/[0-9]{1,4000})?")


def part(model: Mapping[str, Any], name: str, kind: type | tuple[type, ...] = Mapping) -> Any:
    """An entry of a model. Raises UnevaluableError where it is missing or of another kind."""
    if not isinstance(model, Mapping) or not isinstance(model.get(name), kind):
        raise UnevaluableError(f"the model has no {name!r} of the right kind: {str(model)[:120]}")
    return model[name]


def integer(value: Any, what: str) -> int:
    """An integer of a model."""
    if type(value) is not int or abs(value) > 2**53:
        raise UnevaluableError(f"{what} is {value!r}; a model gives an integer")
    return value


def fraction(value: Any, what: str) -> Fraction:
    """A rational number of a model: "2/3", "-1" or an integer."""
    if isinstance(value, Fraction) or type(value) is int:
        return Fraction(value)
    if not isinstance(value, str) or not _FRACTION.fullmatch(value) or value.endswith("/0"):
        raise UnevaluableError(f'{what} is {value!r}; a model gives a fraction as text, such as "2/3"')
    top, _, bottom = value.partition("/")
    if bottom and int(bottom) == 0:
        raise UnevaluableError(f"{what} is {value!r}: a fraction with denominator zero")
    return Fraction(int(top), int(bottom or 1))


def real(value: Any, what: str) -> irrationals.Number:
    """A real number of a model: a fraction, or ["log", q] for log q."""
    if isinstance(value, (tuple, list)) and len(value) == 2 and value[0] == "log":
        return irrationals.logarithm(fraction(value[1], what))
    return fraction(value, what)


def _entries(rows: Any, kinds: Kinds, what: str) -> Entries:
    found: Entries = {}
    if not isinstance(rows, (tuple, list)):
        raise UnevaluableError(f"{what} is no list of [arguments, value]: {str(rows)[:120]}")
    for row in rows:
        if not isinstance(row, (tuple, list)) or len(row) != 2:
            raise UnevaluableError(f"{what} has an entry that is no [arguments, value]: {str(row)[:120]}")
        arguments, value = row
        if not isinstance(arguments, (tuple, list)) or len(arguments) != len(kinds):
            raise UnevaluableError(f"{what} takes {len(kinds)} arguments, not {arguments!r}")
        key = tuple(_argument(a, kind, what) for a, kind in zip(arguments, kinds, strict=True))
        if key in found:
            raise UnevaluableError(f"{what} has two entries for {list(key)}")
        solved = isinstance(value, (irrationals.Ball, irrationals.Logarithm))  # by numeric/solving.py alone
        found[key] = value if solved else fraction(value, f"{what} at {list(key)}")
    return found


def _argument(given: Any, kind: Histories | None, what: str) -> Argument:
    if kind is None:
        return integer(given, f"an argument of {what}")
    if not isinstance(given, (tuple, list)) or len(given) % 2 == 0:
        raise UnevaluableError(f"{what} takes a history [s_0, a_0, …, s_t], not {str(given)[:80]}")
    return tuple(integer(x, f"an element of a history of {what}") for x in given)


@dataclass(frozen=True)
class Table:
    """f(x, …) on a grid of the arguments that occur, a history by its number; `known` says where there is an entry."""

    name: str
    kinds: tuple[Histories | None, ...]
    axes: tuple[NDArray[np.int64], ...]
    known: NDArray[np.bool_]
    parts: tuple[NDArray[Any], ...]  # values, first derivatives, second derivatives
    entries: Entries

    @classmethod
    def read(
        cls, letters: Mapping[str, Any], name: str, kinds: Kinds, law_over: Sequence[int] | None, exact: bool
    ) -> Table:
        """The table of the letter "name/arity". `law_over`: the elements over which its values are a law."""
        arity = len(kinds)
        if f"{name}/{arity}" not in letters:
            others = ", ".join(sorted(letters)) or "none"
            raise UnevaluableError(f"the model has no letter {name}/{arity}; it has {others}")
        letter = letters[f"{name}/{arity}"]
        parts = [_entries(part(letter, "table", (tuple, list)), kinds, name)]
        for key, what in (("tangent", "the tangent"), ("second", "the second derivative")):
            if letter.get(key) is None:
                break
            parts.append(_entries(letter[key], kinds, f"{what} of {name}"))
        for slopes in parts[1:]:
            if slopes.keys() != parts[0].keys():
                place = min(slopes.keys() ^ parts[0].keys(), key=repr)
                raise UnevaluableError(f"{name} has a value or a derivative at {list(place)}, not both")
        if law_over is not None:
            _check_law(name, [_rational(name, entries) for entries in parts], law_over)
        numbered = [{_numbered(key, kinds): v for key, v in entries.items()} for entries in parts]
        axes = tuple(np.unique(np.array([k[i] for k in numbered[0]], dtype=np.int64)) for i in range(arity))
        shape = tuple(len(axis) for axis in axes)
        if np.prod(shape, dtype=float) > LARGEST_TABLE:
            raise UnevaluableError(f"the table of {name} spans {shape}, more than {LARGEST_TABLE} entries")
        grids = [_grid(axes, shape, entries, exact) for entries in numbered]
        return cls(name, tuple(kinds), axes, grids[0][0], tuple(grid for _, grid in grids), parts[0])

    def at(self, arguments: Sequence[NDArray[np.int64]], order: int) -> Jet:
        """f and its derivatives up to an order, at each trajectory's arguments.

        Raises UnevaluableError, naming the first that has no entry.
        """
        size = max((len(a) for a in arguments), default=1)
        places, found = [], np.ones(size, dtype=bool)
        for axis, argument in zip(self.axes, arguments, strict=True):
            place = np.minimum(np.searchsorted(axis, argument), len(axis) - 1) if len(axis) else 0 * argument
            found &= (axis[place] == argument) if len(axis) else False
            places.append(np.broadcast_to(place, size))
        if found.all():
            found = np.broadcast_to(self.known[tuple(places)], size)
        if not found.all():
            row = int(np.flatnonzero(~found)[0])
            numbers = [int(np.broadcast_to(a, size)[row]) for a in arguments]
            missing = [n if kind is None else kind.met[n] for n, kind in zip(numbers, self.kinds, strict=True)]
            raise UnevaluableError(f"{self.name} has no entry for the arguments {missing}")
        if len(self.parts) <= order:
            lost = "tangent" if len(self.parts) == 1 else "second derivatives"
            raise UnevaluableError(f"{self.name} has a parameter but the model gives it no {lost}")
        return Jet(*(np.atleast_1d(part[tuple(places)]) for part in self.parts[: order + 1]))


def _numbered(key: tuple[Argument, ...], kinds: Kinds) -> tuple[int, ...]:
    """The key with every history replaced by its number."""
    numbered = []
    for argument, kind in zip(key, kinds, strict=True):
        if isinstance(argument, tuple) and kind is not None:
            numbered.append(kind.number(argument))
        elif isinstance(argument, int):
            numbered.append(argument)
    return tuple(numbered)


def _grid(
    axes: tuple[NDArray[np.int64], ...],
    shape: tuple[int, ...],
    entries: Mapping[tuple[int, ...], irrationals.Number],
    exact: bool,
) -> tuple[NDArray[np.bool_], NDArray[Any]]:
    known = np.zeros(shape, dtype=bool)
    grid = np.full(shape, Fraction(0), dtype=object) if exact else np.zeros(shape)
    for key, value in entries.items():
        place = tuple(int(np.searchsorted(axis, k)) for axis, k in zip(axes, key, strict=True))
        known[place] = True
        grid[place] = value if exact else float(value)
    return known, grid


def _rational(name: str, entries: Entries) -> dict[tuple[Argument, ...], Fraction]:
    found = {key: value for key, value in entries.items() if isinstance(value, Fraction)}
    if len(found) < len(entries):
        raise UnevaluableError(f"{name} is a distribution, and a probability of it is no fraction")
    return found


def _check_law(name: str, parts: Sequence[Mapping[tuple[Argument, ...], Fraction]], elements: Sequence[int]) -> None:
    """Non-negative; complete rows sum to one, their derivatives to zero; at probability zero, the least value, no
    tangent and no negative second derivative."""
    for key, value in parts[0].items():
        if value < 0:
            raise UnevaluableError(f"{name} is a probability, and is {value} at {list(key)}")
        slope, curve = ([entries[key] for entries in parts[1:]] + [Fraction(0)] * 2)[:2]
        if value == 0 and (slope != 0 or curve < 0):
            raise UnevaluableError(f"{name} is 0 at {list(key)}, its least value, with derivatives {slope} and {curve}")
    for others in {key[1:] for key in parts[0]}:
        row = [(x, *others) for x in elements]
        if all(key in parts[0] for key in row):
            for entries, words, wanted in zip(
                parts, ("", "the tangent of ", "the second derivative of "), (1, 0, 0), strict=False
            ):
                if (total := sum((entries[key] for key in row), Fraction(0))) != wanted:
                    raise UnevaluableError(f"{words}{name}(· | {list(others)}) sums to {total}, not to {wanted}")
