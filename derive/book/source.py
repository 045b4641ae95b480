"""Files and bytes -> text whose offsets become 1-based lines and columns. What is no text is refused."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path

from derive.book.parts import MAX_BYTES
from derive.errors import Unreadable

SUFFIXES = (".md", ".markdown", ".qmd", ".myst", ".rst", ".txt", ".tex", ".ipynb")


@dataclass(frozen=True)
class Source:
    """A decoded text; offsets into it become 1-based lines and columns."""

    name: str
    text: str
    starts: tuple[int, ...]
    cell: int | None = None  # of a notebook, counted from 1

    def position(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def line(self, number: int) -> str:
        end = self.starts[number] if number < len(self.starts) else len(self.text)
        return self.text[self.starts[number - 1] : end].rstrip("\r\n")


def files(path: Path) -> list[Path]:
    """The texts at a path: the file itself, or every text below a directory, sorted."""
    if path.is_dir():
        found = sorted(p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
        if not found:
            raise Unreadable(f"{path} holds no text; expected a file ending in {', '.join(SUFFIXES)}")
        return found
    if not path.exists() and any(c in str(path) for c in "*?["):
        root = Path(path.anchor or ".")
        pattern = str(path.relative_to(path.anchor)) if path.anchor else str(path)
        if found := sorted(p for p in root.glob(pattern) if p.is_file() and p.suffix.lower() in SUFFIXES):
            return found
    if not path.exists():
        raise Unreadable(f"{path} does not exist; give the path of a text or of a directory of texts")
    return [path]


def decode(name: str, data: bytes) -> Source:
    """UTF-8 text; anything else is refused with the byte where it goes wrong."""
    if len(data) > MAX_BYTES:
        raise Unreadable(f"{name} has {len(data)} bytes; the limit is {MAX_BYTES}, split the text")
    if (zero := data.find(b"\0")) >= 0:
        raise Unreadable(f"{name} is no text: byte {zero} is NUL; give a Markdown or LaTeX file")
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as fault:
        raise Unreadable(
            f"{name} is not UTF-8: byte {fault.start} is {data[fault.start]:#04x}; re-encode it"
        ) from fault
    return _source(name, text)


def cells(notebook: Source) -> list[Source]:
    """The Markdown cells of a Jupyter notebook."""
    try:
        found = json.loads(notebook.text)["cells"]
        texts = [(n, c["source"]) for n, c in enumerate(found, 1) if c["cell_type"] == "markdown"]
        return [_source(notebook.name, t if isinstance(t, str) else "".join(t), n) for n, t in texts]
    except (ValueError, TypeError, KeyError, RecursionError) as fault:
        raise Unreadable(f"{notebook.name} is no notebook: {type(fault).__name__} {fault}") from fault


def _source(name: str, text: str, cell: int | None = None) -> Source:
    starts = (0, *(m.end() for m in re.finditer(r"\r\n|\n|\r", text)))
    return Source(name, text, starts, cell)
