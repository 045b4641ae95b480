"""From a model on which two sides differ to the simplest such model: what a person can check by hand.

Greedy descent: each table entry, row, and real in turn is replaced by something simpler, as long as the
sides still differ and every hypothesis stays true. Simpler means fewer numbers that are not zero,
deterministic dynamics, uniform policies, γ = 1 or 1/2, then small integers and fractions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from flint import fmpq

from derive.models.environment import Key
from derive.models.interpretation import Model, key_of, rows_of
from derive.models.sources import ABOVE_ZERO, BELOW_ONE
from derive.models.tables import LogOf, Table
from derive.terms import Letter

NUMBERS = tuple(fmpq(p, q) for p, q in ((0, 1), (1, 1), (-1, 1), (1, 2), (2, 1), (-1, 2), (-2, 1), (3, 1), (1, 3)))
FACTORS = (fmpq(1), fmpq(1, 2), fmpq(1, 3))
POWERS = (fmpq(1), fmpq(2), fmpq(1, 2), fmpq(3))
MAX_ROUNDS = 6


def shrink(model: Model, letters: list[Letter], still: Callable[[Model], bool]) -> Model:
    """The simplest model found below this one on which `still` is true."""
    cost = _cost(model, letters)
    for _ in range(MAX_ROUNDS):
        before = cost
        for step in list(_steps(model, letters)):
            candidate = step(model)
            lower = _cost(candidate, letters)
            if lower < cost and still(candidate):
                model, cost = candidate, lower
        if cost == before:
            break
    return model


Step = Callable[[Model], Model]


def _steps(model: Model, letters: list[Letter]) -> Iterator[Step]:
    """Every replacement to try, in order."""
    for name, value in sorted(model.reals.items()):
        for choice in _real_choices(name, value):
            yield partial(_set_real, name=name, value=choice)
    for letter in letters:
        key, table, moves = key_of(letter), model.letters[key_of(letter)], letter.parameter is not None
        derivatives = _derivatives(table) if moves else ()
        if letter.pmf:
            for row in rows_of(letter, model):
                for weights in _laws(len(row), moves):
                    yield partial(_set_row, key=key, row=row, weights=weights)
                for part in derivatives:
                    for slopes in _slopes(len(row)):
                        yield partial(_set, key=key, parts={part: dict(zip(row, slopes, strict=True))})
            continue
        for part in ("values", *derivatives):
            yield partial(_set, key=key, parts={part: dict.fromkeys(table.values, NUMBERS[0])})
        for entry in sorted(table.values):
            for number in NUMBERS:
                for part in ("values", *derivatives):
                    yield partial(_set, key=key, parts={part: {entry: number}})


def _real_choices(name: str, value: Any) -> tuple[Any, ...]:
    if isinstance(value, LogOf):
        return tuple(map(LogOf, POWERS))
    if name in BELOW_ONE:
        return FACTORS
    return tuple(x for x in NUMBERS if x > 0) if name in ABOVE_ZERO else NUMBERS


def _set_real(model: Model, name: str, value: Any) -> Model:
    return replace(model, reals={**model.reals, name: value})


def _laws(k: int, policy: bool) -> Iterator[list[fmpq]]:
    """Rows of a distribution, simplest first."""
    if policy:
        yield [fmpq(1, k)] * k
    for i in range(k):
        yield [fmpq(int(i == j)) for j in range(k)]
    if not policy:
        yield [fmpq(1, k)] * k
    for i in range(k):
        for j in range(k):
            if i != j:
                yield [fmpq(int(n == i) + int(n == j), 2) for n in range(k)]
    for i in range(k):
        yield [fmpq(1 + int(i == j), k + 1) for j in range(k)]
    for i in range(k):
        yield [fmpq(1 + 2 * int(i == j), k + 2) for j in range(k)]


def _slopes(k: int) -> Iterator[list[fmpq]]:
    yield [fmpq(0)] * k
    for i in range(k):
        for j in range(k):
            if i != j:
                yield [fmpq(int(n == j) - int(n == i)) for n in range(k)]


def _set_row(model: Model, key: str, row: list[Key], weights: list[fmpq]) -> Model:
    """A row of a distribution; the derivatives of a row that gets a zero become zero."""
    rests = any(w == 0 for w in weights)
    flat = {part: dict.fromkeys(row, fmpq(0)) for part in _derivatives(model.letters[key]) if rests}
    return _set(model, key, {"values": dict(zip(row, weights, strict=True)), **flat})


def _derivatives(table: Table) -> tuple[str, ...]:
    """The parts of a table that are derivatives."""
    return tuple(part for part in ("tangents", "seconds") if getattr(table, part))


def _set(model: Model, key: str, parts: Mapping[str, Mapping[Key, Any]]) -> Model:
    """The model with some entries of a table, or of its derivatives, changed."""
    table = model.letters[key]
    changed = {part: {**getattr(table, part), **entries} for part, entries in parts.items()}
    return replace(model, letters={**model.letters, key: replace(table, **changed)})


# how simple a model is


def _cost(model: Model, letters: list[Letter]) -> tuple[int, int]:
    """(how many numbers a reader must keep in mind, how complicated they are)."""
    count, size = 0, 0
    for name, value in model.reals.items():
        size += _cost_of_real(name, value)
    for letter in letters:
        table = model.letters[key_of(letter)]
        if not letter.pmf:
            for x in (*table.values.values(), *table.tangents.values(), *table.seconds.values()):
                count, size = count + int(x != 0), size + _cost_of_number(x)
            continue
        for row in rows_of(letter, model):
            size += _cost_of_row([table.values[k] for k in row], letter.parameter is not None)
            for part in (table.tangents, table.seconds):
                slopes = [part[k] for k in row if k in part]
                count += sum(int(x != 0) for x in slopes)
                size += sum(map(_cost_of_number, slopes)) + int(any(slopes) and slopes[-1] <= 0)
    return count, size


def _cost_of_real(name: str, value: Any) -> int:
    choices = _real_choices(name, value)
    number = value.argument if isinstance(value, LogOf) else value
    return choices.index(value) if value in choices else 20 + _height(number)


def _cost_of_number(value: Any) -> int:
    return NUMBERS.index(value) if value in NUMBERS else 10 + _height(value)


def _cost_of_row(values: list[Any], policy: bool) -> int:
    options = list(_laws(len(values), policy))
    return options.index(values) if values in options else 40 + sum(map(_height, values))


def _height(value: Any) -> int:
    return int(abs(value.p)).bit_length() + int(value.q).bit_length()
