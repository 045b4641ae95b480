"""What a function takes, what it is called, which names its code uses."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

__all__ = ["bound", "name_of", "names_used", "parameters"]


def parameters(function: Callable[..., Any]) -> list[str]:
    """The names of the parameters that a call must fill, or that may be filled by position."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return ["b"]
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [
        p.name for p in signature.parameters.values() if p.kind in kinds and (p.default is p.empty or p.name in HANDLES)
    ]


HANDLES = ("theta", "choose")


def name_of(function: Callable[..., Any]) -> str:
    """The function's name, or that of its class."""
    return str(getattr(function, "__name__", type(function).__name__))


def bound(function: Callable[..., Any], theta: Any, choose: Any) -> Callable[[Any], Any]:
    """f(b), with `theta` and `choose` filled in where f has parameters of these names; a second one is theta."""
    names = parameters(function)
    takes_theta = "theta" in names[1:] or (len(names) > 1 and names[1] != "choose")
    extra: list[Any] = [theta] if takes_theta else []
    if takes_theta and isinstance(theta, np.ndarray):
        extra[0] = theta.copy()
        extra[0].flags.writeable = False
    if "choose" in names:
        if names.index("choose") == 1:
            extra.insert(0, choose)
        else:
            extra.append(choose)
    return lambda b: function(b, *extra)


def names_used(function: Any, depth: int = 4, seen: set[int] | None = None) -> Iterator[str]:
    """The names and short strings in the function's code, and in that of the functions and classes it calls."""
    seen = set() if seen is None else seen
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
            yield from names_used(found, depth - 1, seen)
        elif isinstance(found, type) and found.__module__ != "builtins":
            for method in vars(found).values():
                if isinstance(method, types.FunctionType):
                    yield from names_used(method, depth - 1, seen)


def _code_names(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _code_names(constant)
        elif isinstance(constant, str) and len(constant) < 20:
            yield constant


def _filled(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return False
    return True
