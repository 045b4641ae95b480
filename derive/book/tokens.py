r"""LaTeX mathematics -> tokens, each with the span it came from. An unknown character or command stops the reading.

Spacing, sizes and labels vanish; synonyms become one token (`\mid` and `|`, `\geq` and `≥`, `\theta` and `θ`).
Macros of the text's own are expanded, a bounded number of times; their tokens keep the span of the call.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from derive.book.vocabulary import (
    DOTS,
    FONTS,
    GREEK,
    KNOWN,
    OPERATORS,
    SINGLE,
    SIZES,
    SKIPPED,
    SPACES,
    TEXTS,
    UNICODE,
    UNICODE_COMMAND,
    UNICODE_GREEK,
)
from derive.errors import Unreadable

_CLOSING = {"{": "}", "(": ")", "[": "]", "set{": "set}"}
MAX_LENGTH, MAX_TOKENS, MAX_EXPANSIONS, MAX_DIGITS, MAX_NESTING = 200_000, 20_000, 2_000, 40, 40


class Stopped(Unreadable):
    """Where reading stopped: a span of the formula, and the token that could not be read.

    `open`: it was read, and what it says is left open by the text or lies outside of what finite models can decide.
    """

    def __init__(self, why: str, start: int, end: int, token: str, *, open: bool = False) -> None:
        super().__init__(why)
        self.why, self.start, self.end, self.token, self.open = why, start, end, token, open


@dataclass(frozen=True, slots=True)
class Token:
    """`kind`: letter, number, op, command, text, begin, finish (of an environment), row, quad or end."""

    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Macro:
    arguments: int
    body: str


def tokenise(latex: str, macros: Mapping[str, Macro] | None = None) -> list[Token]:
    """The tokens of a formula, the last one of kind `end`. Raises Stopped."""
    if len(latex) > MAX_LENGTH:
        raise Stopped(f"the formula has {len(latex)} characters; the limit is {MAX_LENGTH}", 0, len(latex), latex[:20])
    lexer = _Lexer(macros or {})
    out: list[Token] = []
    for token in lexer.run(latex, 0):
        out.append(token)
        if len(out) > MAX_TOKENS:
            raise Stopped(f"more than {MAX_TOKENS} tokens", token.start, token.end, token.text)
    return [*_without_shells(_without_boxes(out)), Token("end", "", len(latex), len(latex))]


class _Lexer:
    def __init__(self, macros: Mapping[str, Macro]) -> None:
        self.macros, self.expansions = macros, 0

    def run(self, s: str, depth: int) -> Iterator[Token]:
        i = 0
        while i < len(s):
            c = s[i]
            if c == "%":
                newline = s.find("\n", i)
                i = len(s) if newline < 0 else newline
            elif c.isspace():
                i += 1
            elif c == "\\":
                found, i = self.command(s, i, depth)
                yield from found
            elif c.isdigit() and c.isascii():
                j = _number_end(s, i)
                yield Token("number", s[i:j], i, j)
                i = j
            elif (pair := s[i : i + 2]) in _PAIRS:
                yield Token("op", pair, i, i + 2)
                i += 2
            elif s.startswith("...", i):
                yield Token("command", "dots", i, i + 3)
                i += 3
            elif c in SINGLE:
                if c != "~":
                    yield Token("op", c, i, i + 1)
                i += 1
            else:
                yield _character(c, i)
                i += 1

    def command(self, s: str, i: int, depth: int) -> tuple[list[Token], int]:
        j = i + 1
        while j < len(s) and s[j].isascii() and s[j].isalpha():
            j += 1
        j = max(j, i + 2)
        name = s[i + 1 : j]
        if name in self.macros:
            return self.expand(s, i, j, name, depth)
        if name == "\\" or name == "newline":
            return [Token("row", "\\\\", i, j)], _after_row(s, j)
        if name in SPACES:
            return [], j
        if name in ("quad", "qquad"):
            return [Token("quad", name, i, j)], j
        if name in SIZES:
            rest = _skip(s, j)
            if not s.startswith(".", rest):
                return [], j
            return [Token("op", "left.", i, rest + 1)] if name == "left" else [], rest + 1
        if name in SKIPPED:
            return [], _group(s, _skip(s, j + s.startswith("*", j)), i)[1]
        if name in ("stackrel", "overset"):
            return self.marked(s, i, j, depth)
        if FONTS.get(name) in ("rm", "sf") and (words := _words(s, _skip(s, j + s.startswith("*", j)))) is not None:
            return [Token("text", words[0], i, words[1])], words[1]
        if name in TEXTS:
            text, end = _group(s, _skip(s, j), i)
            return [Token("text", text, i, end)], end
        if name in ("begin", "end"):
            text, end = _group(s, _skip(s, j), i)
            if name == "begin" and text in ("array", "subarray", "alignedat"):
                end = _group(s, _skip(s, end), i)[1]
            return [Token("begin" if name == "begin" else "finish", text, i, end)], end
        if name in GREEK:
            return [Token("letter", name, i, j)], j
        if name in OPERATORS:
            return [Token("op", OPERATORS[name], i, j)], j
        if name in DOTS:
            return [Token("command", "dots", i, j)], j
        if name in KNOWN:
            return [Token("command", name, i, j)], j + (name in FONTS and s.startswith("*", j))
        raise Stopped(f"the command \\{name} is not known", i, j, "\\" + name)

    def marked(self, s: str, i: int, j: int, depth: int) -> tuple[list[Token], int]:
        r"""`\stackrel{\text{def}}{=}`, `\overset{\text{iid}}{\sim}`: a relation with a remark above it."""
        above, j = _group(s, _skip(s, j), i)
        below, j = _group(s, _skip(s, j), i)
        inner = list(self.run(below, depth + 1)) if depth < MAX_NESTING else []
        if len(inner) != 1 or inner[0].kind != "op" or inner[0].text in SINGLE - set("=<>"):
            raise Stopped("something with a mark above it that is no relation", i, j, s[i:j][:20])
        defines = inner[0].text == "=" and re.search(r"def|triangle|Delta|!|\.", above) is not None
        return [Token("op", ":=" if defines else inner[0].text, i, j)], j

    def expand(self, s: str, i: int, j: int, name: str, depth: int) -> tuple[list[Token], int]:
        macro, self.expansions = self.macros[name], self.expansions + 1
        if self.expansions > MAX_EXPANSIONS or depth >= MAX_NESTING:
            raise Stopped(f"the macro \\{name} expands without end", i, j, "\\" + name)
        values = []
        for _ in range(macro.arguments):
            value, j = _argument(s, _skip(s, j), i, name)
            values.append(value)
        body = macro.body
        for n, value in enumerate(values, 1):
            body = body.replace(f"#{n}", value)
        if len(body) > MAX_LENGTH // 10:
            raise Stopped(f"the macro \\{name} expands to {len(body)} characters", i, j, "\\" + name)
        return [replace(token, start=i, end=j) for token in self.expanded(body, i, j, name, depth)], j

    def expanded(self, body: str, i: int, j: int, name: str, depth: int) -> list[Token]:
        inner: list[Token] = []
        try:
            for token in self.run(body, depth + 1):
                inner.append(token)
                if len(inner) > MAX_TOKENS:
                    raise Stopped(f"the macro \\{name} expands to more than {MAX_TOKENS} tokens", i, j, name)
        except Stopped as fault:
            raise Stopped(fault.why, i, j, fault.token) from fault
        return inner


_PAIRS = frozenset({":=", "||"})
_WORDS = re.compile(r"\{([^{}\\^_$]*[-+./ ][^{}\\^_$]*)\}")


def _words(s: str, i: int) -> tuple[str, int] | None:
    r"""The words in the braces of \mathrm{…}, where they are no mere letters: WORD-KD, ref. ."""
    match = _WORDS.match(s, i)
    return (match[1], match.end()) if match is not None and match[1].strip() else None


def _number_end(s: str, i: int) -> int:
    j = i
    while j < len(s) and s[j] in "0123456789":
        j += 1
    if j + 1 < len(s) and s[j] == "." and s[j + 1] in "0123456789":
        j += 1
        while j < len(s) and s[j] in "0123456789":
            j += 1
    if j - i > MAX_DIGITS:
        raise Stopped(f"a number of {j - i} digits; the limit is {MAX_DIGITS}", i, j, s[i : i + 10] + "…")
    return j


def _character(c: str, i: int) -> Token:
    if c in UNICODE:
        return Token("op", UNICODE[c], i, i + 1)
    if c in UNICODE_COMMAND:
        return Token("command", UNICODE_COMMAND[c], i, i + 1)
    if c == "𝔼":
        return Token("letter", "bb:E", i, i + 1)
    plain = unicodedata.normalize("NFKC", c) if unicodedata.name(c, "").startswith("MATHEMATICAL ITALIC") else c
    if plain in UNICODE_GREEK:
        return Token("letter", UNICODE_GREEK[plain], i, i + 1)
    if len(plain) == 1 and plain.isascii() and plain.isalpha():
        return Token("letter", plain, i, i + 1)
    raise Stopped(f"the character {c!r} is not known", i, i + 1, c)


def _skip(s: str, i: int) -> int:
    while i < len(s) and s[i].isspace():
        i += 1
    return i


def _after_row(s: str, j: int) -> int:
    r"""Past the `*` and `[2pt]` that may follow `\\`."""
    j += s.startswith("*", j)
    close = s.find("]", j, j + 12)
    return (
        close + 1
        if s.startswith("[", j) and close > 0 and s[j + 1 : close].rstrip("ptemxc").replace(".", "").isdigit()
        else j
    )


def _group(s: str, i: int, at: int) -> tuple[str, int]:
    """The contents of the braces that open at i, and where they end."""
    depth = 0
    for j in range(i, len(s)):
        if s[j] == "{" and (j == 0 or s[j - 1] != "\\"):
            depth += 1
        elif s[j] == "}" and s[j - 1] != "\\":
            depth -= 1
        if depth == 0:
            break
    if i >= len(s) or s[i] != "{" or depth:
        raise Stopped("expected a group in braces", at, min(i + 1, len(s)), s[at : i + 1][:20])
    return s[i + 1 : j], j + 1


def _argument(s: str, i: int, at: int, name: str) -> tuple[str, int]:
    if s.startswith("{", i):
        return _group(s, i, at)
    if i >= len(s) or s[i] == "\\":
        raise Stopped(f"the macro \\{name} needs its argument in braces", at, i, "\\" + name)
    return s[i], i + 1


def _without_boxes(tokens: list[Token]) -> list[Token]:
    r"""`\boxed{a = b}` without its box. A box around a part keeps its braces, so that it stays one factor."""
    out = list(tokens)
    while out and out[0].kind == "command" and out[0].text == "boxed" and len(out) > 1 and out[1].text == "{":
        close = closing_brace(out, 1)
        if close is None or any(t.text not in (".", ",") for t in out[close + 1 :]):
            break
        out = [*out[2:close], *out[close + 1 :]]
    return out


def _without_shells(tokens: list[Token]) -> list[Token]:
    """{{x}} as {x}, ({x}) as (x): braces around all that stands in a bracket say nothing."""
    pairs, opened = dict[int, int](), list[int]()
    for n, token in enumerate(tokens):
        if token.kind == "op" and token.text in _CLOSING.values() and opened:
            pairs[opened.pop()] = n
        elif token.kind == "op" and token.text in _CLOSING:
            opened.append(n)
    dropped: set[int] = set()
    for start, end in pairs.items():
        inner = pairs.get(start + 1)
        if inner == end - 1 and tokens[start + 1].text == "{" and tokens[start].text in _CLOSING:
            dropped |= {start + 1, inner}
    return [t for n, t in enumerate(tokens) if n not in dropped] if dropped else tokens


def closing_brace(tokens: Sequence[Token], at: int) -> int | None:
    """Where the brace that opens at a token closes."""
    depth = 0
    for n in range(at, len(tokens)):
        depth += (tokens[n].text == "{") - (tokens[n].text == "}") if tokens[n].kind == "op" else 0
        if depth == 0:
            return n
    return None
