"""Sheets to files: the formats by name, and writing that never leaves half a file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
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


def write(
    sheet: Sheet, formats: Iterable[str], directory: str | Path, template: str | Path | None = None
) -> list[Path]:
    """One file a format, NAME.SUFFIX in the directory, each whole or not at all; their paths, in order."""
    return placed(contents(sheet, formats, template), directory)


def contents(sheet: Sheet, formats: Iterable[str], template: str | Path | None = None) -> dict[str, str | bytes]:
    """What is written, by the name of its file.

    A template is a file with a course's own LaTeX preamble, for the formats that are set by TeX.
    """
    style = (read_template(template), Path(template).name) if template else ("", "")
    made = [_format(name) for name in formats]
    return {
        sheet.name + suffix: tex(sheet, *style)
        if function is tex
        else pdf(sheet, *style)
        if function is pdf
        else function(sheet)
        for suffix, function in made
    }


def read_template(path: str | Path) -> str:
    """The text of a template. Raises DeriveError where there is none."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise DeriveError(f"cannot read the template {path}: {fault}") from fault


def _format(name: str) -> tuple[str, Callable[[Sheet], str | bytes]]:
    if name not in FORMATS:
        raise unknown_name("format", name, FORMATS)
    return FORMATS[name]


def placed(files: Mapping[str, str | bytes], directory: str | Path) -> list[Path]:
    """Files written into a folder, which is made where there is none."""
    folder = Path(directory)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [replaced(folder / name, content) for name, content in files.items()]
    except OSError as fault:
        raise DeriveError(f"cannot write into {folder}: {fault.strerror}; give another folder with -o") from fault


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
