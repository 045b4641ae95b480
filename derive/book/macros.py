r"""The macros that a text defines for itself: \newcommand and \DeclareMathOperator."""

from __future__ import annotations

import re

from derive.book.tokens import Macro

_NEWCOMMAND = re.compile(r"\\(?:re)?newcommand\*?\{?\\([A-Za-z]+)\}?(?:\[(\d)\])?\{")
_OPERATOR = re.compile(r"\\DeclareMathOperator\*?\{\\([A-Za-z]+)\}\{([^{}]{1,40})\}")


def macros_of(source: str) -> dict[str, Macro]:
    r"""The macros that a text defines with \newcommand or \DeclareMathOperator."""
    found = {m[1]: Macro(0, rf"\operatorname{{{m[2]}}}") for m in _OPERATOR.finditer(source)}
    for m in _NEWCOMMAND.finditer(source):
        depth, end = 1, m.end()
        while end < min(len(source), m.end() + 2_000) and depth:
            depth += (source[end] == "{") - (source[end] == "}")
            end += 1
        if depth == 0:
            found[m[1]] = Macro(int(m[2] or 0), source[m.end() : end - 1])
    return found
