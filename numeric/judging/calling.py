"""What a function takes: its parameters by name, and whether a name is among them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

__all__ = ["name_of", "parameters"]


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
