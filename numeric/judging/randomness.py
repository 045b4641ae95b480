"""Two answers for one batch: does the function draw at random, or remember earlier calls?"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

__all__ = ["draws_at_random"]

WORDS = (
    "rand",
    "rng",
    "shuffle",
    "permutation",
    "choice",
    "dropout",
    "multinomial",
    "sample",
    "bernoulli",
    "seed",
)
DEPTH = 4


def draws_at_random(function: Callable[..., Any]) -> bool:
    """Whether the function, or one of its module's that it calls, names a source of randomness."""
    return any(word in name.lower() for name in _names(function, DEPTH, set()) for word in WORDS)


def _names(function: Any, depth: int, seen: set[int]) -> Iterator[str]:
    """The names that the function's code uses, its closure's and its callees'."""
    function = getattr(function, "func", function)
    function = getattr(function, "__wrapped__", function)
    code = getattr(function, "__code__", None)
    if code is None and callable(function) and not isinstance(function, type):
        function = getattr(type(function), "__call__", None)  # noqa: B004
        code = getattr(function, "__code__", None)
    if code is None or id(code) in seen or depth == 0:
        return
    seen.add(id(code))
    yield from _code_names(code)
    scope = getattr(function, "__globals__", {})
    cells = [cell.cell_contents for cell in getattr(function, "__closure__", None) or () if _filled(cell)]
    for found in [*(scope[name] for name in _code_names(code) if name in scope), *cells]:
        if isinstance(found, np.random.Generator | np.random.RandomState):
            yield "rng"
        elif isinstance(found, types.FunctionType):
            yield from _names(found, depth - 1, seen)


def _code_names(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _code_names(constant)


def _filled(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return False
    return True
