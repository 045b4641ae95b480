"""Plain words in which letters may bear indices: in "since π_θ > 0", π_θ is mathematics, the rest words."""

from __future__ import annotations

import re

from derive.printing.boxes import Box, Ident, Row, Sign, scripted, spelled

_GREEK = "Α-Ωα-ω"
_SCRIPT = rf"[_^](?:\{{[^{{}}\\]{{1,40}}\}}|[A-Za-z0-9{_GREEK}])"
_FORMULA = re.compile(rf"(?<![\w\\^])(?:[A-Za-z{_GREEK}∇](?:{_SCRIPT}){{1,2}}|[{_GREEK}])(?![\w^])")


def pieces(words: str) -> list[str | Box]:
    """Words and formulas, in order."""
    out: list[str | Box] = []
    end = 0
    for match in _FORMULA.finditer(words):
        out += [words[end : match.start()], _formula(match.group())]
        end = match.end()
    return [p for p in (*out, words[end:]) if p != ""]


def _formula(written: str) -> Box:
    base: Box = Sign("∇", "tight") if written[0] == "∇" else Ident(written[0])
    for script in re.findall(_SCRIPT, written[1:]):
        inside = _index(script[1:].strip("{}"))
        base = scripted(base, inside) if script[0] == "_" else scripted(base, None, inside)
    return base


def _index(written: str) -> Box:
    tokens = re.findall(r"\w+|[^\w\s]", written)
    return Row(tuple(spelled(t) if t[0].isalnum() else Sign(t, "tight") for t in tokens))
