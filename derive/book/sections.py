"""Where a place lies in a text: the headings above it, as offsets. A local definition ends with its section."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from derive.book.source import Source

Section = tuple[int, ...]

_MARKDOWN = re.compile(r"^ {0,3}(#{1,6})[ \t]+\S", re.M)
_FENCE = re.compile(r"^ {0,3}(```+|~~~+)", re.M)
_LATEX = re.compile(r"^[ \t]*\\(part|chapter|section|subsection|subsubsection|paragraph)\*?\s*[{\[]", re.M)
_UNDERLINED = re.compile(r"^(?P<title>\S[^\r\n]*)\r?\n(?P<line>([=\-`:'\"~^_*+#<>])\3{2,})[ \t]*$", re.M)
_LEVELS = ("part", "chapter", "section", "subsection", "subsubsection", "paragraph")


def section_of(source: Source, offset: int) -> Section:
    """The offsets of the headings that a place stands under, the widest first."""
    above: list[tuple[int, int]] = []
    for at, level in _headings(source):
        if at > offset:
            break
        above = [(o, n) for o, n in above if n < level] + [(at, level)]
    return tuple(o for o, _ in above)


def within(section: Section, scope: Section) -> bool:
    """Whether a section is `scope` or lies below it."""
    return section[: len(scope)] == scope


@lru_cache(maxsize=64)
def _headings(source: Source) -> tuple[tuple[int, int], ...]:
    return tuple(sorted(_found(source)))


def _found(source: Source) -> Iterator[tuple[int, int]]:
    """Offset and level of every heading."""
    text = source.text
    if source.name.endswith(".rst"):
        order: list[str] = []
        for match in _UNDERLINED.finditer(text):
            mark = match["line"][0]
            if len(match["line"]) + 1 >= len(match["title"].rstrip()):
                order += [mark] if mark not in order else []
                yield match.start(), order.index(mark)
        return
    yield from ((m.start(), _LEVELS.index(m[1])) for m in _LATEX.finditer(text))
    if not source.name.endswith(".tex"):
        fences = [m.start() for m in _FENCE.finditer(text)]
        for match in _MARKDOWN.finditer(text):
            if sum(f < match.start() for f in fences) % 2 == 0:
                yield match.start(), len(match[1])
