"""The greatest or least of several jets: which it is, and how it moves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from numeric.errors import UnevaluableError
from numeric.evaluation import irrationals
from numeric.evaluation.jets import Array, Jet, padded

__all__ = ["extreme"]


def extreme(jets: Sequence[Jet], sign: int) -> Jet:
    """The greatest of several for sign 1, the least for -1; no derivative where several are so and move apart."""
    size = max(len(jet.value) for jet in jets)
    columns = [jet.spread(size).parts for jet in padded(jets)]
    if columns[0][0].dtype != object:
        return _float_extreme([np.stack(parts) for parts in zip(*columns, strict=True)], sign)
    rows = zip(*(zip(*parts, strict=True) for parts in columns), strict=True)
    found = [_one_extreme(row, sign) for row in rows]
    whole = np.empty((size, len(columns[0])), dtype=object)
    for k, entry in enumerate(found):
        whole[k] = entry
    return Jet(*whole.T)


def _float_extreme(parts: list[Array], sign: int) -> Jet:
    chosen = np.argmax(sign * parts[0], axis=0)[None]
    best = [np.take_along_axis(part, chosen, axis=0)[0] for part in parts]
    tied = parts[0] == best[0]
    if any((tied & (part != found)).any() for part, found in zip(parts[1:], best[1:], strict=True)):
        raise UnevaluableError("the derivative of a min or max at a point where its arguments agree")
    return Jet(*best)


def _one_extreme(entries: Sequence[tuple[Any, ...]], sign: int) -> tuple[Any, ...]:
    """The extreme of several (value, ẋ, ẍ)."""
    top = [e for e in entries if not any(irrationals.exceeds(o[0], e[0], sign) for o in entries)]
    first = top[0]
    if all(irrationals.equal(e[0], first[0]) for e in top):
        if not all(irrationals.equal(p, q) for e in top for p, q in zip(e[1:], first[1:], strict=True)):
            raise UnevaluableError("the derivative of a min or max at a point where its arguments agree")
        return first
    if len(top) == 1:
        return first
    if len(first) > 1:
        raise UnevaluableError("the derivative of a min or max of values that float64 cannot tell apart")
    return (irrationals.either([e[0] for e in top], sign),)
