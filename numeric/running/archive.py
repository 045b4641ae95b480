"""The folder of a run: its configuration, a checkpoint and a curve per seed, written whole or not at all."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.errors import TrainError
from numeric.running.learners import records
from numeric.running.plan import Plan
from numeric.training.records import State

__all__ = ["OURS", "begin", "configuration", "extend", "load", "read", "replaced", "save", "table"]

Curve = dict[str, NDArray[Any]]

OURS = ("run.json", "checkpoints", "curve.csv", "curve.json", "learning.svg", "learning.pdf", "policy.gif")
COUNTS = ("seed", "update", "episodes", "steps")


def configuration(plan: Plan) -> dict[str, Any]:
    """What a checkpoint must agree with: algorithm, world, discount, settings."""
    return {
        "algorithm": plan.algorithm, "world": plan.world, "discount": plan.discount,
        "settings": dataclasses.asdict(plan.settings),
    }  # fmt: skip


def begin(folder: Path, plan: Plan, extent: Mapping[str, int]) -> None:
    """Makes the folder for a new run. Raises TrainError where it cannot be written or holds a run already."""
    there = [name for name in OURS if (folder / name).exists()]
    if there:
        raise TrainError(
            f"{folder} holds {', '.join(there)} already; go on with that run (--resume) or choose another folder"
        )
    try:
        (folder / "checkpoints").mkdir(parents=True)
        with open(folder / "run.json", "x", encoding="utf-8") as file:
            file.write(_configured(plan, extent))
    except OSError as cause:
        raise TrainError(f"{folder} cannot be written: {cause}; choose another folder") from cause


def read(folder: Path) -> dict[str, Any]:
    """The configuration that `begin` wrote, with the seeds and updates. Raises TrainError where there is none."""
    source = folder / "run.json"
    if not source.is_file():
        raise TrainError(f"{folder} holds no run to go on with; begin one without --resume")
    try:
        found = json.loads(source.read_text(encoding="utf-8"))
        wanted = {"algorithm": str, "world": str, "settings": dict, "seeds": int, "updates": int}
        if not isinstance(found, dict) or not all(isinstance(found.get(k), t) for k, t in wanted.items()):
            raise ValueError(f"it should be an object with {', '.join(wanted)}")
    except (ValueError, OSError, RecursionError) as cause:
        raise TrainError(f"{source} is no configuration of a run ({cause}); begin again in another folder") from cause
    return found


def extend(folder: Path, plan: Plan, extent: Mapping[str, int]) -> None:
    """Notes how far a run is to go now. Raises TrainError where the folder cannot be written."""
    try:
        replaced(folder / "run.json", _configured(plan, extent))
    except OSError as cause:
        raise TrainError(f"{folder} cannot be written: {cause}; make it writable") from cause


def _configured(plan: Plan, extent: Mapping[str, int]) -> str:
    return json.dumps({**configuration(plan), **extent}, ensure_ascii=False, indent=2) + "\n"


def save(folder: Path, state: State, curve: Curve) -> None:
    """The curve first: whenever the writing is cut off, the curve on disk reaches at least as far as the checkpoint."""
    stem = _stem(folder, state.seed)
    replaced(stem.with_suffix(".csv"), table([(state.seed, curve)]))
    state.save(stem.with_suffix(".npz"))


def load(folder: Path, plan: Plan, seed: int) -> tuple[State | None, Curve]:
    """The state and the curve of a seed, (None, {}) before its first checkpoint.

    Raises TrainError for a file that is cut short or of another configuration.
    """
    stem = _stem(folder, seed)
    if not stem.with_suffix(".npz").exists():
        return None, {}
    state = State.load(stem.with_suffix(".npz"))
    try:
        records(plan, seed, state)
    except TrainError as cause:
        raise TrainError(f"{stem.with_suffix('.npz')}: {cause}") from cause
    return state, _curve(stem.with_suffix(".csv"), state)


def _stem(folder: Path, seed: int) -> Path:
    return folder / "checkpoints" / f"seed-{seed}"


def _curve(source: Path, state: State) -> Curve:
    try:
        text = source.read_text(encoding="utf-8")
        if not text.endswith("\n"):
            raise ValueError("its last line is cut short")
        header, *rows = csv.reader(io.StringIO(text))
        numbers = [[float(x) if x else np.nan for x in row] for row in rows[: state.update]]
        columns: Curve = dict(zip(header, np.array(numbers, dtype=np.float64).T, strict=True))
        if columns.pop("seed").tolist() != [state.seed] * state.update:
            raise ValueError(f"it should have {state.update} rows of seed {state.seed}")
        if columns["update"].tolist() != list(range(1, state.update + 1)):
            raise ValueError(f"its updates are not 1 to {state.update}")
    except (OSError, ValueError, KeyError, IndexError) as cause:
        raise TrainError(
            f"{source} is not the whole curve of its checkpoint ({cause}); begin again elsewhere"
        ) from cause
    return {name: column.astype(np.int64) if name in COUNTS else column for name, column in columns.items()}


def table(curves: Sequence[tuple[int, Curve]]) -> str:
    """Rows of seed, update, … as CSV; every number reads back as the same bits, and NaN is empty."""
    names = list(dict.fromkeys(name for _, curve in curves for name in curve))
    lines = [",".join(["seed", *names])]
    for seed, curve in curves:
        columns = [_words(name, curve[name]) for name in names]
        lines += [f"{seed}," + ",".join(row) for row in zip(*columns, strict=True)]
    return "\n".join(lines) + "\n"


def _words(name: str, column: NDArray[Any]) -> list[str]:
    if name in COUNTS:
        return [str(int(x)) for x in column]
    return ["" if x != x else repr(x) for x in column.tolist()]


def replaced(target: Path, text: str | bytes) -> None:
    """Writes under another name, then renames: a reader sees the old file or the new one, never a part."""
    data = text.encode() if isinstance(text, str) else text
    part = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with open(part, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
