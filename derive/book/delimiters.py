"""Where formulas stand: `$…$`, `$$…$$`, `\\[…\\]`, environments, math fences; not in code, comments or prices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from markdown_it import MarkdownIt
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

from derive.book.source import Source

MAX_FORMULA = 200_000
ENVIRONMENTS = (
    "equation", "align", "alignat", "xalignat", "gather", "multline", "flalign", "eqnarray", "IEEEeqnarray", "dmath",
    "displaymath", "math",
)  # fmt: skip
_COLUMNS = ("alignat", "xalignat", "IEEEeqnarray")  # which take an argument
_BEGIN = re.compile(rf"\\begin\{{({'|'.join(ENVIRONMENTS)})(\*?)\}}")
CODE, QUOTE, COMMENT = 1, 2, 3


class Span(NamedTuple):
    """The characters of a formula, and those from its opening mark to past its closing one and its label."""

    start: int
    end: int
    displayed: bool
    closed: bool
    opens: int
    ends: int


def mask_markdown(source: Source, deep: int = 0) -> tuple[bytearray, list[Span]]:
    """What is no mathematics of its own in a Markdown text, and the formulas in math fences."""
    parser = MarkdownIt("commonmark").use(front_matter_plugin).use(dollarmath_plugin).use(amsmath_plugin)
    text, masked, fences, depth = source.text, bytearray(len(source.text)), [], 0
    ends = [*source.starts, len(text)]

    def bounds(lines: list[int]) -> tuple[int, int]:
        return ends[min(lines[0], len(ends) - 1)], ends[min(lines[1], len(ends) - 1)]

    for token in parser.parse(_QUARTO.sub(lambda m: "$$" + " " * (len(m[0]) - 2), text)):
        if token.type == "blockquote_open" and token.map:
            depth += 1
            start, end = bounds(token.map)
            pattern = re.compile(rf"^[ ]{{0,3}}(?:>[ ]?){{1,{depth}}}", re.M)
            for m in pattern.finditer(text[start:end]):
                masked[start + m.start() : start + m.end()] = bytes([QUOTE]) * (m.end() - m.start())
        elif token.type == "blockquote_close":
            depth -= 1
        elif token.type in ("fence", "code_block", "front_matter") and token.map:
            start, end = bounds(token.map)
            if token.type == "fence" and token.info.strip().strip("{}") in ("math", "latex math"):
                fences.append(_fenced(text, start, end, token.markup))
            for i in range(start, end):
                masked[i] = masked[i] or CODE
            if token.type == "fence" and deep < 3 and _PROSE.match(token.info):
                _within(source, text.find("\n", start, end) + 1, end, deep, masked, fences)
        elif token.type == "html_block" and token.map and token.content.lstrip().startswith("<!--"):
            start, end = bounds(token.map)
            masked[start:end] = bytes([COMMENT]) * (end - start)
    for colons in _COLONS.finditer(text):
        if not any(masked[colons.start() : colons.end()]):
            fences.append(_fenced(text, colons.start(), colons.end(), ":::"))
            masked[colons.start() : colons.end()] = bytes([CODE]) * (colons.end() - colons.start())
    return masked, fences


def _within(source: Source, start: int, end: int, deep: int, masked: bytearray, fences: list[Span]) -> None:
    """Unmasks the words in a directive, which are a text of their own."""
    text = source.text[start:end].rstrip()
    text = text[: text.rfind("\n") + 1]  # without the closing fence
    starts = tuple(s - start for s in source.starts if start <= s <= start + len(text))
    inner, found = mask_markdown(Source(source.name, text, starts), deep + 1)
    for i, hidden in enumerate(inner, start):
        masked[i] = QUOTE if masked[i] == QUOTE else hidden
    for span in found:
        moved: dict[str, Any] = {k: v + start for k, v in span._asdict().items() if type(v) is int}
        fences.append(span._replace(**moved))


_PROSE = re.compile(r"\s*\{(?!code|literal|raw|math|eval|mermaid|figure|image|toctree|list-table|csv|bibl)[\w:-]+\}")
_QUARTO = re.compile(r"\$\$[ \t]*\{#[^}\n]{1,120}\}[ \t]*$", re.M)
_COLONS = re.compile(r"^(:{3,})[ \t]*\{math\}[^\n]*\n(?:(?!\1).*\n){0,400}\1[ \t]*$", re.M)
_OPTIONS = re.compile(r"(?:[ \t>]*:[\w-]+:[^\n]*\n)*")
_YAML = re.compile(r"[ \t>]*---[ \t]*\n(?:(?![ \t>]*---).*\n){0,40}[ \t>]*---[ \t]*\n")


def _fenced(text: str, start: int, end: int, markup: str) -> Span:
    """The formula in a math fence, without the options of MyST (`:label: …`) at its top."""
    opens = text.find(markup, start, end)
    first = text.find("\n", start, end) + 1 or end
    options = _YAML.match(text, first, end) or _OPTIONS.match(text, first, end)
    first = options.end() if options is not None else first
    ends = start + len(text[start:end].rstrip())
    closing = text.rfind("\n", start, ends) + 1
    closed = closing >= first and text[closing:ends].strip(" \t>").startswith(markup)
    return Span(first, max(first, closing if closed else ends), True, closed, opens, ends)


_VERBATIM = re.compile(r"\\begin\{(verbatim|lstlisting|minted|comment)\*?\}.*?\\end\{\1\*?\}", re.S)


def mask_latex(source: Source) -> tuple[bytearray, list[Span]]:
    masked = bytearray(len(source.text))
    hidden = [m.span() for m in _VERBATIM.finditer(source.text)]
    hidden += [m.span() for m in re.finditer(r"(?<!\\)(?:\\\\)*%[^\r\n]*", source.text)]
    start = source.text.find(r"\begin{document}")
    hidden += [(0, start)] if start >= 0 else []
    for low, high in hidden:
        masked[low:high] = bytes([CODE]) * (high - low)
    return masked, []


def scan(text: str, masked: bytearray, *, latex: bool) -> Iterator[Span]:
    i, size = 0, len(text)
    while i < size:
        if masked[i]:
            i += 1
        elif text[i] == "\\":
            span = _bracketed(text, masked, i, latex)
            if span is not None:
                yield span
            i = span.ends if span is not None else i + 2
        elif text[i] == "`" and not latex:
            span = _role(text, i)
            if span is not None:
                yield span
            i = _after_code(text, i)
        elif text.startswith("$$", i):
            end = _find(text, masked, "$$", i + 2)
            stop = end if end >= 0 else _paragraph_end(text, i)
            label = _LABEL.match(text, stop + 2) if end >= 0 and not latex else None
            ends = label.end() if label is not None else stop + 2 * (end >= 0)
            yield Span(i + 2, stop, True, end >= 0, i, ends)
            i = max(ends, stop + 2)
        elif text.startswith("$`", i) and not latex and (end := _ticked(text, masked, i)) >= 0:
            yield Span(i + 2, end, False, True, i, end + 2)
            i = end + 2
        elif text[i] == "$":
            end = _dollar(text, masked, i)
            if end >= 0:
                yield Span(i + 1, end, False, True, i, end + 1)
            i = end + 1 if end >= 0 else i + 1
        else:
            i += 1


_LABEL = re.compile(r"[ \t]*(?:\n[ \t]*)?(?:\{#[^}\n]{1,120}\}|\([\w:.-]{1,80}\))[ \t]*(?=\n|$)")  # of Quarto, of MyST


def _bracketed(text: str, masked: bytearray, i: int, latex: bool) -> Span | None:
    r"""`\[ … \]`, `\( … \)` or a displaying environment that opens at i."""
    begin = _BEGIN.match(text, i)
    if begin is not None:
        closing, start, displayed = f"\\end{{{begin[1]}{begin[2]}}}", begin.end(), begin[1] != "math"
        if begin[1] in _COLUMNS and (columns := re.compile(r"\s*\{[^{}\n]{0,40}\}").match(text, start)) is not None:
            start = columns.end()
    elif text.startswith("\\[", i) and (latex or _opens_line(text, i) or _is_formula(text, masked, i)):
        closing, start, displayed = "\\]", i + 2, True
    elif text.startswith("\\(", i):
        closing, start, displayed = "\\)", i + 2, False
    else:
        return None
    end = _find(text, masked, closing, start)
    if end < 0 and not displayed:
        return None
    stop = end if end >= 0 else _paragraph_end(text, i)
    return Span(start, stop, displayed, end >= 0, i, stop + len(closing) * (end >= 0))


def _opens_line(text: str, i: int) -> bool:
    return not text[text.rfind("\n", 0, i) + 1 : i].strip(" \t>")


def _is_formula(text: str, masked: bytearray, i: int) -> bool:
    r"""Whether `\[ … \]` within a line of Markdown is a formula, and no escaped bracket: it has a relation in it."""
    end = _find(text, masked, "\\]", i + 2)
    return end >= 0 and re.search(r"[=<>]|\\(?:[lg]eq?|approx|sim|propto|equiv)\b", text[i + 2 : end]) is not None


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


def _role(text: str, i: int) -> Span | None:
    """MyST's {math}`…`, whose backtick is at i."""
    if not text.endswith("{math}", max(0, i - 6), i) or text.startswith("``", i):
        return None
    end = text.find("`", i + 1, _paragraph_end(text, i))
    return Span(i + 1, end, False, True, i - 6, end + 1) if end > i + 1 else None


def _ticked(text: str, masked: bytearray, i: int) -> int:
    """Where the formula in $`…`$ that opens at i closes; -1 for none."""
    end = text.find("`$", i + 2, _paragraph_end(text, i))
    return end if end > i + 2 and not masked[end] else -1


def _dollar(text: str, masked: bytearray, i: int) -> int:
    """Where the inline formula that opens at i closes, by the rules that keep prices out; -1 for none."""
    if i + 1 >= len(text) or text[i + 1].isspace():
        return -1
    end = _find(text, masked, "$", i + 1)
    if end < 0 or text[end - 1].isspace() or _BLANK.search(text, i, end):
        return -1
    return -1 if text[end + 1 : end + 2].isdigit() else end
