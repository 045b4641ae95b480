"""Texts at paths -> their verdicts: files side by side, and those that have not changed from the cache."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from derive import cache
from derive.book.outcome import Outcome, from_dict
from derive.book.parts import everything
from derive.book.reading_order import earlier
from derive.book.source import files

if TYPE_CHECKING:
    from derive.book.apart import Apart


def run(
    paths: Iterable[str | Path],
    judges: Callable[[], Any],
    *,
    jobs: int = 1,
    backend: str | None = None,
    cached: bool = True,
    report: Callable[[str], None] = lambda words: None,
) -> tuple[Outcome, ...]:
    """Every text at these paths, each on its own, in their order; `judges` makes the witnesses where they are needed.

    Raises Unreadable for a path that leads to no text.
    """
    texts = [file for path in paths for file in files(Path(path))]
    keys = {text: _key(text) if cached else None for text in texts}
    found: dict[Path, Outcome] = {}
    for text, name in keys.items():
        if name is not None and (stored := cache.recall(name)) is not None:
            found[text] = from_dict(stored)
    left = [text for text in dict.fromkeys(texts) if text not in found]
    for n, one in enumerate(_judged(left, judges, jobs, backend, report), 1):
        report(f"{progress(n, len(left))} {one.path}")
        found[Path(one.path)] = one
        name = keys[Path(one.path)]
        if name is not None and one.error is None:
            cache.store(name, one.to_dict())
    report("")
    return tuple(found[text] for text in texts)


def progress(done: int, total: int, width: int = 20) -> str:
    """A bar and how many of how many."""
    full = width * done // max(total, 1)
    return f"{'█' * full}{'░' * (width - full)} {done} of {total}"


def _key(path: Path) -> str | None:
    digest = hashlib.sha256()
    try:
        for data in (data for text in (*earlier(path), path) for data in everything(text)):
            digest.update(len(data).to_bytes(8, "big") + data)
    except OSError:
        return None
    return cache.key("check", str(path), digest.hexdigest())


def _judged(
    texts: list[Path], judges: Callable[[], Any], jobs: int, backend: str | None, report: Callable[[str], None]
) -> Iterator[Outcome]:
    """The texts in their order, each judged in a process apart where the judges can be handed to one."""
    try:
        if jobs == 1 and backend is None:
            for n, text in enumerate(texts):
                yield _one(text, judges, _telling(f"{progress(n, len(texts))} {text}", report))
            return
        from joblib import Parallel, delayed, parallel_config

        with parallel_config(backend=backend or "threading", n_jobs=jobs):
            parallel = Parallel(return_as="generator")
        yield from parallel(delayed(_one)(text, judges) for text in texts)
    finally:
        while _OPEN:
            _OPEN.pop().close()


def _telling(text: str, report: Callable[[str], None]) -> Callable[[int, int], None]:
    return lambda done, total: report(f"{text}: {progress(done, total, 10)} formulas")


_HERE = threading.local()  # the process of a thread, kept from one text to the next
_OPEN: list[Apart] = []


def _one(text: Path, judges: Callable[[], Any], report: Callable[[int, int], None] = lambda n, total: None) -> Outcome:
    from derive.book.apart import Apart, can_be_apart, judged

    if not can_be_apart(judges):
        return judged(text, {}, judges(), report)
    if not hasattr(_HERE, "apart") or _HERE.apart not in _OPEN:
        _HERE.apart = Apart(judges)
        _OPEN.append(_HERE.apart)
    one: Outcome = _HERE.apart.judge(text, report)
    return one
