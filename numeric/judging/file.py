"""A function of a Python file judged in a child process, which is killed when time is up."""

from __future__ import annotations

import contextlib
import difflib
import functools
import importlib.util
import inspect
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from numeric.errors import EstimatorError
from numeric.isolation import run_module, write_answer
from numeric.judging.asked import KINDS, Asked
from numeric.judging.judge import judged
from numeric.judging.objectives import named
from numeric.judging.picture import picture
from numeric.judging.targets import target_named
from numeric.judging.verdicts import Verdict

__all__ = ["judge_file", "load_function"]

MODULE = "judged_file"  # a name that the file itself will not import


def judge_file(
    path: str | Path,
    function_name: str,
    *,
    timeout: float = 60.0,
    kind: str | None = None,
    objective: str | None = None,
    batch: int | None = None,
    shared_start: bool | None = None,
    max_examples: int = 50,
    seed: int = 0,
) -> Verdict:
    """The judge on a function of a Python file, in a child process that is killed after `timeout` seconds.

    A function under `@unbiased` brings its own kind, batch, objective; what is given here goes before. Raises
    EstimatorError as `judge` does, and for a file that is not there or cannot be loaded, an unknown name (with the
    nearest ones), no answer in time (with the MDP it was on), or a process that ends itself.
    """
    if not Path(path).is_file():
        what = "is not a file" if Path(path).exists() else "does not exist"
        raise EstimatorError(f"{path} {what}; give the path of a Python file that defines {function_name}")
    given = {"kind": kind, "objective": objective, "batch": batch, "shared_start": shared_start}
    request = [
        str(path),
        function_name,
        {k: v for k, v in given.items() if v is not None},
        max_examples,
        seed,
        timeout,
    ]
    _check(given)
    outcome = run_module("numeric.judging.file", json.dumps(request), timeout=timeout)
    if "verdict" in outcome.files:
        return Verdict(**json.loads(outcome.files["verdict"]))
    if "error" in outcome.files:
        raise EstimatorError(outcome.files["error"])
    where = outcome.files.get("case", "(it was still being loaded)").replace("\n", "; ")
    if outcome.status is None:
        raise EstimatorError(f"{function_name} did not end within {timeout:g} seconds; it was on {where}")
    raise EstimatorError(f"{function_name} ended its own process, with status {outcome.status}; it was on {where}")


def _check(given: dict[str, Any]) -> None:
    """What can be refused before a process is started."""
    if given["kind"] is not None and given["kind"] not in KINDS:
        raise EstimatorError(f"kind is {given['kind']!r}; the known kinds are {', '.join(KINDS)}")
    if given["objective"] is not None and given["kind"] is not None:
        (target_named if given["kind"] == "value_target" else named)(given["objective"])


def main(folder: str, request: str) -> None:
    """Judges as `judge_file` asked; answers by the files `case`, `verdict` and `error` in `folder`."""
    path, name, given, max_examples, seed, timeout = json.loads(request)
    answer = functools.partial(write_answer, folder)
    try:
        with _collapsed_output() as notes:
            function, own = _undecorated(load_function(path, name))
            options = (
                {"kind": "numpy"}
                | own
                | given
                | {"mdps": max_examples, "seed": seed, "timeout": 10 * timeout, "compare": True}
            )
            asked = Asked(**options)
            found = judged(function, asked, lambda case: answer("case", picture(case)))
        extra = [n for n in notes if not any(" prints (" in other for other in found.notes)]
        answer("verdict", json.dumps(asdict(replace(found, notes=found.notes + extra))))
    except EstimatorError as error:
        answer("error", str(error))


@contextlib.contextmanager
def _collapsed_output() -> Iterator[list[str]]:
    """What the file prints, at any level, becomes one note: how many lines, and the first."""
    notes: list[str] = []
    sys.stdout.flush()
    kept = os.dup(1)
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), 1)
        try:
            yield notes
        finally:
            sys.stdout.flush()
            os.dup2(kept, 1)
            os.close(kept)
            file.seek(0)
            lines = file.read().decode(errors="replace").splitlines()
            if lines:
                count = "1 line" if len(lines) == 1 else f"{len(lines):,} lines"
                notes.append(f"the file prints ({count}, the first: {lines[0][:60]!r})")


def _undecorated(function: Callable[..., Any]) -> tuple[Callable[..., Any], dict[str, Any]]:
    """The estimator under `@unbiased`, and how it asks to be judged; another function as it is."""
    asked = getattr(function, "__asked__", None)
    if asked is None:
        return function, {}
    names = ("kind", "objective", "batch", "shared_start")
    options = dict(zip(names, asked.args, strict=True)) | asked.keywords
    options = {key: value for key, value in options.items() if key not in ("seed", "timeout")}
    return inspect.getattr_static(function, "__estimator__"), options


def load_function(path: str, name: str) -> Callable[..., Any]:
    """The function `name` of the Python file `path`. Raises EstimatorError when either is not there."""
    spec = importlib.util.spec_from_file_location(MODULE, path)
    if spec is None or spec.loader is None:
        raise EstimatorError(f"{path} is not a Python file; give the path of one that defines {name}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[MODULE] = module
    sys.path.insert(0, str(Path(path).resolve().parent))
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as cause:
        raise EstimatorError(f"{path} cannot be loaded: {type(cause).__name__}: {cause}") from cause
    if not callable(getattr(module, name, None)):
        known = [key for key, value in vars(module).items() if callable(value) and not key.startswith("_")]
        near = difflib.get_close_matches(name, known, cutoff=0.4) or sorted(known) or ["(nothing callable)"]
        raise EstimatorError(f"{path} has no function {name!r}; did you mean {' or '.join(near)}?")
    function: Callable[..., Any] = getattr(module, name)
    return function


if __name__ == "__main__":
    main(*sys.argv[1:])
