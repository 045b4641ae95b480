"""Sheets to files: the formats by name, and writing that never leaves half a file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from derive.errors import DeriveError, unknown_name
from derive.sheet.content import Sheet
from derive.sheet.html import html
from derive.sheet.json_form import json_form
from derive.sheet.markdown import markdown
from derive.sheet.notebook import notebook
from derive.sheet.pdf import pdf
from derive.sheet.tex import tex

FORMATS: dict[str, tuple[str, Callable[[Sheet], str | bytes]]] = {
    "tex": (".tex", tex),
    "pdf": (".pdf", pdf),
    "html": (".html", html),
    "md": (".md", markdown),
    "ipynb": (".ipynb", notebook),
    "json": (".json", json_form),
}


def write(sheet: Sheet, formats: Iterable[str], directory: str | Path) -> list[Path]:
    """One file a format, NAME.SUFFIX in the directory, each whole or not at all; their paths, in order."""
    chosen = [_format(name) for name in formats]
    contents = [(suffix, function(sheet)) for suffix, function in chosen]
    folder = Path(directory)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [replaced(folder / (sheet.name + suffix), content) for suffix, content in contents]
    except OSError as fault:
        raise DeriveError(f"cannot write into {folder}: {fault.strerror}; give another folder with -o") from fault


def _format(name: str) -> tuple[str, Callable[[Sheet], str | bytes]]:
    if name not in FORMATS:
        raise unknown_name("format", name, FORMATS)
    return FORMATS[name]


def replaced(path: Path, content: str | bytes) -> Path:
    """Write a file whole or not at all."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return path
