"""Mathematics in plain Unicode on a line of its own -> LaTeX, every character keeping its place in the source.

    ∇_θ J(θ) = E_(τ ~ π_θ) [ R(τ) · Σ over t of ∇_θ log π_θ(a_t | s_t) ]

A line is taken for an equation when it has a relation in it and no words but those of mathematics; what it cannot
mean then stops the reading like any other formula. Prose is never searched for mathematics.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

_RELATION = re.compile(r"[=≈←∝≤≥≐≔]|:=")
_SIGN = re.compile(r"[α-ωΑ-Ω∑∏∇∂∫𝔼√∞·²³]|\^|_|E\[")
_WORDS = frozenset(
    ["log", "ln", "exp", "max", "min", "over", "of", "where", "for", "all", "at", "Var", "argmax", "argmin", "KL"]
)
_NUMBERED = re.compile(r"[ \t]*(?:\d{1,2}[.)]|[•*-])[ \t]+")
_BIG = re.compile(r"([Σ∑∏Π])\s+over\s+((?:(?!\bover\b).)+?)\s+of\b")
_NAMES = {"Σ": "\\sum", "∑": "\\sum", "∏": "\\prod", "Π": "\\prod"}
_POWERS = {"²": "^2", "³": "^3", "⁻": "^-", "₀": "_0", "₁": "_1", "₂": "_2", "ₜ": "_t"}
_MAX_LINE = 2_000
Placed = list[tuple[str, int]]  # a character of the LaTeX, and where it stands in the source


def lines(text: str, masked: bytearray, taken: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Where the lines that are equations stand: start and end of each."""
    ends = [end for _, end in taken]  # which do not overlap
    for match in re.finditer(r"[^\r\n]+", text):
        start, end = match.span()
        after = bisect_right(ends, start)
        in_formula = after < len(taken) and taken[after][0] < end
        if in_formula or end - start > _MAX_LINE or any(masked[start:end]):
            continue
        if (numbered := _NUMBERED.match(text, start, end)) is not None:
            start = numbered.end()
        if is_equation(text[start:end]):
            yield start, end


def is_equation(line: str) -> bool:
    """A relation, a sign of mathematics, and no words of prose."""
    if any(c in line for c in "$\\`{}#") or not _RELATION.search(line) or line.rstrip().endswith((":", "?")):
        return False
    words = re.findall(r"[A-Za-z]{2,}", line)
    prose = [w for w in words if w not in _WORDS and not re.fullmatch(r"d[a-z]", w)]
    opens = line.lstrip()[:1] in "=≈"
    return not prose and (_SIGN.search(line) is not None or opens or bool(re.search(r"[\d)]\s*[=≈]\s*[\d(]", line)))


def latex(text: str, start: int, end: int) -> tuple[str, tuple[int, ...]]:
    """The LaTeX of a line, and for every character of it the place in the source (one more at the end)."""
    placed: Placed = [(text[i], i) for i in range(start, end)]
    placed = _brackets(_words(_bigs(_first_side_in_words(placed))))
    while placed and placed[-1][0].isspace():
        placed.pop()
    while placed and placed[0][0].isspace():
        placed.pop(0)
    last = placed[-1][1] + 1 if placed else end
    return "".join(c for c, _ in placed), (*(i for _, i in placed), last)


def _string(placed: Placed) -> str:
    return "".join(c for c, _ in placed)


def _write(words: str, at: int) -> Placed:
    return [(c, at) for c in words]


def _first_side_in_words(placed: Placed) -> Placed:
    """`π(a=1) at θ_1 = …`: what is said of a moment is words; the rest of the chain can be read."""
    match = re.match(r".*?\bat\s+\S+\s*(?=[=≈])", _string(placed))
    if match is None:
        return placed
    inner = [(c if c not in "{}\\" else " ", at) for c, at in placed[: match.end()]]
    return [*_write("\\text{", placed[0][1]), *inner, *_write("} ", inner[-1][1]), *placed[match.end() :]]


def _bigs(placed: Placed) -> Placed:
    """`Σ over t of` is \\sum_{t}."""
    while (match := _BIG.search(_string(placed))) is not None:
        at = placed[match.start()][1]
        inner = placed[match.start(2) : match.end(2)]
        opened = [*_write(_NAMES[match[1]] + "_{", at), *inner, *_write("} ", inner[-1][1])]
        placed = [*placed[: match.start()], *opened, *placed[match.end() :]]
    return placed


def _words(placed: Placed) -> Placed:
    """log, max: commands; where: a word in a formula; E: the expectation; ²: a power."""
    out: Placed = []
    whole, i = _string(placed), 0
    while i < len(placed):
        match = re.compile(r"[A-Za-z]+").match(whole, i)
        escaped = i > 0 and whole[i - 1] == "\\"
        if match is None or escaped:
            c, at = placed[i]
            out += _write(_POWERS[c], at) if c in _POWERS else _write("\\sim ", at) if c == "~" else [(c, at)]
            i += 1
            if match is not None:
                out += placed[i : match.end()]
                i = match.end()
            continue
        word, at = match[0], placed[i][1]
        if word in ("log", "ln", "exp", "max", "min", "argmax", "argmin"):
            out += [("\\", at), *placed[i : match.end()], (" ", placed[match.end() - 1][1])]
        elif word in ("where", "for", "all"):
            out += _write(f"\\quad \\text{{{word}}}\\ ", at)
        elif word == "E" and re.match(r"E\s*[\[_]", whole[i:]):
            out += _write("\\mathbb{E}", at)
        else:
            out += placed[i : match.end()]
        i = match.end()
    return out


def _brackets(placed: Placed) -> Placed:
    """`_( … )` and `^( … )` are groups; digits after them belong together."""
    out: Placed = []
    closing: list[str] = []
    for n, (c, at) in enumerate(placed):
        before = out[-1][0] if out else ""
        if c == "(":
            group = before in ("_", "^")
            closing.append("}" if group else ")")
            out.append(("{" if group else "(", at))
        elif c == ")" and closing:
            out.append((closing.pop(), at))
        elif c.isdigit() and before in ("_", "^") and n + 1 < len(placed) and placed[n + 1][0].isdigit():
            digits = re.compile(r"\d+").match(_string(placed), n)
            assert digits is not None
            out += [("{", at), (c, at)]
            closing.append(f"digits{digits.end()}")
        else:
            out.append((c, at))
        if closing and closing[-1] == f"digits{n + 1}":
            closing.pop()
            out.append(("}", at))
    return out
