"""Letters that solve an equation at every element: V(s) = Σ_a π(a|s) (r(s,a) + γ Σ_s' P(s'|s,a) V(s')), exactly.

Newton's method in fractions: where the right side is affine in the letter, one step is the solution; where it holds a
maximum over the letter, each step is one of policy iteration. The derivative by θ solves the last linear system. What
the right side adds to a multiple of the letter may be irrational, and then so is the solution.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

from numeric.errors import UnevaluableError
from numeric.evaluate import number
from numeric.evaluation.irrationals import Number, equal

__all__ = ["solved"]

MAX_STEPS = 50
MAX_BITS = 10_000  # of a fraction: where an equation is not linear its numerators double in length with every step
DIRECTION = ("real", "direction")
Wire = Any
Model = dict[str, Any]


def solved(model: Mapping[str, Any], equations: Sequence[Wire]) -> Model:
    """The model with tables for the letters on the left of ("Always", lhs, rhs), one after another; of
    ("Equation", lhs, rhs) too, which says nothing of what they are at other parameters.

    Raises UnevaluableError where a left side is no letter at distinct variables, or a system has no single solution.
    """
    full = {**model, "letters": dict(model["letters"]), "elements": dict(model["elements"])}
    waiting = [(_unknown(lhs, rhs), kind == "Always") for kind, lhs, rhs in equations]
    while waiting:
        keys = {key for (key, *_), _ in waiting}
        ready = next((w for w in waiting if not keys & (set(_letters(w[0][3])) - {w[0][0]})), waiting[0])
        waiting.remove(ready)
        _solve(full, *ready[0], lasting=ready[1])
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


def _solve(
    model: Model, key: str, parameter: Wire | None, variables: Sequence[Wire], rhs: Wire, lasting: bool
) -> None:  # fmt: skip
    side = _Side(model, key, variables)
    found: list[Number] = [Fraction(i + 1) for i in range(len(side.keys))]  # no two equal: their maximum is one of them
    for _ in range(MAX_STEPS):
        matrix, right = side.linearised(rhs, found)
        found = _solution(matrix, right, key)
        if any(max(x.numerator.bit_length(), x.denominator.bit_length()) > MAX_BITS for x in _fractions(found)):
            raise UnevaluableError(f"the equation for {key} is not solved by fractions of {MAX_BITS} binary digits")
        if all(equal(*pair) is not False for pair in zip(side(_varied(rhs, key, None), found), found, strict=True)):
            break
    else:
        raise UnevaluableError(f"the equation for {key} is not solved within {MAX_STEPS} steps; the last gave {found}")
    columns = [found]
    moved = (("Gradient", _varied(rhs, key, None), p) for p in _parameters(rhs))
    if parameter is None and lasting and any(_moves(slope) for wire in moved for slope in side(wire, found)):
        raise UnevaluableError(f"{key} has no parameter, but what its equation says it is changes with one")
    if parameter:
        matrix, slope = side.linearised(rhs, found)[0], _varied(rhs, key, parameter)
        for _ in ("tangent", "second") if _bent(model, rhs) else ("tangent",):
            slope = ("Gradient", slope, parameter)
            columns.append(_solution(matrix, side(slope, *columns), key))
    model["letters"][key] = side.rows(*columns)


def _fractions(numbers: Sequence[Number]) -> list[Fraction]:
    return [x for x in numbers if isinstance(x, Fraction)]


def _moves(slope: Number) -> bool:
    return equal(slope, Fraction(0)) is False


def _parameters(wire: Wire) -> set[Wire]:
    """The parameters of the letters of a term."""
    if not isinstance(wire, (tuple, list)):
        return set()
    own = {tuple(wire[4])} if wire and wire[0] == "letter" and wire[4] is not None else set()
    return own.union(*map(_parameters, wire))


def _bent(model: Model, rhs: Wire) -> bool:
    """Whether the model gives second derivatives to some letter of the right side, and so means them for all."""
    return any("second" in model["letters"].get(key, {}) for key in _letters(rhs))


def _varied(wire: Wire, key: str, parameter: Wire | None) -> Wire:
    """The letter of this key as any function of a parameter, or as one that is held."""
    if not isinstance(wire, (tuple, list)):
        return wire
    if wire and wire[0] == "letter" and f"{wire[1]}/{len(wire[2])}" == key:
        return (*wire[:3], False, parameter)
    return tuple(_varied(part, key, parameter) for part in wire)


class _Side:
    """The right side of an equation at every element, for any table of the letter that it defines."""

    def __init__(self, model: Model, key: str, variables: Sequence[Wire]) -> None:
        self.model, self.key, self.variables = model, key, variables
        self.keys = list(product(*(_elements(model, v[2]) for v in variables)))

    def rows(self, *columns: Sequence[Number]) -> dict[str, Any]:
        named = zip(("table", "tangent", "second"), columns, strict=False)
        return {
            name: [[list(k), str(x) if isinstance(x, Fraction) else x] for k, x in zip(self.keys, c, strict=True)]
            for name, c in named
        }

    def __call__(self, wire: Wire, *columns: Sequence[Number]) -> list[Number]:
        """With this table of the letter and its derivatives; those that are not given are zero."""
        zero = [Fraction(0)] * len(self.keys)
        rows = self.rows(*columns, *[zero] * (3 - len(columns)))
        return [_at(self.model, self.key, rows, self.variables, k, wire) for k in self.keys]

    def linearised(self, rhs: Wire, at: Sequence[Number]) -> tuple[list[list[Fraction]], list[Number]]:
        """(1 − A, F(x) − A x) at x, A the derivative of the right side F by the entries of the letter."""
        places = range(len(self.keys))
        slope = ("Gradient", _varied(rhs, self.key, DIRECTION), DIRECTION)
        columns = [self._exact(self(slope, at, [Fraction(i == j) for i in places])) for j in places]
        matrix = [[Fraction(i == j) - columns[j][i] for j in places] for i in places]
        images = self(_varied(rhs, self.key, None), at)
        return matrix, [sum((-columns[j][i] * at[j] for j in places), images[i]) for i in places]

    def _exact(self, column: Sequence[Number]) -> list[Fraction]:
        if len(_fractions(column)) != len(column):
            raise UnevaluableError(f"the equation for {self.key} multiplies it with what is no fraction")
        return _fractions(column)


def _elements(model: Model, domain: Wire) -> list[int]:
    return list(domain[2] if domain[2] is not None else model["domains"][domain[1]])


def _at(
    model: Model, key: str, table: Any, variables: Sequence[Wire], elements: Sequence[int], wire: Wire
) -> Number:  # fmt: skip
    names = {v[1]: e for v, e in zip(variables, elements, strict=True)}
    at = {**model, "letters": model["letters"] | {key: table}, "elements": model["elements"] | names}
    return number(wire, at)


def _solution(matrix: Sequence[Sequence[Fraction]], right: Sequence[Number], key: str) -> list[Number]:
    """Gauss–Jordan elimination with a matrix of fractions."""
    rows: list[list[Any]] = [[*row, b] for row, b in zip(matrix, right, strict=True)]
    for column in range(len(rows)):
        pivot = next((i for i in range(column, len(rows)) if rows[i][column]), None)
        if pivot is None:
            raise UnevaluableError(f"the equation for {key} has no single solution here")
        rows[column], rows[pivot] = rows[pivot], rows[column]
        head = rows[column][column]
        rows[column] = [x * (1 / head) for x in rows[column]]
        for i, row in enumerate(rows):
            if i != column and row[column]:
                rows[i] = [x + -row[column] * y for x, y in zip(row, rows[column], strict=True)]
    return [row[-1] for row in rows]
