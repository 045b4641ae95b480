"""The benchmarks by name, and the groups they stand in: a group is a file."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from benchmarks.measure import Row

GROUPS = ("deciding", "proving", "checking", "enumeration", "sampling", "gradient", "training", "estimators")
Run = Callable[[str, float], Row]


@dataclass(frozen=True)
class Benchmark:
    """A function of its name and of the seconds it may spend, and the packages that its peer needs."""

    name: str
    group: str
    run: Run
    needs: tuple[str, ...] = ()
    slow: bool = False  # left out by --quick

    @property
    def missing(self) -> list[str]:
        return [package for package in self.needs if find_spec(package) is None]


_ENTERED: dict[str, Benchmark] = {}


def benchmark(name: str, *, group: str, needs: tuple[str, ...] = (), slow: bool = False) -> Callable[[Run], Run]:
    """Enter a function under a name; a name is entered once."""

    def enter(run: Run) -> Run:
        if name in _ENTERED:
            raise ValueError(f"there is a benchmark named {name} already")
        _ENTERED[name] = Benchmark(name, group, run, needs, slow)
        return run

    return enter


def chosen(names: Sequence[str], *, quick: bool) -> list[Benchmark]:
    """The benchmarks of these names or groups, or all. Raises ValueError, with the nearest names."""
    for group in GROUPS:
        import_module(f"benchmarks.{group}")
    for name in names:
        if name not in _ENTERED and name not in GROUPS:
            known = [*GROUPS, *_ENTERED]
            near = difflib.get_close_matches(name, known, cutoff=0.5) or known
            raise ValueError(f"no benchmark is named {name!r}; did you mean {', '.join(near)}?")
    if names:
        return [b for b in _ENTERED.values() if b.name in names or b.group in names]
    return [b for b in _ENTERED.values() if not (quick and b.slow)]
