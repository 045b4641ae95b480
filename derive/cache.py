"""What was found before, kept under a key of everything that it depends on: the sources of the packages and the input.

An entry can be wrong only if two different contents have one SHA-256. A cache that cannot be read or written is no
error: then the work is done again.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any


def folder() -> Path:
    """$DERIVE_CACHE, else the user's cache folder."""
    if "DERIVE_CACHE" in os.environ:
        return Path(os.environ["DERIVE_CACHE"])
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "derive"


@lru_cache(maxsize=1)
def _sources() -> str:
    """A digest of every source file of the three packages, and of the Python that runs them."""
    root = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256(sys.version.encode())
    for package in ("derive", "numeric", "proofs"):
        for path in sorted((root / package).rglob("*.py")):
            digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def key(*parts: object) -> str:
    """The key of a piece of work: what is asked, and the sources that answer."""
    return hashlib.sha256(json.dumps([_sources(), *map(str, parts)]).encode()).hexdigest()


def recall(name: str) -> Any:
    """What was stored under a key, or None."""
    try:
        return json.loads((folder() / f"{name}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def store(name: str, data: Any) -> None:
    """Keep plain data under a key; written whole or not at all."""
    path = folder() / f"{name}.json"
    partial = path.with_suffix(f".{os.getpid()}")
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        os.replace(partial, path)
        _forget_oldest()


def _forget_oldest(most: int = 500) -> None:
    entries = sorted(folder().glob("*.json"), key=lambda p: p.stat().st_mtime)
    for path in entries[: max(0, len(entries) - most)]:
        path.unlink(missing_ok=True)
