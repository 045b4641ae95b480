"""Two functions timed in turns: medians, so that what else the machine does falls on both.

A ratio above 1 says that ours is better: peer / ours for times, ours / peer for rates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from statistics import median
from time import perf_counter
from typing import Any

LEAST, MOST = 3, 15  # rounds
PATIENCE = 6  # budgets after which fewer than LEAST rounds must do
SHORTEST = 2e-3  # seconds; what takes less is called several times and divided
UNITS = {"s": 1.0, "ms": 1e3, "µs": 1e6}


@dataclass(frozen=True)
class Row:
    """What was measured: `ours` and `peer` in `unit`, and how many times better ours is."""

    name: str
    ours: float
    peer: float | None
    ratio: float | None
    unit: str


class WrongAnswer(Exception):
    """A benchmark's function did not give what it is timed for."""


@dataclass(frozen=True)
class Timed:
    """A function, the amount of work one call does, a test of its result, and what to do, untimed, before a call."""

    run: Callable[[], Any]
    work: float = 1.0
    right: Callable[[Any], bool] = lambda result: True
    before: Callable[[], object] | None = None

    def seconds(self, calls: int = 1) -> float:
        """The seconds of one call, averaged over `calls` of them."""
        if self.before is not None:
            self.before()
        start = perf_counter()
        for _ in range(calls):
            result = self.run()
        spent = (perf_counter() - start) / calls
        if not self.right(result):
            raise WrongAnswer(f"gave {result!r}")
        return spent

    def calls(self, seconds: float) -> int:
        """How many calls make a measurable time; a call that must be prepared is timed alone."""
        return 1 if self.before is not None else ceil(SHORTEST / max(seconds, 1e-9))


def times(name: str, ours: Timed, peer: Timed | None, budget: float, unit: str = "ms") -> Row:
    """The median times of a call."""
    mine, theirs = _medians(ours, peer, budget)
    scale = UNITS[unit]
    if theirs is None:
        return Row(name, mine * scale, None, None, unit)
    return Row(name, mine * scale, theirs * scale, theirs / mine, unit)


def rates(name: str, ours: Timed, peer: Timed, budget: float, unit: str, scale: float) -> Row:
    """The median amounts of work in a second, in multiples of `scale`."""
    mine, theirs = _medians(ours, peer, budget)
    assert theirs is not None
    rate, reference = ours.work / mine / scale, peer.work / theirs / scale
    return Row(name, rate, reference, rate / reference, unit)


def _medians(ours: Timed, peer: Timed | None, budget: float) -> tuple[float, float | None]:
    """Alternate until the budget, in seconds, is spent; each side goes first every other round."""
    sides = [side for side in (ours, peer) if side is not None]
    spent: dict[int, list[float]] = {i: [] for i in range(len(sides))}
    calls, start = [1] * len(sides), perf_counter()
    for turn in range(MOST):
        patience = budget if turn >= LEAST else PATIENCE * budget
        if perf_counter() - start > patience:
            break
        for i in sorted(spent, reverse=bool(turn % 2)):
            spent[i].append(sides[i].seconds(calls[i]))
            calls[i] = sides[i].calls(min(spent[i]))
    mine, *theirs = (median(spent[i]) for i in spent)
    return mine, theirs[0] if theirs else None
