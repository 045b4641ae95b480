"""Texts at paths -> their verdicts: files side by side, and those that have not changed from the cache."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from derive import cache
from derive.book.outcome import Outcome, from_dict
from derive.book.parts import everything
from derive.book.source import files


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
    for n, one in enumerate(_judged(left, judges, jobs, backend), 1):
        report(f"{n} of {len(left)}: {one.path}")
        found[Path(one.path)] = one
        name = keys[Path(one.path)]
        if name is not None and one.error is None:
            cache.store(name, one.to_dict())
    report("")
    return tuple(found[text] for text in texts)


def _key(path: Path) -> str | None:
    digest = hashlib.sha256()
    try:
        for data in everything(path):
            digest.update(len(data).to_bytes(8, "big") + data)
    except OSError:
        return None
    return cache.key("check", str(path), digest.hexdigest())


def _judged(texts: list[Path], judges: Callable[[], Any], jobs: int, backend: str | None) -> Iterable[Outcome]:
    if jobs == 1 or len(texts) < 2:
        made = judges() if texts else None
        return (_one(text, made) for text in texts)
    from joblib import Parallel, delayed

    parallel = Parallel(n_jobs=jobs, backend=backend, return_as="generator")
    done: Iterable[Outcome] = parallel(delayed(_apart)(text, judges) for text in texts)
    return done


def _apart(text: Path, judges: Callable[[], Any]) -> Outcome:
    return _one(text, judges())


def _one(text: Path, judges: Any) -> Outcome:
    from derive.book.check import check_file
    from derive.book.rows import outcome
    from derive.errors import DeriveError

    try:
        return outcome(check_file(text, judges))
    except DeriveError as fault:
        return Outcome(str(text), 0, (), (), str(fault))
