"""reStructuredText: the formulas of `.. math::` blocks and `:math:` roles, not those in literal or code blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator

_DIRECTIVE = re.compile(r"^([ \t]*)\.\.[ \t]+math::[ \t]*(.*)$")
_LITERAL = re.compile(r"^([ \t]*)\.\.[ \t]+(?:code|code-block|sourcecode|highlight|literalinclude|parsed-literal)::")
_OPTION = re.compile(r"^[ \t]*:[\w-]+:")
_ROLE = re.compile(r":math:`((?:[^`\\]|\\.)+)`")
Span = tuple[int, int, bool, bool]  # start, end, displayed, closed
Line = tuple[int, str]  # where it starts, and its text


def spans(text: str) -> Iterator[Span]:
    """Where the formulas stand, in their order."""
    lines = [(m.start(), m[0]) for m in re.finditer(r"[^\r\n]*(?:\r\n|\n|\r|\Z)", text) if m[0]]
    n = 0
    while n < len(lines):
        start, line = lines[n]
        if (found := _DIRECTIVE.match(line.rstrip())) is not None:
            n, block = _block(lines, n, len(found[1]))
            if found[2]:
                yield start + found.start(2), start + found.end(2), True, True
            yield from _equations(block)
        elif (code := _LITERAL.match(line)) is not None or line.rstrip().endswith("::"):
            n, _ = _block(lines, n, len(code[1]) if code is not None else len(line) - len(line.lstrip()))
        else:
            for role in _ROLE.finditer(line):
                yield start + role.start(1), start + role.end(1), False, True
            n += 1


def _block(lines: list[Line], at: int, indent: int) -> tuple[int, list[Line]]:
    """The lines under a directive that are indented deeper, and where the text goes on."""
    n = at + 1
    while n < len(lines) and (not lines[n][1].strip() or len(lines[n][1]) - len(lines[n][1].lstrip()) > indent):
        n += 1
    return n, lines[at + 1 : n]


def _equations(block: list[Line]) -> Iterator[Span]:
    """One formula for every paragraph of a math block."""
    part: list[Line] = []
    for start, line in [*block, (0, "")]:
        if line.strip() and not (not part and _OPTION.match(line)):
            part.append((start, line))
        elif part:
            last, written = part[-1]
            yield part[0][0], last + len(written.rstrip()), True, True
            part = []
