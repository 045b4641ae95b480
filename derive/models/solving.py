"""The reals and letters that hypotheses fix, found on a model whose other letters are drawn.

Letters that solve equations together are the unknowns of a linear system: where the right sides are affine in them, its
matrix is read off by evaluating the right sides with unit tables. Their derivatives solve the same system with another
right-hand side. Where the right sides hold maxima, these keep to the arguments that attain them, the system is solved,
and the arguments are chosen anew until they stay (policy iteration).

What equations leave open on every model, such as the level of a differential value, stays as it was drawn; a model on
which they leave more open than elsewhere (γ = 1) is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

from sympy import Max, Min, Symbol

from derive.binding import subterms
from derive.errors import Unevaluable
from derive.models.elimination import solution
from derive.models.environment import Env, Key
from derive.models.equations import Fixed, System, still
from derive.models.evaluation import FUEL, Program, run
from derive.models.interpretation import Model, elements_of, key_of
from derive.models.numbers import Numbers, same
from derive.models.tables import Table
from derive.terms import Apply, Maximum, Var

MAX_ROUNDS = 40  # of policy iteration
Freedom = dict[tuple[System, int, int], int]  # how many of its unknowns a system leaves open, at each order and size
Unknown = tuple[Fixed, Key]


def complete(items: Sequence[Fixed | System], model: Model, numbers: Numbers, order: int, freedom: Freedom) -> Model:
    """The model with everything that hypotheses fix set to what they say, with derivatives up to an order.

    `freedom` keeps the least that each system was seen to leave open.
    """
    for item in items:
        if isinstance(item, System):
            model = _solved(item, model, numbers, order, freedom)
        elif isinstance(item.target, Symbol):
            value = run(item.program.functions[0], item.program.env(model, numbers))
            model = replace(model, reals={**model.reals, item.name: value})
        else:
            values = {k: x for (_, k), x in zip(*_evaluated([item], item.program, model, numbers), strict=True)}
            model = _with_entries(model, item.name, 0, values)
    return model


def _evaluated(
    parts: Sequence[Fixed], program: Program, model: Model, numbers: Numbers
) -> tuple[list[Unknown], list[Any]]:
    unknowns = _unknowns(parts, model)
    return unknowns, _Rows(parts, program, program.env(model, numbers), unknowns).values()


def _unknowns(parts: Iterable[Fixed], model: Model) -> list[Unknown]:
    """Every entry of the tables that are to be found."""
    return [(p, key) for p in parts for key in product(*(elements_of(v.domain, model.domains) for v in _variables(p)))]


def _variables(part: Fixed) -> tuple[Var, ...]:
    assert isinstance(part.target, Apply)
    return tuple(part.target.args[1:])


def _with_entries(model: Model, name: str, order: int, entries: Mapping[Key, Any]) -> Model:
    table = model.letters[name]
    parts: list[Mapping[Key, Any]] = [table.values, table.tangents, table.seconds]
    parts[order] = {**parts[order], **entries}
    return replace(model, letters={**model.letters, name: Table(*parts)})


class _Rows:
    """The right sides of equations, one for each unknown, as a function of the tables of the unknown letters."""

    def __init__(self, parts: Sequence[Fixed], program: Program, env: Env, unknowns: Sequence[Unknown]) -> None:
        self.env, self.unknowns = env, unknowns
        self.functions = dict(zip((p.name for p in parts), program.functions, strict=True))
        self.slots = {p.name: [program.slot(v) for v in _variables(p)] for p in parts}
        self.places = {key_of(f): i for f, i in program.places.items()}

    def values(self) -> list[Any]:
        """The right side at every unknown."""
        self.env.cache, self.env.fuel = {}, FUEL
        found = []
        for part, key in self.unknowns:
            for slot, x in zip(self.slots[part.name], key, strict=True):
                if slot is not None:
                    self.env.slots[slot] = x
            found.append(run(self.functions[part.name], self.env))
        return found

    def at(self, numbers: Sequence[Any], order: int) -> list[Any]:
        """The same, for unknowns (or their derivatives of an order) of these values."""
        tables = (self.env.tables, self.env.tangents, self.env.seconds)[order]
        for (part, key), x in zip(self.unknowns, numbers, strict=True):
            if part.name in self.places:
                tables[self.places[part.name]][key] = x
        return self.values()

    def equations(self, order: int) -> list[list[Any]]:
        """The rows (I - A | c) of u = A u + c, read off from zero and unit tables."""
        zero, one, size = self.env.zero, self.env.one, len(self.unknowns)
        constant = self.at([zero] * size, order)
        columns = []
        for j in range(size):
            column = self.at([one if i == j else zero for i in range(size)], order)
            columns.append([x - c for x, c in zip(column, constant, strict=True)])
        unit = [[one if i == j else zero for j in range(size)] for i in range(size)]
        return [[unit[i][j] - columns[j][i] for j in range(size)] + [constant[i]] for i in range(size)]


def _solved(system: System, model: Model, numbers: Numbers, order: int, freedom: Freedom) -> Model:
    """The model with the letters of a system, and their derivatives up to an order."""
    for n in range(order + 1):
        parts = system.moving(n)
        if parts:
            found = _of_order(system, parts, model, numbers, n, freedom)
            for part in parts:
                entries = {key: x for (p, key), x in found if p is part}
                model = _with_entries(model, part.name, n, entries)
    if order:
        for part in (p for p in system.parts if p.always):
            _check_still(part, model, numbers)
    return model


def _of_order(
    system: System, parts: Sequence[Fixed], model: Model, numbers: Numbers, order: int, freedom: Freedom
) -> list[tuple[Unknown, Any]]:
    program, unknowns = system.program(order), _unknowns(parts, model)
    rows = _Rows(parts, program, program.env(model, numbers), unknowns)
    if not system.circular:
        return list(zip(unknowns, rows.values(), strict=True))
    kept = [_entry(model, part.name, order, key, rows.env) for part, key in unknowns]
    sums = _sums_of_rows(unknowns, rows.env, order)
    if order == 0 and any(isinstance(n, (Maximum, Max, Min)) for p in parts for n in subterms(p.body)):
        found, open_ones = _by_iteration(rows, sums, kept)
    else:
        found, open_ones = solution([*rows.equations(order), *sums], kept)
    key = system, order, len(unknowns)
    if open_ones > freedom.setdefault(key, open_ones):
        raise Unevaluable(f"the equations of {sorted(p.name for p in parts)} are singular on this model")
    freedom[key] = open_ones
    return list(zip(unknowns, found, strict=True))


def _entry(model: Model, name: str, order: int, key: Key, env: Env) -> Any:
    """What was drawn for an unknown."""
    table = model.letters[name]
    return env.numbers.of((table.values, table.tangents, table.seconds)[order].get(key, 0))


def _sums_of_rows(unknowns: Sequence[Unknown], env: Env, order: int) -> list[list[Any]]:
    """The equations that say that distributions sum to one, and their derivatives to zero."""
    groups: dict[tuple[str, Key], list[int]] = {}
    for i, (part, key) in enumerate(unknowns):
        if isinstance(part.target, Apply) and part.target.letter.pmf:
            groups.setdefault((part.name, key[1:]), []).append(i)
    total = env.zero if order else env.one
    return [[env.one if i in group else env.zero for i in range(len(unknowns))] + [total] for group in groups.values()]


def _by_iteration(rows: _Rows, sums: list[list[Any]], kept: Sequence[Any]) -> tuple[list[Any], int]:
    """u = F(u) for an F with maxima: solve with the arguments that attain them, choose them anew, until they stay."""
    found, before, open_ones = list(kept), None, 0
    for _ in range(MAX_ROUNDS):
        rows.env.choices = {}
        rows.at(found, 0)
        if rows.env.choices == before:
            break
        before = dict(rows.env.choices)
        found, open_ones = solution([*rows.equations(0), *sums], kept)
    rows.env.choices = None
    if not all(map(same, rows.at(found, 0), found)):
        raise Unevaluable(f"no solution was found in {MAX_ROUNDS} rounds of policy iteration")
    return found, open_ones


def _check_still(part: Fixed, model: Model, numbers: Numbers) -> None:
    """A letter cannot always solve an equation whose right side moves with a parameter that the letter has not."""
    for program in still(part):
        if any(not same(x, 0) for x in _evaluated([part], program, model, numbers)[1]):
            raise Unevaluable(f"{part.target} = {part.body} moves with a parameter, and {part.name} does not")
