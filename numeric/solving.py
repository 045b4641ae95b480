"""Letters that solve an equation at every element: V(s) = Σ_a π(a|s) (r(s,a) + γ Σ_s' P(s'|s,a) V(s')), exactly.

The right side is affine in the letter, x = A x + b; its entries are found by evaluating it at zero and at unit tables,
and (1 − A) x = b is solved in fractions. The derivative solves the same system with its own right side.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

from numeric.errors import UnevaluableError
from numeric.evaluate import value

__all__ = ["solved"]

Wire = Any
Model = dict[str, Any]


def solved(model: Mapping[str, Any], equations: Sequence[Wire]) -> Model:
    """The model with tables for the letters on the left of ("Always", lhs, rhs), one after another.

    Raises UnevaluableError where a left side is no letter at distinct variables, or a system has no single solution.
    """
    full = {**model, "letters": dict(model["letters"]), "elements": dict(model["elements"])}
    waiting = [_unknown(lhs, rhs) for _, lhs, rhs in equations]
    while waiting:
        keys = {key for key, *_ in waiting}
        ready = next((w for w in waiting if not keys & (set(_letters(w[3])) - {w[0]})), waiting[0])
        waiting.remove(ready)
        _solve(full, *ready)
    return full


def _unknown(lhs: Wire, rhs: Wire) -> tuple[str, Wire, Wire, Wire]:
    """The key of the letter, its parameter, its variables and the right side."""
    if lhs[0] != "Apply" or any(v[0] != "var" for v in lhs[2:]) or len(set(lhs[2:])) != len(lhs[2:]):
        raise UnevaluableError(f"{lhs} is no letter at distinct variables; an equation is solved for such")
    letter = lhs[1]
    return f"{letter[1]}/{len(letter[2])}", letter[4], lhs[2:], rhs


def _letters(wire: Wire) -> Iterator[str]:
    if isinstance(wire, (tuple, list)):
        if wire and wire[0] == "letter":
            yield f"{wire[1]}/{len(wire[2])}"
        for part in wire:
            yield from _letters(part)


def _of_any_table(wire: Wire, key: str) -> Wire:
    """The letter of this key is a distribution once it is found, not at the tables that are tried."""
    if not isinstance(wire, (tuple, list)):
        return wire
    if wire and wire[0] == "letter" and f"{wire[1]}/{len(wire[2])}" == key:
        return (*wire[:3], False, *wire[4:])
    return tuple(_of_any_table(part, key) for part in wire)


def _solve(model: Model, key: str, parameter: Wire | None, variables: Sequence[Wire], rhs: Wire) -> None:
    keys = list(product(*(_elements(model, v[2]) for v in variables)))
    rhs = _of_any_table(rhs, key)

    def side(table: Sequence[Fraction], wire: Wire) -> list[Fraction]:
        rows = {"table": [[list(k), str(x)] for k, x in zip(keys, table, strict=True)]}
        zero = {"tangent": [[list(k), "0"] for k in keys]} if parameter else {}
        return [_at(model, key, rows | zero, variables, k, wire) for k in keys]

    nothing = [Fraction(0)] * len(keys)
    constant = side(nothing, rhs)
    columns = [side([Fraction(i == j) for i in range(len(keys))], rhs) for j in range(len(keys))]
    matrix = [
        [Fraction(i == j) - (columns[j][i] - constant[i]) for j in range(len(keys))] for i in range(len(keys))
    ]  # fmt: skip
    found = _solution(matrix, constant, key)
    table = {"table": [[list(k), str(x)] for k, x in zip(keys, found, strict=True)]}
    if parameter:
        slopes = _solution(matrix, side(found, ("Gradient", rhs, parameter)), key)
        table["tangent"] = [[list(k), str(x)] for k, x in zip(keys, slopes, strict=True)]
    model["letters"][key] = table


def _elements(model: Model, domain: Wire) -> list[int]:
    return list(domain[2] if domain[2] is not None else model["domains"][domain[1]])


def _at(
    model: Model, key: str, table: Any, variables: Sequence[Wire], elements: Sequence[int], wire: Wire
) -> Fraction:  # fmt: skip
    names = {v[1]: e for v, e in zip(variables, elements, strict=True)}
    at = {**model, "letters": model["letters"] | {key: table}, "elements": model["elements"] | names}
    found = value(wire, at)
    if not isinstance(found, Fraction):
        raise UnevaluableError(f"the equation for {key} has no exact value at {list(elements)}")
    return found


def _solution(matrix: Sequence[Sequence[Fraction]], right: Sequence[Fraction], key: str) -> list[Fraction]:
    """Gauss–Jordan elimination in fractions."""
    rows = [[*row, b] for row, b in zip(matrix, right, strict=True)]
    for column in range(len(rows)):
        pivot = next((i for i in range(column, len(rows)) if rows[i][column]), None)
        if pivot is None:
            raise UnevaluableError(f"the equation for {key} has no single solution here")
        rows[column], rows[pivot] = rows[pivot], rows[column]
        head = rows[column][column]
        rows[column] = [x / head for x in rows[column]]
        for i, row in enumerate(rows):
            if i != column and row[column]:
                rows[i] = [x - row[column] * y for x, y in zip(row, rows[column], strict=True)]
    return [row[-1] for row in rows]
