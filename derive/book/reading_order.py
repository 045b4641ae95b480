"""A text -> the texts of its book that are read before it: by a table of contents beside or above it, else by numbers.

A folder without either is no book: its texts know nothing of each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

CONTENTS = ("_toc.yml", "_quarto.yml", "mkdocs.yml", "SUMMARY.md", "index.rst", "contents.rst", "index.md", "toc.yml")
BOOKS = (".md", ".markdown", ".qmd", ".myst", ".rst", ".tex", ".ipynb")
MAX_CONTENTS, MAX_NAMES, MAX_EARLIER, MAX_BESIDE, ABOVE = 200_000, 2_000, 60, 500, 3
_NAME = re.compile(r"[\w./-]+")
_NUMBER = re.compile(r"(?:ch(?:ap(?:ter)?)?|lec(?:ture)?|part|sec(?:tion)?|week|unit)?[-_ ]?(\d{1,3})(?![\d])")


def earlier(text: Path) -> tuple[Path, ...]:
    """The texts that a reader of this one has read before, in their order."""
    path = text.resolve()
    if path.suffix.lower() not in BOOKS or path.name in CONTENTS:
        return ()
    for folder in list(path.parents)[:ABOVE]:
        listed = list(_listed(folder))
        if path in listed:
            return tuple(listed[: listed.index(path)][-MAX_EARLIER:])
        beside = [other for other in listed if other.parent == path.parent]
        if beside:  # an aside, read after what the contents name beside it
            return tuple(beside[-MAX_EARLIER:])
        if (folder / ".git").exists():
            break
    return tuple(_numbered_before(path)[-MAX_EARLIER:])


def _listed(folder: Path) -> Iterator[Path]:
    """The texts that a table of contents names, in its order."""
    for name in CONTENTS:
        place = folder / name
        if not place.is_file() or place.stat().st_size > MAX_CONTENTS:
            continue
        words = _NAME.findall(place.read_text(encoding="utf-8", errors="replace"))[:MAX_NAMES]
        found = [path for word in dict.fromkeys(words) if (path := _text(folder, word)) is not None and path != place]
        if len(found) > 1:
            yield from dict.fromkeys(found)
            return


def _text(folder: Path, word: str) -> Path | None:
    """The text that a word of a table of contents names; nothing outside its folder."""
    try:
        base = (folder / word).resolve()
        if folder.resolve() not in base.parents:
            return None
        names = [base] if base.suffix.lower() in BOOKS else [base.with_name(base.name + end) for end in BOOKS]
        return next((n for n in names if n.is_file()), None)
    except (OSError, ValueError):
        return None


def _numbered_before(path: Path) -> list[Path]:
    """01-introduction.md and 02-bandits.md, before 03-planning.md; all chapters before an appendix."""
    number = _number(path)
    if number is None:
        return []
    beside = [p for p in sorted(path.parent.iterdir())[:MAX_BESIDE] if p.suffix == path.suffix and p.is_file()]
    found = sorted((key, p) for p in beside if (key := _number(p)) is not None)
    return [p for key, p in found if key < number]


def _number(path: Path) -> tuple[int, str] | None:
    stem = path.stem.lower()
    if stem.startswith("appendix"):
        return (10_000, stem)
    match = _NUMBER.match(stem)
    return None if match is None else (int(match[1]), stem)
