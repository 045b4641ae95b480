"""One algorithm on one world from several seeds, with checkpoints, curves and figures in a folder.

    run("ppo", "walled-grid", "out", seeds=5)        # again with resume=True, it goes on with the same bits

The parent process alone writes. It hands out stretches of updates, half a second long, and gets states back: so a
run can stop between any two updates, and needs no shared disk when joblib carries it to other machines.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from numeric.errors import TrainError
from numeric.running import archive
from numeric.running.backends import side_by_side, stoppable
from numeric.running.learners import records
from numeric.running.plan import DETERMINISTIC, Plan, plan
from numeric.running.progress import line
from numeric.running.seeds import Seed
from numeric.running.summary import Summary, finished, told

__all__ = ["Summary", "run", "told"]

SEEDS = 5
STRETCH = 0.5  # seconds between two looks at the clock, the terminal and Ctrl-C
SAVED_EVERY = 10.0  # seconds


def run(
    algorithm: str,
    world: str,
    folder: str | os.PathLike[str],
    *,
    seeds: int | None = None,
    updates: int | None = None,
    resume: bool = False,
    jobs: int | None = None,
    backend: str | None = None,
    settings: Mapping[str, Any] | Sequence[str] = (),
    discount: float | None = None,
    report: Callable[[str], None] | None = None,
) -> Summary:
    """θ_k of seeds 0 … seeds-1 for `updates` updates each (default: 5 seeds, and what the algorithm needs).

    `settings` replaces fields of the default ones, as a mapping or as texts NAME=VALUE; `jobs` and `backend` are
    joblib's; `report` gets a line of progress now and then. Ctrl-C ends the run with everything saved.
    Raises TrainError, WorldError, … before anything is written: for an unknown name, a bad setting, a folder that holds
    a run (without `resume`) or none (with it), and a checkpoint that is cut short or of another configuration.
    """
    chosen, place = plan(algorithm, world, settings, discount), Path(folder)
    before = archive.read(place) if resume else {}
    if before:
        _same(before, archive.configuration(chosen), place)
    extent = _extent(chosen, before, seeds, updates)
    started = time.perf_counter()
    records(chosen, 0)  # says at once what it cannot learn on
    learners = [_loaded(place, chosen, n, resume) for n in range(extent["seeds"])]
    with stoppable() as stopped, side_by_side(_jobs(chosen, jobs, backend), backend, stopped) as carry:
        (archive.extend if resume else archive.begin)(place, chosen, extent)
        _train(chosen, learners, extent["updates"], carry, stopped.is_set, place, report or (lambda words: None))
        interrupted = stopped.is_set() and not _done(learners, extent["updates"])
    return finished(chosen, learners, place, interrupted, started)


def _extent(chosen: Plan, before: Mapping[str, Any], seeds: int | None, updates: int | None) -> dict[str, int]:
    """How many seeds and updates: as asked, else as before, else by default."""
    extent = {
        "seeds": before.get("seeds", SEEDS) if seeds is None else seeds,
        "updates": before.get("updates", chosen.updates) if updates is None else updates,
    }
    for name, value in extent.items():
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise TrainError(f"{name} is {value!r}; give an integer >= 1")
    if chosen.algorithm in DETERMINISTIC:
        extent["seeds"] = 1  # nothing is drawn, so that all seeds are alike
    if extent["seeds"] < before.get("seeds", 0):
        raise TrainError(f"seeds is {seeds}, but the run has {before['seeds']}; a run goes on with all its seeds")
    return extent


def _same(before: Mapping[str, Any], now: Mapping[str, Any], place: Path) -> None:
    """Raises TrainError, naming the first difference, unless both are one configuration."""
    for name in ("algorithm", "world", "discount"):
        _agree(name, before.get(name), now[name], place)
    for name in dict.fromkeys([*now["settings"], *before["settings"]]):
        _agree(name, before["settings"].get(name), now["settings"].get(name), place)


def _agree(name: str, before: Any, now: Any, place: Path) -> None:
    if before != now:
        raise TrainError(
            f"the run in {place} has {name} = {before!r}, not {now!r}; go on as it was begun, or elsewhere"
        )


def _loaded(place: Path, chosen: Plan, seed: int, resume: bool) -> Seed:
    state, curve = archive.load(place, chosen, seed) if resume else (None, {})
    return Seed(seed, state, [curve] if curve else [])


def _jobs(chosen: Plan, jobs: int | None, backend: str | None) -> int:
    """As asked; else a core per seed where a run is long: on a named backend, or without a model."""
    if jobs is not None:
        return jobs
    return -1 if backend is not None or (chosen.algorithm != "bandit" and isinstance(chosen.task, str)) else 1


def _done(learners: list[Seed], updates: int) -> bool:
    return all(seed.ended or seed.update >= updates for seed in learners)


def _train(
    chosen: Plan,
    learners: list[Seed],
    updates: int,
    carry: Any,
    stopped: Callable[[], bool],
    place: Path,
    report: Callable[[str], None],
) -> None:
    """Rounds of one stretch of every seed, until all are done or Ctrl-C; what was done is saved in any case."""
    length, started, saved = 1, time.perf_counter(), time.perf_counter()
    first = sum(seed.update for seed in learners)
    unsaved: set[int] = set()
    try:
        while not (stopped() or _done(learners, updates)):
            going, now = [s for s in learners if not s.ended and s.update < updates], time.perf_counter()
            calls = [(chosen, s.number, s.state, min(length, updates - s.update)) for s in going]
            for seed, stretch in zip(going, carry(calls), strict=True):
                if stretch is not None:
                    seed.take(stretch)
                    unsaved.add(seed.number)
            clock = time.perf_counter()
            length = max(1, min(4 * length, math.ceil(length * STRETCH / (clock - now))))
            report(_line(chosen, learners, updates, first, clock - started))
            if clock - saved > SAVED_EVERY:
                _save(place, learners, unsaved)
                saved = time.perf_counter()
    finally:
        report("")
        _save(place, learners, unsaved)


def _save(place: Path, learners: list[Seed], unsaved: set[int]) -> None:
    for seed in learners:
        if seed.number in unsaved and seed.state is not None:
            archive.save(place, seed.state, seed.curve)
            unsaved.discard(seed.number)


def _line(chosen: Plan, learners: list[Seed], updates: int, first: int, elapsed: float) -> str:
    done, total = sum(s.update for s in learners), len(learners) * updates
    endless = chosen.algorithm not in DETERMINISTIC  # the others end when they have converged, nobody knows when
    left = elapsed / (done - first) * (total - done) if done > first and endless else None
    slowest = min(s.update for s in learners)
    return line(slowest, updates if endless else None, [s.stretches[-1] for s in learners if s.stretches], left)
