"""A text -> its displayed and inline mathematics, each with its exact place.

Markdown gives its blocks through markdown-it (code and front matter are no mathematics; a quotation's `>` is no
relation); the formulas in them are found here, character by character, so that lines and columns are exact.
Plain LaTeX files go through the same scanner with their comments and verbatim parts masked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from derive.book.delimiters import QUOTE, mask_latex, mask_markdown, scan
from derive.book.source import Source, decode
from derive.errors import Unreadable

_OPENED, _CLOSED = re.compile(r"(?:\$+|\\[\[(])\s*$"), re.compile(r"^\s*(?:\$+|\\[\])])")


@dataclass(frozen=True)
class Formula:
    """Mathematics as written; character i of `latex` stands at `offsets[i]` in the source, which has one more entry."""

    latex: str
    offsets: tuple[int, ...]
    displayed: bool
    closed: bool
    line: int
    column: int
    end_line: int
    end_column: int
    before: str = ""
    after: str = ""
    cell: int | None = None


@dataclass(frozen=True)
class Document:
    source: Source
    formulas: tuple[Formula, ...]

    @property
    def displays(self) -> tuple[Formula, ...]:
        return tuple(f for f in self.formulas if f.displayed)


def read(path: Path) -> Document:
    """The mathematics of one file. Raises Unreadable when the file cannot be read as text."""
    try:
        data = path.read_bytes()
    except OSError as fault:
        raise Unreadable(f"{path} cannot be opened: {fault.strerror}") from fault
    return parse(decode(str(path), data))


def parse(source: Source) -> Document:
    """The mathematics of a decoded text, in the order of the text."""
    is_latex = source.name.endswith(".tex") or re.search(r"^\s*\\documentclass", source.text, re.M) is not None
    masked, fences = mask_latex(source) if is_latex else mask_markdown(source)
    spans = sorted([*scan(source.text, masked, backticks=not is_latex), *fences])
    formulas, previous = [], 0
    for n, (start, end, displayed, closed) in enumerate(spans):
        stop = spans[n + 1][0] if n + 1 < len(spans) else len(source.text)
        formulas.append(
            _formula(
                source,
                masked,
                start,
                end,
                displayed,
                closed,
                source.text[previous:start],
                source.text[end:stop],
            )
        )
        previous = end
    return Document(source, tuple(formulas))


def _formula(
    source: Source,
    masked: bytearray,
    start: int,
    end: int,
    displayed: bool,
    closed: bool,
    before: str,
    after: str,
) -> Formula:
    kept = [i for i in range(start, end) if masked[i] != QUOTE]
    while kept and source.text[kept[0]].isspace():
        kept.pop(0)
    while kept and source.text[kept[-1]].isspace():
        kept.pop()
    last = kept[-1] + 1 if kept else end
    offsets = (*kept, last)
    line, column = source.position(offsets[0])
    end_line, end_column = source.position(last)
    latex = "".join(source.text[i] for i in kept)
    before, after = _OPENED.sub("", _CLOSED.sub("", before)), _CLOSED.sub("", _OPENED.sub("", after))
    return Formula(latex, offsets, displayed, closed, line, column, end_line, end_column, before, after)
