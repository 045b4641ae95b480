"""Starting from nothing: what SymPy and derive remember of earlier terms would answer for them."""

from __future__ import annotations

import sys

from sympy.core.cache import clear_cache


def forget() -> None:
    """Empty the caches of SymPy and of derive."""
    clear_cache()
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "derive":
            for value in vars(module).values():
                if hasattr(value, "cache_clear"):
                    value.cache_clear()
