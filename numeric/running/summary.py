"""What a run came to: the curves and figures in the folder, and a summary in words."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from numeric.control import optimal_objective
from numeric.errors import NumericError
from numeric.exact import objective
from numeric.mdp import FiniteMDP
from numeric.running import archive
from numeric.running.learners import policy
from numeric.running.pictures import draw
from numeric.running.plan import Plan
from numeric.running.progress import latest
from numeric.running.seeds import Seed
from numeric.training.records import State

__all__ = ["Summary", "finished", "told"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Summary:
    """What a run came to: numbers after the last update, as means over the seeds (None where there are none).

    `mean_return` and its deviation `spread` over the seeds are of the last batch, `objective` is the exact J of the
    policies learnt, `optimum` the best J that there is; `regret` by the way to choose, of bandits alone.
    """

    algorithm: str
    world: str
    seeds: int
    updates: int
    interrupted: bool
    mean_return: float | None
    spread: float | None
    objective: float | None
    optimum: float | None
    regret: dict[str, float]
    seconds: float
    files: tuple[str, ...]


def told(summary: Summary) -> str:
    """The summary in a few lines."""
    s, seeds = summary, "1 seed" if summary.seeds == 1 else f"{summary.seeds} seeds"
    lines = [f"{s.algorithm} on {s.world}: {seeds}, {s.updates} updates, {s.seconds:.1f} s"]
    if s.mean_return is not None and s.spread is not None:
        lines.append(f"return of the last batch {s.mean_return:.4g} ± {s.spread:.2g}")
    if s.objective is not None:
        lines.append(f"exact J of the policy learnt {s.objective:.6g}")
    if s.optimum is not None:
        lines.append(f"best possible {s.optimum:.6g}")
    lines += [f"regret of {name.replace('_', '-')} {regret:.4g}" for name, regret in s.regret.items()]
    if s.interrupted:
        lines.append("interrupted; everything is saved: the same line with --resume goes on")
    return "\n".join([*lines, *s.files])


def finished(chosen: Plan, learners: list[Seed], place: Path, interrupted: bool, started: float) -> Summary:
    """Writes the curves and, if there is anything to see, the figures."""
    curves = [s.curve for s in learners if s.curve]
    states = [s.state for s in learners if s.state is not None]
    optimum, final = _optimum(chosen), _final(chosen, states)
    archive.replaced(place / "curve.csv", archive.table([(s.number, s.curve) for s in learners if s.curve]))
    pictures = draw(chosen, curves, states, optimum, place, film=not interrupted) if curves else {}
    files = [place / "curve.csv", place / "curve.json", *pictures, place / "checkpoints"]
    returns = latest(curves, "mean_return")
    summary = Summary(
        algorithm=chosen.algorithm, world=chosen.world, seeds=len(learners),
        updates=min(s.update for s in learners), interrupted=interrupted,
        mean_return=float(returns.mean()) if returns.size else None,
        spread=float(returns.std()) if returns.size else None,
        objective=final, optimum=optimum,
        regret={n.removeprefix("regret_"): float(latest(curves, n).mean()) for n in _regrets(curves)},
        seconds=round(time.perf_counter() - started, 3), files=tuple(str(f) for f in files),
    )  # fmt: skip
    archive.replaced(place / "curve.json", _as_json(chosen, learners, pictures))
    return summary


def _regrets(curves: list[dict[str, Floats]]) -> list[str]:
    return [name for name in (curves[0] if curves else {}) if name.startswith("regret_")]


def _optimum(chosen: Plan) -> float | None:
    """The best J, None without a model or where policy iteration has no answer."""
    if chosen.algorithm == "bandit" or not isinstance(chosen.task, FiniteMDP):
        return None
    try:
        return optimal_objective(chosen.task)
    except NumericError:
        return None


def _final(chosen: Plan, states: list[State]) -> float | None:
    """The mean over the seeds of the exact J of what was learnt."""
    if not states or chosen.algorithm == "bandit" or not isinstance(chosen.task, FiniteMDP):
        return None
    try:
        return float(np.mean([objective(chosen.task, policy(chosen, state)) for state in states]))
    except NumericError:
        return None


def _as_json(chosen: Plan, learners: list[Seed], pictures: Mapping[Path, str]) -> str:
    """The configuration, the curve of every seed, and what each picture shows in words."""
    runs = [{"seed": s.number, **{name: _nulls(x) for name, x in s.curve.items()}} for s in learners]
    alt = {path.name: words for path, words in pictures.items()}
    return json.dumps({**archive.configuration(chosen), "runs": runs, "alt": alt}, ensure_ascii=False) + "\n"


def _nulls(column: Floats) -> list[float | None]:
    return [x if math.isfinite(x) else None for x in column.tolist()]
