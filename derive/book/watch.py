"""Texts checked again whenever one of the files that they are made of has changed; by looking, every half a second."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from derive.book.parts import members
from derive.book.source import files
from derive.errors import Unreadable

SECONDS = 0.5
State = dict[Path, tuple[int, int]]


def state(paths: Sequence[str]) -> State:
    """Time and size of every file at these paths and of all that they take in; a file on its way is left out."""
    found: State = {}
    for path in paths:
        try:
            texts = files(Path(path))
        except Unreadable:
            continue
        for text in texts:
            for part in {text.resolve(), *members(text)}:
                try:
                    status = part.stat()
                except OSError:
                    continue
                found[part] = (status.st_mtime_ns, status.st_size)
    return found


def watch(paths: Sequence[str], check: Callable[[], int], sleep: Callable[[float], None] = time.sleep) -> int:
    """Checks now and after every change, until Ctrl-C; what the last check returned."""
    before: State | None = None
    code = 0
    try:
        while True:
            now = state(paths)
            if now != before:
                before, code = now, check()
            sleep(SECONDS)
    except KeyboardInterrupt:
        return code
