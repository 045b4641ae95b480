"""A text -> its displayed and inline mathematics, each with its exact place.

Markdown gives its blocks through markdown-it (code and front matter are no mathematics; a quotation's `>` is no
relation); the formulas in them are found here, character by character, so that lines and columns are exact.
Plain LaTeX files go through the same scanner with their comments and verbatim parts masked.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

from derive.errors import Unreadable

SUFFIXES = (".md", ".markdown", ".txt", ".tex")
MAX_BYTES, MAX_FORMULA = 10_000_000, 200_000
ENVIRONMENTS = ("equation", "align", "gather", "multline", "flalign", "eqnarray", "displaymath", "math")
_BEGIN = re.compile(r"\\begin\{(%s)(\*?)\}" % "|".join(ENVIRONMENTS))
_MATH_FENCE = re.compile(r"\s*(?:>\s?)*\s*(`{3,}|~{3,})\s*\{?math\}?\s*$")


@dataclass(frozen=True)
class Source:
    """A decoded text; offsets into it become 1-based lines and columns."""

    name: str
    text: str
    starts: tuple[int, ...]

    def position(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def line(self, number: int) -> str:
        end = self.starts[number] if number < len(self.starts) else len(self.text)
        return self.text[self.starts[number - 1] : end].rstrip("\r\n")


@dataclass(frozen=True)
class Formula:
    """Mathematics as written. `offsets[i]` is where character i of `latex` stands in the source (one past the end too)."""

    latex: str
    offsets: tuple[int, ...]
    displayed: bool
    closed: bool
    line: int
    column: int
    end_line: int
    end_column: int
    before: str = ""
    after: str = ""
    cell: int | None = None


@dataclass(frozen=True)
class Document:
    source: Source
    formulas: tuple[Formula, ...]

    @property
    def displays(self) -> tuple[Formula, ...]:
        return tuple(f for f in self.formulas if f.displayed)


def files(path: Path) -> list[Path]:
    """The texts at a path: the file itself, or every text below a directory, sorted."""
    if path.is_dir():
        found = sorted(p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
        if not found:
            raise Unreadable(f"{path} holds no text; expected a file ending in {', '.join(SUFFIXES)}")
        return found
    if not path.exists():
        raise Unreadable(f"{path} does not exist; give the path of a text or of a directory of texts")
    return [path]


def decode(name: str, data: bytes) -> Source:
    """UTF-8 text; anything else is refused with the byte where it goes wrong."""
    if len(data) > MAX_BYTES:
        raise Unreadable(f"{name} has {len(data)} bytes; the limit is {MAX_BYTES}, split the text")
    if (zero := data.find(b"\0")) >= 0:
        raise Unreadable(f"{name} is no text: byte {zero} is NUL; give a Markdown or LaTeX file")
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as fault:
        raise Unreadable(
            f"{name} is not UTF-8: byte {fault.start} is {data[fault.start]:#04x}; re-encode it"
        ) from fault
    starts = [0, *(m.end() for m in re.finditer(r"\r\n|\n|\r", text))]
    return Source(name, text, tuple(starts))


def read(path: Path) -> Document:
    """The mathematics of one file. Raises Unreadable when the file cannot be read as text."""
    try:
        data = path.read_bytes()
    except OSError as fault:
        raise Unreadable(f"{path} cannot be opened: {fault.strerror}") from fault
    return parse(decode(str(path), data))


def parse(source: Source) -> Document:
    """The mathematics of a decoded text, in the order of the text."""
    is_latex = (
        source.name.endswith(".tex") or re.search(r"^\s*\\documentclass", source.text, re.M) is not None
    )
    masked, fences = _mask_latex(source) if is_latex else _mask_markdown(source)
    spans = sorted([*_scan(source.text, masked, backticks=not is_latex), *fences])
    formulas, previous = [], 0
    for n, (start, end, displayed, closed) in enumerate(spans):
        stop = spans[n + 1][0] if n + 1 < len(spans) else len(source.text)
        formulas.append(
            _formula(
                source,
                masked,
                start,
                end,
                displayed,
                closed,
                source.text[previous:start],
                source.text[end:stop],
            )
        )
        previous = end
    return Document(source, tuple(formulas))


_OPENED, _CLOSED = re.compile(r"(?:\$+|\\[\[(])\s*$"), re.compile(r"^\s*(?:\$+|\\[\])])")
Span = tuple[int, int, bool, bool]  # start, end, displayed, closed


def _formula(
    source: Source,
    masked: bytearray,
    start: int,
    end: int,
    displayed: bool,
    closed: bool,
    before: str,
    after: str,
) -> Formula:
    kept = [i for i in range(start, end) if masked[i] != QUOTE]
    while kept and source.text[kept[0]].isspace():
        kept.pop(0)
    while kept and source.text[kept[-1]].isspace():
        kept.pop()
    last = kept[-1] + 1 if kept else end
    offsets = (*kept, last)
    line, column = source.position(offsets[0])
    end_line, end_column = source.position(last)
    latex = "".join(source.text[i] for i in kept)
    before, after = _OPENED.sub("", _CLOSED.sub("", before)), _CLOSED.sub("", _OPENED.sub("", after))
    return Formula(latex, offsets, displayed, closed, line, column, end_line, end_column, before, after)


CODE, QUOTE = 1, 2


def _mask_markdown(source: Source) -> tuple[bytearray, list[Span]]:
    parser = MarkdownIt("commonmark").use(front_matter_plugin).use(dollarmath_plugin).use(amsmath_plugin)
    masked, fences, depth = bytearray(len(source.text)), [], 0

    def bounds(lines: list[int]) -> tuple[int, int]:
        ends = [*source.starts, len(source.text)]
        return ends[min(lines[0], len(ends) - 1)], ends[min(lines[1], len(ends) - 1)]

    for token in parser.parse(source.text):
        if token.type == "blockquote_open" and token.map:
            depth += 1
            start, end = bounds(token.map)
            pattern = re.compile(r"^[ ]{0,3}(?:>[ ]?){1,%d}" % depth, re.M)
            for m in pattern.finditer(source.text[start:end]):
                masked[start + m.start() : start + m.end()] = bytes([QUOTE]) * (m.end() - m.start())
        elif token.type == "blockquote_close":
            depth -= 1
        elif token.type in ("fence", "code_block", "front_matter") and token.map:
            start, end = bounds(token.map)
            if token.type == "fence" and token.info.strip().strip("{}") == "math":
                first = source.text.find("\n", start, end) + 1 or end
                last = source.text.rfind("\n", start, end - 1) + 1
                fences.append((first, max(first, last), True, True))
            for i in range(start, end):
                masked[i] = masked[i] or CODE
        elif token.type == "html_block" and token.map and token.content.lstrip().startswith("<!--"):
            start, end = bounds(token.map)
            masked[start:end] = bytes([CODE]) * (end - start)
    return masked, fences


_VERBATIM = re.compile(r"\\begin\{(verbatim|lstlisting|comment)\*?\}.*?\\end\{\1\*?\}", re.S)


def _mask_latex(source: Source) -> tuple[bytearray, list[Span]]:
    masked = bytearray(len(source.text))
    hidden = [m.span() for m in _VERBATIM.finditer(source.text)]
    hidden += [m.span() for m in re.finditer(r"(?<!\\)(?:\\\\)*%[^\r\n]*", source.text)]
    start = source.text.find(r"\begin{document}")
    hidden += [(0, start)] if start >= 0 else []
    for low, high in hidden:
        masked[low:high] = bytes([CODE]) * (high - low)
    return masked, []


def _scan(text: str, masked: bytearray, *, backticks: bool) -> Iterator[Span]:
    i, size = 0, len(text)
    while i < size:
        if masked[i]:
            i += 1
        elif text[i] == "\\":
            found = _bracketed(text, masked, i)
            if found is None:
                i += 2
            else:
                yield found[0]
                i = found[1]
        elif text[i] == "`" and backticks:
            i = _after_code(text, i)
        elif text.startswith("$$", i):
            end = _find(text, masked, "$$", i + 2)
            stop = end if end >= 0 else _paragraph_end(text, i)
            yield i + 2, stop, True, end >= 0
            i = stop + 2
        elif text[i] == "$":
            end = _dollar(text, masked, i)
            if end >= 0:
                yield i + 1, end, False, True
            i = end + 1 if end >= 0 else i + 1
        else:
            i += 1


def _bracketed(text: str, masked: bytearray, i: int) -> tuple[Span, int] | None:
    r"""`\[ … \]`, `\( … \)` or a displaying environment that opens at i, and where to go on."""
    begin = _BEGIN.match(text, i)
    if begin is not None:
        closing, start, displayed = f"\\end{{{begin[1]}{begin[2]}}}", begin.end(), begin[1] != "math"
    elif text.startswith("\\[", i) and not text[text.rfind("\n", 0, i) + 1 : i].strip(" \t>"):
        closing, start, displayed = "\\]", i + 2, True
    elif text.startswith("\\(", i):
        closing, start, displayed = "\\)", i + 2, False
    else:
        return None
    end = _find(text, masked, closing, start)
    if end < 0 and not displayed:
        return None
    stop = end if end >= 0 else _paragraph_end(text, i)
    return (start, stop, displayed, end >= 0), stop + (len(closing) if end >= 0 else 0)


def _find(text: str, masked: bytearray, closing: str, start: int) -> int:
    """The first place of `closing` from `start` that is neither masked nor escaped."""
    i = start
    while (i := text.find(closing, i, start + MAX_FORMULA)) >= 0:
        before = i
        while before > start and text[before - 1] == "\\":
            before -= 1
        if not masked[i] and (i - before) % 2 == 0:
            return i
        i += 1
    return -1


def _paragraph_end(text: str, start: int) -> int:
    blank = re.compile(r"\r?\n[ \t]*\r?\n").search(text, start, start + MAX_FORMULA)
    return blank.start() if blank else min(len(text), start + MAX_FORMULA)


def _after_code(text: str, i: int) -> int:
    """Past the code span that opens at i (or past its backticks, where none closes)."""
    run = 1
    while text.startswith("`", i + run):
        run += 1
    end = _paragraph_end(text, i)
    for m in re.compile("`+").finditer(text, i + run, end):
        if m.end() - m.start() == run:
            return m.end()
    return i + run


def _dollar(text: str, masked: bytearray, i: int) -> int:
    """Where the inline formula that opens at i closes, by the rules that keep prices out; -1 for none."""
    if i + 1 >= len(text) or text[i + 1].isspace():
        return -1
    end = _find(text, masked, "$", i + 1)
    if end < 0 or end > _paragraph_end(text, i) or text[end - 1].isspace():
        return -1
    return -1 if text[end + 1 : end + 2].isdigit() else end
