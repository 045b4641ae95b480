"""Where formulas stand: `$…$`, `$$…$$`, `\\[…\\]`, environments, math fences; not in code, comments or prices."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

from derive.book.source import Source

MAX_FORMULA = 200_000
ENVIRONMENTS = ("equation", "align", "gather", "multline", "flalign", "eqnarray", "displaymath", "math")
_BEGIN = re.compile(rf"\\begin\{{({'|'.join(ENVIRONMENTS)})(\*?)\}}")
Span = tuple[int, int, bool, bool]  # start, end, displayed, closed
CODE, QUOTE = 1, 2


def mask_markdown(source: Source) -> tuple[bytearray, list[Span]]:
    parser = MarkdownIt("commonmark").use(front_matter_plugin).use(dollarmath_plugin).use(amsmath_plugin)
    masked, fences, depth = bytearray(len(source.text)), [], 0

    ends = [*source.starts, len(source.text)]

    def bounds(lines: list[int]) -> tuple[int, int]:
        return ends[min(lines[0], len(ends) - 1)], ends[min(lines[1], len(ends) - 1)]

    for token in parser.parse(source.text):
        if token.type == "blockquote_open" and token.map:
            depth += 1
            start, end = bounds(token.map)
            pattern = re.compile(rf"^[ ]{{0,3}}(?:>[ ]?){{1,{depth}}}", re.M)
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


def mask_latex(source: Source) -> tuple[bytearray, list[Span]]:
    masked = bytearray(len(source.text))
    hidden = [m.span() for m in _VERBATIM.finditer(source.text)]
    hidden += [m.span() for m in re.finditer(r"(?<!\\)(?:\\\\)*%[^\r\n]*", source.text)]
    start = source.text.find(r"\begin{document}")
    hidden += [(0, start)] if start >= 0 else []
    for low, high in hidden:
        masked[low:high] = bytes([CODE]) * (high - low)
    return masked, []


def scan(text: str, masked: bytearray, *, backticks: bool) -> Iterator[Span]:
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


_BLANK = re.compile(r"\r?\n[ \t]*\r?\n")


def _paragraph_end(text: str, start: int) -> int:
    blank = _BLANK.search(text, start, start + MAX_FORMULA)
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
    if end < 0 or text[end - 1].isspace() or _BLANK.search(text, i, end):
        return -1
    return -1 if text[end + 1 : end + 2].isdigit() else end
