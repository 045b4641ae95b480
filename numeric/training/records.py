"""What training yields: a record per update, the state to go on from, the result of a run."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import os
import tempfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.errors import TrainError
from numeric.mdp import FiniteMDP

__all__ = ["Record", "Result", "State", "Task", "check_resumes", "curve", "fingerprint"]

Floats = NDArray[np.float64]
Arrays = dict[str, NDArray[Any]]
Task = FiniteMDP | str
"""A finite MDP, or the name under which Gymnasium knows an environment with discrete actions."""

FORMAT = 1


@dataclass(frozen=True, eq=False)
class State:
    """Everything needed to go on with the same bits: θ_k, the optimiser's and the environments' memory, the generator.

    `parameters`, `optimiser` and `environment` are named arrays, `rng` the state of the bit generator,
    `task` the fingerprint of the task and `settings` the fields of the settings that the run was started with.
    """

    algorithm: str
    task: str
    settings: dict[str, Any]
    seed: int
    update: int
    episodes: int
    steps: int
    parameters: Arrays
    optimiser: Arrays
    environment: Arrays
    rng: dict[str, Any]

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes one .npz (arrays, and the rest as JSON), whole or not at all: under another name, then renamed."""
        target = Path(path)
        header = {f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.name not in _ARRAYS}
        arrays = {f"{group}/{name}": array for group in _ARRAYS for name, array in getattr(self, group).items()}
        text = json.dumps({"format": FORMAT, **header}, sort_keys=True)
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
            try:
                np.savez(file, header=np.frombuffer(text.encode(), np.uint8), **arrays)
                file.flush()
                os.fsync(file.fileno())
                os.replace(file.name, target)
            except BaseException:
                os.unlink(file.name)
                raise

    @staticmethod
    def load(path: str | os.PathLike[str]) -> State:
        """The state that `save` wrote. Raises TrainError for a file that is cut short or holds something else."""
        source = Path(path)
        if not source.is_file():
            raise TrainError(f"{source} is not a file; give a checkpoint that a training run has written")
        try:
            with np.load(io.BytesIO(source.read_bytes()), allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
            header = json.loads(arrays.pop("header").tobytes())
            if header.pop("format") != FORMAT:
                raise TrainError(f"{source} has another format than {FORMAT}; train again with this version")
            groups: dict[str, Arrays] = {group: {} for group in _ARRAYS}
            for name, array in arrays.items():
                group, _, key = name.partition("/")
                groups[group][key] = array
            fields: dict[str, Any] = {**header, **groups}
            _check_types(fields)
            return State(**fields)
        except (
            zipfile.BadZipFile,
            EOFError,
            OSError,
            ValueError,
            KeyError,
            TypeError,
            AttributeError,
        ) as cause:
            if isinstance(cause, TrainError):
                raise
            raise TrainError(
                f"{source} is no whole checkpoint ({cause}); go on from an earlier one or begin again"
            ) from cause


_ARRAYS = ("parameters", "optimiser", "environment")
_TYPES = {"algorithm": str, "task": str, "settings": dict, "seed": int, "update": int, "rng": dict}


def _check_types(fields: dict[str, Any]) -> None:
    for name, kind in _TYPES.items():
        if not isinstance(fields[name], kind):
            raise TypeError(f"{name} is {fields[name]!r}")


@dataclass(frozen=True, eq=False)
class Record:
    """Update k = 1, 2, …: what θ_{k-1}, fixed while its batch was sampled, returned, and the state with the new θ_k.

    `episodes` and `steps` count from the start of the run. `mean_return` is the mean return of the batch, on a
    finite MDP discounted as in J, on a Gymnasium environment the plain sum of rewards over the last 100 episodes
    that ended (NaN before the first). `objective` is the exact J of the θ that sampled the batch, None without a
    model. `values` are further numbers by name.
    """

    update: int
    episodes: int
    steps: int
    mean_return: float
    objective: float | None
    values: dict[str, float]
    state: State


@dataclass(frozen=True, eq=False)
class Result:
    """A run: one array per field of its records (`objective` is NaN without a model), and the last state."""

    algorithm: str
    world: str
    seed: int
    curve: dict[str, Floats]
    state: State


def curve(records: Iterable[Record]) -> dict[str, Floats]:
    """The numbers of the records as arrays by name: `update`, `episodes`, …, `objective`, and the values."""
    rows = [_numbers(record) for record in records]
    names = list(dict.fromkeys(name for row in rows for name in row))
    return {name: np.array([row.get(name, np.nan) for row in rows]) for name in names}


def _numbers(record: Record) -> dict[str, float]:
    objective = np.nan if record.objective is None else record.objective
    fixed = {"update": record.update, "episodes": record.episodes, "steps": record.steps}
    return {**fixed, "mean_return": record.mean_return, "objective": objective, **record.values}


def fingerprint(task: Task) -> str:
    """What two tasks share only if they are the same: the name, or a hash of ρ_0, P, r, γ, T and the terminals."""
    if isinstance(task, str):
        return task
    digest = hashlib.sha256(f"{task.transition.shape} {task.discount!r} {task.horizon}".encode())
    for array in (task.initial, task.transition, task.reward, task.terminal):
        digest.update(np.ascontiguousarray(array).tobytes())
    return f"FiniteMDP {digest.hexdigest()[:32]}"


def check_resumes(saved: State, fresh: State) -> None:
    """Raises TrainError, naming the first difference, unless `saved` is of the run that begins with `fresh`."""
    for name in ("algorithm", "task", "seed"):
        _agree(name, getattr(saved, name), getattr(fresh, name))
    for name in dict.fromkeys([*fresh.settings, *saved.settings]):
        _agree(name, saved.settings.get(name), fresh.settings.get(name))
    for name in dict.fromkeys([*fresh.parameters, *saved.parameters]):
        shapes = [state.parameters[name].shape if name in state.parameters else None for state in (saved, fresh)]
        _agree(f"the shape of {name}", *shapes)


def _agree(name: str, saved: Any, asked: Any) -> None:
    if saved != asked:
        raise TrainError(
            f"the checkpoint has {name} = {saved!r}, this run {asked!r}; "
            "go on with the configuration that wrote it, or begin again elsewhere"
        )
