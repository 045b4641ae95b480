"""A source with a mark in place of every formula, so that its words can be set without touching mathematics."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from derive.book.document import Formula
from derive.book.source import Source

INLINE, DISPLAY, END = "\ue000", "\ue001", "\ue002"  # of the private use area: no text needs them
_MARK = re.compile(f"([{INLINE}{DISPLAY}])(\\d+){END}")


@dataclass(frozen=True)
class Shown:
    """A formula as HTML: between words; and, displayed, as a block of its own."""

    inline: str
    block: str | None
    source: str  # as written, marks and all


def marked(source: Source, formulas: Sequence[tuple[int, Formula]], start: int = 0) -> str:
    """The text from `start` on, its formulas replaced by numbered marks."""
    out, at = [], start
    for number, formula in formulas:
        opens, ends = formula.whole
        if opens < at:
            continue
        out += [_plain(source.text[at:opens]), f"{DISPLAY if formula.displayed else INLINE}{number}{END}"]
        at = ends
    return "".join([*out, _plain(source.text[at:])])


def _plain(text: str) -> str:
    """What stands between formulas, without our marks and control characters."""
    return "".join(c if c.isprintable() or c in "\n\t" else "" if c == "\r" else "\ufffd" for c in text)


def split(text: str) -> list[str | int]:
    """Text and the numbers of the displays in it, in order."""
    out: list[str | int] = []
    at = 0
    for match in _MARK.finditer(text):
        if match[1] == DISPLAY:
            out += [text[at : match.start()], int(match[2])]
            at = match.end()
    return [part for part in [*out, text[at:]] if isinstance(part, int) or part.strip()]


def filled(html: str, shown: Mapping[int, Shown]) -> str:
    """Escaped words, their marks replaced by formulas."""
    return _MARK.sub(lambda m: shown[int(m[2])].inline, html)


def restored(text: str, shown: Mapping[int, Shown]) -> str:
    """Marks replaced by what the author wrote, for code and attributes."""
    return _MARK.sub(lambda m: shown[int(m[2])].source, text)
