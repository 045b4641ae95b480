"""The files that a text is made of: itself, what LaTeX takes in, the project's macros. Paths and bytes only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

MAX_PARTS, MAX_PREAMBLE = 60, 200_000
MAX_BYTES = 10_000_000
PREAMBLES = ("conf.py", "preamble.tex", "macros.tex", "commands.tex", "notation.tex", "macros.md")
_INPUT = re.compile(
    r"^(?:[^%\r\n\\]|\\%|\\(?!input|include|subfile))*?\\(?:input|include|subfile)\s*\{([^}\r\n]+)\}", re.M
)


def taken_in(text: str, root: Path, above: tuple[Path, ...]) -> Iterator[tuple[int, Path]]:
    r"""Where a LaTeX text takes in files with \input, and which; nothing outside its folder, no file within itself."""
    for match in _INPUT.finditer(text):
        name = match[1].strip()
        part = (root / (name if name.endswith(".tex") else f"{name}.tex")).resolve()
        if root in part.parents and part not in above and part.is_file():
            yield match.end(), part


def preambles(path: Path) -> list[Path]:
    """The project's macro files, beside a file or above it in its repository: read as text, never run."""
    found = []
    for folder in list(path.resolve().parents)[:4]:
        places = [folder / name for name in PREAMBLES]
        found += [p for p in places if p.is_file() and p.stat().st_size < MAX_PREAMBLE and p != path.resolve()]
        if (folder / ".git").exists():
            break
    return found


def readable(path: Path) -> bool:
    """Whether a path leads to a file, no device and no pipe, that is not too long to be read."""
    return path.is_file() and path.stat().st_size <= MAX_BYTES


def everything(path: Path) -> Iterator[bytes]:
    """Name and bytes of every file that the verdicts on a text depend on."""
    for part in members(path):
        yield str(part).encode()
        yield part.read_bytes() if readable(part) else str(part.stat().st_size).encode()


def members(path: Path) -> Iterator[Path]:
    """The files that a text is made of: the project's macros, itself, what it takes in."""
    yield from preambles(path)
    seen: set[Path] = set()
    left = [path.resolve()]
    while left and len(seen) <= MAX_PARTS:
        here = left.pop()
        if here in seen:
            continue
        seen.add(here)
        yield here
        if here.suffix == ".tex" and readable(here):
            text = here.read_bytes().decode("utf-8", errors="replace")
            left += [part for _, part in taken_in(text, path.resolve().parent, ())]
