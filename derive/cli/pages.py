"""The interactive pages beside a book: numeric computes what they replay, once, until a source changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from derive.cli.evidence import remembered


def write_pages(directory: str) -> list[Path]:
    """One file each, in a folder."""
    from derive.sheet.demonstration import write_demonstrations

    return write_demonstrations(_data, directory)


def _data(name: str) -> Any:
    from numeric import demonstrations

    computed = {
        "grid_q_learning": demonstrations.grid,
        "exploration_strategies": demonstrations.exploration,
        "pole_balancer": demonstrations.pole,
    }
    return remembered(("demonstration", name), computed[name])
