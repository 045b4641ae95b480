"""Linear equations over any of the kinds of numbers: residues and fractions exactly, balls where a pivot is certain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flint import arb

from derive.errors import Unevaluable


def solution(rows: Sequence[Sequence[Any]], kept: Sequence[Any]) -> tuple[list[Any], int]:
    """x with Σ_j row[j] x_j = row[-1] for every row, and how many x_j the equations leave open: these are kept.

    Raises Unevaluable where the equations contradict each other, or where balls do not tell.
    """
    reduced, pivots = _reduced([list(row) for row in rows], len(kept))
    if any(not _is_zero(row[-1]) for row in reduced[len(pivots) :]):
        raise Unevaluable("the equations that hypotheses give have no solution on this model")
    found = list(kept)
    for row, pivot in zip(reduced, pivots, strict=False):
        open_ones = [j for j in range(pivot + 1, len(kept)) if j not in pivots]
        found[pivot] = row[-1] - sum((row[j] * kept[j] for j in open_ones), row[-1] * 0)
    return found, len(kept) - len(pivots)


def _reduced(rows: list[list[Any]], unknowns: int) -> tuple[list[list[Any]], list[int]]:
    """The reduced echelon form, and the columns of its pivots."""
    pivots: list[int] = []
    for column in range(unknowns):
        place = len(pivots)
        chosen = _pivot(rows, place, column)
        if chosen is None:
            continue
        rows[place], rows[chosen] = rows[chosen], rows[place]
        lead = rows[place][column]
        rows[place] = [x / lead for x in rows[place]]
        for i, row in enumerate(rows):
            if i != place and row[column] != 0:
                rows[i] = _without(row, rows[place], column)
        pivots.append(column)
    return rows, pivots


def _without(row: list[Any], lead: list[Any], column: int) -> list[Any]:
    """A row less the multiple of another that has a one in a column, so that it has a zero there."""
    factor = row[column]
    found = [x - factor * y for x, y in zip(row, lead, strict=True)]
    found[column] = found[column] * 0
    return found


def _pivot(rows: list[list[Any]], first: int, column: int) -> int | None:
    candidates = [i for i in range(first, len(rows)) if not _is_zero(rows[i][column])]
    certain = [i for i in candidates if not isinstance(rows[i][column], arb) or 0 not in rows[i][column]]
    if candidates and not certain:
        raise Unevaluable("a pivot that may be zero: balls do not tell")
    return certain[0] if certain else None


def _is_zero(x: Any) -> bool:
    """Whether a number is zero; a ball that contains zero and more is not known to be."""
    return bool(x == 0)
