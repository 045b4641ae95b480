"""A module of this package in a child process: killed when time is up, kept off standard output."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Outcome", "run_module", "write_answer"]

STANDARD_ERROR = 2
DRAFT = ".draft"


@dataclass(frozen=True)
class Outcome:
    """How the child ended (`status` None: killed when time was up), and the files that it left, by name."""

    status: int | None
    files: dict[str, str]


def run_module(module: str, request: str, *, timeout: float) -> Outcome:
    """`python -m module FOLDER REQUEST` for at most `timeout` seconds; the child answers by files in FOLDER.

    Whatever the child prints goes to standard error. No process is left behind, however this call ends.
    """
    with tempfile.TemporaryDirectory() as folder:
        # -P: a folder named `numeric` where the user happens to stand must not hide this package.
        command = [sys.executable, "-P", "-m", module, folder, request]
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=STANDARD_ERROR,
            env=_environment(),
            start_new_session=True,
        )
        try:
            status: int | None = process.wait(timeout)
        except subprocess.TimeoutExpired:
            status = None
        finally:
            _end(process)
        files = {path.name: path.read_text(encoding="utf-8") for path in Path(folder).iterdir() if path.name != DRAFT}
    return Outcome(status, files)


def write_answer(folder: str, name: str, text: str) -> None:
    """The child's side: the file `name` in `folder`, whole or not at all, whenever the child is killed."""
    draft = Path(folder) / DRAFT
    draft.write_text(text, encoding="utf-8")
    draft.replace(Path(folder) / name)


def _environment() -> dict[str, str]:
    """The parent's environment, with the folder of this package on the path."""
    home = str(Path(__file__).resolve().parent.parent)
    paths = [home, os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kills the child and what it started, unless it has ended, and waits for it."""
    if process.poll() is None:
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.wait()
