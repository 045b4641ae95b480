"""What a function takes: its parameters by name, and whether a name is among them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["bound", "name_of", "parameters"]


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
