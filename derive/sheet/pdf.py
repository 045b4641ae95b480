"""A sheet as a PDF, set by the TeX of this machine: without shell escape, in a folder of its own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from derive.errors import DeriveError
from derive.sheet.content import Sheet
from derive.sheet.tex import tex

_SECONDS = 120
_PLAIN = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "sheet.tex"]
_LATEXMK = [
    "latexmk",
    "-norc",
    "-pdf",
    "-interaction=nonstopmode",
    "-halt-on-error",
    "-no-shell-escape",
    "sheet.tex",
]
_QUIET = {"openin_any": "p", "openout_any": "p", "SOURCE_DATE_EPOCH": "0", "FORCE_SOURCE_DATE": "1"}


def pdf(sheet: Sheet) -> bytes:
    """The PDF file; DeriveError where TeX is missing or refuses."""
    return compiled(tex(sheet))


def compiled(document: str) -> bytes:
    """A LaTeX document as a PDF."""
    runs = _commands()
    with tempfile.TemporaryDirectory(prefix="derive-") as folder:
        (Path(folder) / "sheet.tex").write_text(document, encoding="utf-8")
        for command in runs:
            _run(command, folder)
        return (Path(folder) / "sheet.pdf").read_bytes()


def _commands() -> list[list[str]]:
    if not shutil.which("pdflatex"):
        raise DeriveError(
            "no TeX found for the PDF; install the Debian packages latexmk texlive-latex-recommended lmodern"
        )
    return [_LATEXMK] if shutil.which("latexmk") else [_PLAIN, _PLAIN]


def _run(command: list[str], folder: str) -> None:
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=os.environ | _QUIET,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as fault:
        raise DeriveError(f"{command[0]} took more than {_SECONDS} seconds; try --to tex and run it by hand") from fault
    if done.returncode != 0:
        raise DeriveError(f"{command[0]} failed: {_complaint(done.stdout + done.stderr, Path(folder))}")


def _complaint(output: bytes, folder: Path) -> str:
    """TeX's own message: the lines from the first "!" on, or the last ones."""
    log = folder / "sheet.log"
    said = (log.read_bytes() if log.exists() else output).decode("utf-8", "replace")
    match = re.search(r"^!.*(?:\n.*){0,4}", said, re.MULTILINE)
    return match.group().strip() if match else " ".join(said.split("\n")[-5:]).strip()
