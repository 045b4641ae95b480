r"""The macros that a text defines for itself: \newcommand, \def without parameters, \DeclareMathOperator."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from derive.book.tokens import Macro

MAX_BODY, MOST = 2_000, 1_000  # characters of a body; definitions: what lies beyond is not known, so not read
_COMMAND = re.compile(
    r"\\(?:(?:re|provide)?newcommand|providecommand)\*?\s*\{?\s*\\([A-Za-z]+)\s*\}?\s*(?:\[(\d)\])?\s*\{"
    r"|\\def\s*\\([A-Za-z]+)\s*\{"
    r"|\\DeclareMathOperator\*?\s*\{\s*\\([A-Za-z]+)\s*\}\s*\{"
)
_BRACE = re.compile("[{}]")
TWICE = Macro(0, r"\definedtwice")  # no command: what uses it is not read


def macros_of(source: str) -> dict[str, Macro]:
    """The macros that a text defines, by name; one that it defines in two ways cannot be used."""
    found: dict[str, Macro] = {}
    for _, _, name, macro in _definitions(source):
        found[name] = macro if found.get(name, macro) == macro else TWICE
    return found


def without_definitions(latex: str) -> str:
    """A formula with its macro definitions blanked out, every other character in its place."""
    for start, end, _, _ in list(_definitions(latex)):
        latex = latex[:start] + " " * (end - start) + latex[end:]
    return latex


def _definitions(source: str) -> Iterator[tuple[int, int, str, Macro]]:
    for m in islice(_COMMAND.finditer(source), MOST):
        depth, end = 1, m.end()
        for brace in _BRACE.finditer(source, m.end(), m.end() + MAX_BODY):
            depth, end = depth + (1 if brace[0] == "{" else -1), brace.end()
            if depth == 0:
                break
        body = source[m.end() : end - 1]
        if depth == 0 and m[4] is not None:
            yield m.start(), end, m[4], Macro(0, rf"\operatorname{{{body}}}")
        elif depth == 0:
            yield m.start(), end, m[1] or m[3], Macro(int(m[2] or 0), body)
