"""A sheet as a PDF, set by Typst, whose wheel brings compiler and fonts: the extra `typst`."""

from __future__ import annotations

import importlib.util
import re

from derive.errors import DeriveError
from derive.sheet.content import Sheet
from derive.sheet.typst import SIZES, typst


def has_typst() -> bool:
    """Whether the wheel is installed."""
    return importlib.util.find_spec("typst") is not None


def typst_pdf(sheet: Sheet) -> bytes:
    """The PDF file: of as few pages as can be, in the largest letters. Raises DeriveError where Typst refuses."""
    found: list[bytes] = []
    for small in range(len(SIZES)):
        found.append(compiled(typst(sheet, small)))
        if pages(found[-1]) == 1:
            break
    return min(found, key=pages)


def compiled(document: str) -> bytes:
    """A Typst document as a PDF: without the network, other files, or the fonts of this machine."""
    import typst as compiler

    try:
        made: bytes = compiler.compile(document.encode(), ignore_system_fonts=True)
    except compiler.TypstError as fault:
        raise DeriveError(f"Typst failed: {' '.join(str(fault.diagnostic).split())}") from fault
    return made


def pages(pdf: bytes) -> int:
    """How many pages a PDF of Typst has."""
    return len(re.findall(rb"/Type\s*/Page\b", pdf))
