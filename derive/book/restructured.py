"""reStructuredText: the formulas of `.. math::` blocks and `:math:` roles, not those in literal or code blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from derive.book.delimiters import Span

_DIRECTIVE = re.compile(r"^([ \t]*)\.\.[ \t]+math::[ \t]*(.*)$")
_LITERAL = re.compile(r"^([ \t]*)\.\.[ \t]+(?:code|code-block|sourcecode|highlight|literalinclude|parsed-literal)::")
_COMMENT = re.compile(r"^([ \t]*)\.\.(?:[ \t]+(?!math::|[\w-]+::|\[|_|\|)|[ \t]*$)")
_OPTION = re.compile(r"^[ \t]*:[\w-]+:")
_ROLE = re.compile(r":math:`((?:[^`\\]|\\.)+)`")
Line = tuple[int, str]  # where it starts, and its text


def spans(text: str) -> Iterator[Span]:
    """Where the formulas stand, in their order."""
    lines = [(m.start(), m[0]) for m in re.finditer(r"[^\r\n]*(?:\r\n|\n|\r|\Z)", text) if m[0]]
    n = 0
    while n < len(lines):
        start, line = lines[n]
        if (found := _DIRECTIVE.match(line.rstrip())) is not None:
            n, block = _block(lines, n, len(found[1]))
            yield from _equations(start + len(found[1]), (start + found.start(2), found[2]), block)
        elif (hidden := _LITERAL.match(line) or _COMMENT.match(line)) is not None:
            n, _ = _block(lines, n, len(hidden[1]))
        elif line.rstrip().endswith("::"):
            n, _ = _block(lines, n, len(line) - len(line.lstrip()))
        else:
            for role in _ROLE.finditer(line):
                yield Span(
                    start + role.start(1), start + role.end(1), False, True, start + role.start(), start + role.end()
                )
            n += 1


def _block(lines: list[Line], at: int, indent: int) -> tuple[int, list[Line]]:
    """The lines under a directive that are indented deeper, and where the text goes on."""
    n = at + 1
    while n < len(lines) and (not lines[n][1].strip() or len(lines[n][1]) - len(lines[n][1].lstrip()) > indent):
        n += 1
    return n, lines[at + 1 : n]


def _equations(opens: int, first: Line, block: list[Line]) -> Iterator[Span]:
    """One formula for every paragraph of a math block; what stands behind its name goes on to the first blank line."""
    part = [first] if first[1] else []
    for start, line in [*block, (0, "")]:
        if line.strip() and not _OPTION.match(line):
            part.append((start, line))
        elif part:
            last, written = part[-1]
            end = last + len(written.rstrip())
            yield Span(part[0][0], end, True, True, opens, end)
            part, opens = [], end
