"""A text -> its displayed and inline mathematics, each with its exact place.

Markdown gives its blocks through markdown-it (code and front matter are no mathematics; a quotation's `>` is no
relation); the formulas in them are found here, character by character, so that lines and columns are exact.
Plain LaTeX files go through the same scanner with their comments and verbatim parts masked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from derive.book import plain, restructured
from derive.book.delimiters import QUOTE, Span, mask_latex, mask_markdown, scan
from derive.book.parts import MAX_BYTES, MAX_PARTS, preambles, taken_in
from derive.book.source import Source, cells, decode
from derive.errors import Unreadable


@dataclass(frozen=True)
class Formula:
    """Mathematics as written; character i of `latex` stands at `offsets[i]` in the source, which has one more entry."""

    source: Source
    latex: str
    offsets: tuple[int, ...]
    displayed: bool
    closed: bool
    before: str = ""  # the words between the formula before and this one
    after: str = ""
    whole: tuple[int, int] = (0, 0)  # from its opening mark to past its closing one, in the source

    def place(self, start: int, end: int) -> tuple[int, int, int, int]:
        """Line, column, end line and end column of the characters from start to end of `latex`."""
        last = len(self.offsets) - 1
        first = self.offsets[min(start, last)]
        stop = self.offsets[end - 1] + 1 if start < end <= last else self.offsets[min(max(start, end), last)]
        return (*self.source.position(first), *self.source.position(stop))

    @property
    def line(self) -> int:
        return self.place(0, 0)[0]

    @property
    def column(self) -> int:
        return self.place(0, 0)[1]

    @property
    def end_line(self) -> int:
        return self.place(0, len(self.latex))[2]

    @property
    def end_column(self) -> int:
        return self.place(0, len(self.latex))[3]


@dataclass(frozen=True)
class Document:
    """A text: one source, or the cells of a notebook, and the formulas in their order."""

    sources: tuple[Source, ...]
    formulas: tuple[Formula, ...]
    preamble: str = ""  # the project's macro files, as text

    @property
    def displays(self) -> tuple[Formula, ...]:
        return tuple(f for f in self.formulas if f.displayed)

    @property
    def text(self) -> str:
        return "\n\n".join(s.text for s in self.sources)


def read(path: Path) -> Document:
    """The mathematics of one file and of those it takes in with \\input. Raises Unreadable."""
    source = _opened(path)
    if path.suffix == ".ipynb":
        return parse(*cells(source))
    found: list[tuple[Source, tuple[Formula, ...]]] = []
    formulas = _taken_in(source, path.resolve().parent, found, (path.resolve(),))
    return Document(tuple(s for s, _ in found), formulas, _preamble(path))


def _opened(path: Path) -> Source:
    try:
        if path.exists() and not path.is_file():
            raise Unreadable(f"{path} is no file; give a text")
        if path.stat().st_size > MAX_BYTES:
            raise Unreadable(f"{path} has {path.stat().st_size} bytes; the limit is {MAX_BYTES}, split the text")
        data = path.read_bytes()
    except OSError as fault:
        raise Unreadable(f"{path} cannot be opened: {fault.strerror}") from fault
    return decode(str(path), data)


def _taken_in(
    source: Source, root: Path, found: list[tuple[Source, tuple[Formula, ...]]], above: tuple[Path, ...]
) -> tuple[Formula, ...]:
    """The formulas of a LaTeX file with those of its parts where they are taken in; nothing outside its folder."""
    own = tuple(sorted(_formulas(source), key=_begin))
    found.append((source, own))
    if not source.name.endswith(".tex"):
        return own
    placed: list[tuple[int, tuple[Formula, ...]]] = [(_begin(f), (f,)) for f in own]
    for at, part in taken_in(source.text, root, above):
        if len(found) >= MAX_PARTS:
            break
        child = replace(_opened(part), name=str(Path(source.name).parent / part.relative_to(root)))
        placed.append((at, _taken_in(child, root, found, (*above, part))))
    return tuple(f for _, part in sorted(placed, key=lambda p: p[0]) for f in part)


def _preamble(path: Path) -> str:
    return "\n".join(p.read_text(encoding="utf-8", errors="replace") for p in preambles(path))


def parse(*sources: Source) -> Document:
    """The mathematics of decoded texts, in their order."""
    return Document(sources, tuple(f for source in sources for f in sorted(_formulas(source), key=_begin)))


def _begin(formula: Formula) -> int:
    return formula.offsets[0]


def _formulas(source: Source) -> Iterator[Formula]:
    text = source.text
    if source.name.endswith(".rst"):
        yield from _between(source, bytearray(len(text)), sorted(restructured.spans(text)))
        return
    is_latex = source.name.endswith(".tex") or re.search(r"^\s*\\documentclass", text, re.M) is not None
    masked, fences = mask_latex(source) if is_latex else mask_markdown(source)
    spans = sorted([*scan(text, masked, latex=is_latex), *fences])
    if not is_latex:
        yield from _plain(source, masked, spans)
    yield from _between(source, masked, spans)


def _between(source: Source, masked: bytearray, spans: list[Span]) -> Iterator[Formula]:
    """The formulas at these places, with the words before and after each."""
    text = source.text
    ends = [0, *(span.ends for span in spans)]
    starts = [*(span.opens for span in spans), len(text)]
    for n, span in enumerate(spans):
        kept = _kept(text, masked, span.start, span.end)
        offsets = (*kept, kept[-1] + 1 if kept else span.end)
        latex, words = "".join(text[i] for i in kept), (text[ends[n] : span.opens], text[span.ends : starts[n + 1]])
        yield Formula(source, latex, offsets, span.displayed, span.closed, *words, (span.opens, span.ends))


def _plain(source: Source, masked: bytearray, spans: list[Span]) -> Iterator[Formula]:
    """The equations in plain Unicode that stand alone on a line."""
    text = source.text
    found = list(plain.lines(text, masked, [(span.opens, span.ends) for span in spans]))
    ends = [0, *(end for _, end in found)]
    starts = [*(start for start, _ in found), len(text)]
    for n, (start, end) in enumerate(found):
        latex, offsets = plain.latex(text, start, end)
        words = text[ends[n] : start], text[end : starts[n + 1]]
        yield Formula(source, latex, offsets, True, True, *words, (start, end))


def _kept(text: str, masked: bytearray, start: int, end: int) -> list[int]:
    """The places of a formula's characters, without space around it and without the marks of a quotation."""
    places = [i for i in range(start, end) if masked[i] != QUOTE]
    solid = [n for n, i in enumerate(places) if not text[i].isspace()]
    return places[solid[0] : solid[-1] + 1] if solid else []
