"""The exact judge of policy-gradient mathematics: one language, three readings.

A statement is one term (`derive.terms`, with the field's letters in `derive.notation`). It is printed (`latex`,
`text`), evaluated exactly on finite models (`decide`), and proved in a small kernel (`prove`, `derive.calc`).
Everything here is imported when it is first used.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOME = {
    "Equation": "terms",
    "check_paths": "book.check",
    "decide": "models",
    "derivation": "catalogue",
    "latex": "printing",
    "load": "catalogue",
    "prove": "prove",
    "replay": "kernel",
    "text": "printing",
}
__all__ = ["__version__", *_HOME]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'derive' has no attribute {name!r}; it has {', '.join(sorted(_HOME))}")
    return getattr(import_module(f"derive.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
