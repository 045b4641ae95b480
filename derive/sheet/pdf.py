"""A sheet as a PDF, set by the TeX of this machine: without shell escape, in a folder of its own. Else by Typst."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from derive.errors import DeriveError
from derive.sheet.content import Sheet
from derive.sheet.preamble import ENDS, TEMPLATE
from derive.sheet.tex import tex
from derive.sheet.typst_pdf import has_typst, typst_pdf

_SECONDS = 120
_FLAGS = ["-interaction=nonstopmode", "-halt-on-error", "-file-line-error", "-no-shell-escape", "sheet.tex"]
_PLAIN = ["pdflatex", *_FLAGS]
_LATEXMK = ["latexmk", "-norc", "-pdf", *_FLAGS]
_QUIET = {"openin_any": "p", "openout_any": "p", "SOURCE_DATE_EPOCH": "0", "FORCE_SOURCE_DATE": "1"}
_QUIET |= {"max_print_line": "1000"}


def pdf(sheet: Sheet, template: str = "", template_name: str = "template") -> bytes:
    """The PDF file; by Typst where there is no TeX. Raises DeriveError where neither is there, or where it refuses."""
    if not template and not has_tex() and has_typst():
        return typst_pdf(sheet)
    return compiled(tex(sheet, template, template_name))


def has_tex() -> bool:
    """Whether there is a TeX on this machine."""
    return shutil.which("pdflatex") is not None


def compiled(document: str) -> bytes:
    """A LaTeX document as a PDF."""
    runs = commands()
    with tempfile.TemporaryDirectory(prefix="derive-") as folder:
        (Path(folder) / "sheet.tex").write_text(document, encoding="utf-8")
        for command in runs:
            _run(command, folder, document)
        return (Path(folder) / "sheet.pdf").read_bytes()


def commands() -> list[list[str]]:
    """What is run one after another. Raises DeriveError where there is no TeX."""
    if not has_tex():
        raise DeriveError(
            "no TeX found for the PDF; install the Debian packages latexmk texlive-latex-recommended lmodern, or for "
            "sheets without a template pip install 'derive[typst]'"
        )
    return [_LATEXMK] if shutil.which("latexmk") else [_PLAIN, _PLAIN]


def _run(command: list[str], folder: str, document: str) -> None:
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
        raise DeriveError(f"{command[0]} failed: {_complaint(done.stdout + done.stderr, Path(folder), document)}")


def _complaint(output: bytes, folder: Path, document: str) -> str:
    """TeX's own message and its line, counted in the template where it stands there; else the last lines."""
    log = folder / "sheet.log"
    said = (log.read_bytes() if log.exists() else output).decode("utf-8", "replace")
    match = re.search(r"^(?:!|\./sheet\.tex:\d+:).*(?:\n(?!Here is|Type X).*){0,3}", said, re.MULTILINE)
    if match is None:
        return " ".join(said.split("\n")[-5:]).strip()
    message, line = match.group().strip(), re.search(r"^\./sheet\.tex:(\d+):", said[match.start() :], re.MULTILINE)
    if line is None:
        return message
    found = re.sub(r"^(?:! |\./sheet\.tex:\d+: )|^l\.\d+ ", "", message, flags=re.MULTILINE)
    return f"{_place(int(line[1]), document)} {found}"


def _place(line: int, document: str) -> str:
    """course.tex, line 3: where the line of the document comes from a template."""
    lines = document.splitlines()
    begins = next((i for i, text in enumerate(lines, 1) if text.startswith(TEMPLATE)), None)
    if begins is None or not begins < line <= lines.index(ENDS) + 2:  # TeX may have read one line ahead
        return f"line {line} of the .tex file:"
    return f"{lines[begins - 1].removeprefix(TEMPLATE)}, line {min(line, lines.index(ENDS)) - begins}:"
