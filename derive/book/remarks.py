"""What an author says to the checker in comments: conventions, and suppressions with their reason.

    <!-- derive: r_t = r(s_t); last index T -->          % derive: first index 1
    <!-- derive: ignore D012: the discount is left out on purpose -->

A convention replaces what is inferred from the whole text. A suppression is for the display that follows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches

from derive.book.delimiters import CODE, mask_markdown
from derive.book.scope import Survey
from derive.book.source import Source
from derive.errors import Unreadable

_HTML = re.compile(r"(?<!`)<!--\s*derive:\s*([^>]*?)\s*-->")
_LATEX = re.compile(r"^[ \t]*%+[ \t]*derive:[ \t]*([^\r\n]*?)[ \t]*$", re.M)
_RESTRUCTURED = re.compile(r"^[ \t]*\.\.[ \t]+derive:[ \t]*([^\r\n]*?)[ \t]*$", re.M)
_FRONT = re.compile(r"\A---\r?\n(.*?)\r?\n---\s*$", re.S | re.M)
_IGNORE = re.compile(r"ignore\s+(D\d{3}(?:\s*,\s*D\d{3})*)\s*(?::\s*(.*))?$", re.S)
_REWARDS = {"s_t": "s", "s_t,a_t": "sa", "s_t,a_t,s_{t+1}": "sas"}
KNOWN = "r_t = r(s_t,a_t); last index T-1; first index 0; parameter theta; deterministic; any function f"


@dataclass(frozen=True)
class Suppression:
    """Codes that an author takes responsibility for, and why; `end` is where the comment ends."""

    codes: frozenset[str]
    reason: str
    end: int


def said(source: Source) -> Iterator[tuple[str, int, int]]:
    """The text of every remark, and where it starts and ends."""
    front = _FRONT.match(source.text)
    if front is not None and (line := re.search(r"^derive:[ \t]*(.+?)[ \t]*$", front[1], re.M)) is not None:
        yield line[1].strip("\"'"), front.start(1) + line.start(), front.start(1) + line.end()
    if source.name.endswith(".rst"):
        pattern, masked = _RESTRUCTURED, b""
    elif source.name.endswith(".tex") or "\\documentclass" in source.text:
        pattern, masked = _LATEX, b""
    else:
        pattern, masked = _HTML, bytes(mask_markdown(source)[0]) if "derive:" in source.text else b""
    for match in pattern.finditer(source.text):
        if not masked or masked[match.start()] != CODE:
            yield match[1], match.start(), match.end()


def suppressions(source: Source) -> list[Suppression]:
    """The suppressions of a text. Raises Unreadable for one without a reason."""
    found = []
    for words, start, end in said(source):
        if not words.startswith("ignore"):
            continue
        match = _IGNORE.match(words)
        if match is None or not (match[2] or "").strip():
            line = source.position(start)[0]
            wanted = "a suppression needs codes and a reason, ignore D012: why"
            raise Unreadable(f"{source.name}:{line}: {wanted}; not {words!r}")
        found.append(Suppression(frozenset(re.findall(r"D\d{3}", match[1])), match[2].strip(), end))
    return found


def conventions(survey: Survey, sources: tuple[Source, ...]) -> Survey:
    """The survey with what the text states about its own conventions. Raises Unreadable for what is not known."""
    for source in sources:
        for words, start, _ in said(source):
            for part in () if words.startswith("ignore") else filter(None, (p.strip() for p in words.split(";"))):
                changed = _stated(survey, part)
                if changed is None:
                    line = source.position(start)[0]
                    raise Unreadable(
                        f"{source.name}:{line}: the convention {part!r} is not known; {_meant(part)}known: {KNOWN}"
                    )
                survey = changed
    return survey


def _meant(words: str) -> str:
    close = get_close_matches(words, KNOWN.split("; "), 1)
    return f"did you mean {close[0]!r}? " if close else ""


def _stated(survey: Survey, words: str) -> Survey | None:
    plain = words.replace("$", "").replace("\\", "").strip()
    if (reward := re.fullmatch(r"r_t\s*=\s*r\((.*)\)", plain)) is not None:
        form = _REWARDS.get(reward[1].replace(" ", ""))
        return None if form is None else replace(survey, rewards=frozenset({form}))
    if (last := re.fullmatch(r"last index ([TH])(?:\s*([-+])\s*(\d))?", plain)) is not None:
        offset = int(last[3] or 0) * (-1 if last[2] == "-" else 1)
        return replace(survey, horizons=((last[1], offset),), other_horizons=())
    if (first := re.fullmatch(r"first index ([01])", plain)) is not None:
        return replace(survey, first=int(first[1]))
    if (named := re.fullmatch(r"parameter (\w+)", plain)) is not None:
        return replace(survey, parameters=frozenset({named[1]}), of_policies=frozenset({named[1]}))
    if (free := re.fullmatch(r"any function ([A-Za-z])", plain)) is not None:
        return replace(survey, arbitrary=survey.arbitrary | {free[1]})
    return replace(survey, deterministic=True) if plain == "deterministic" else None
