"""Plain words among which formulas stand: in "since π_θ > 0", π_θ > 0 is mathematics, the rest words.

A formula is the longest run of letters with indices, numbers, brackets and signs that is balanced and cannot be
meant as words: it has an index, a Greek letter, a ∇ or Σ, a relation between letters, or a function's brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from derive.printing.boxes import Applied, Box, Fenced, Ident, Number, Operator, Product, Row, Sign, scripted, spelled

_GREEK = "Α-Ωα-ω"
_LETTER = rf"[A-Za-z{_GREEK}]"
_PLAIN = r"[^{}\\ ]{1,40}"
_INDEX = rf"\{{{_PLAIN}(?:\{{{_PLAIN}\}})?\}}|\([^()\\]{{1,40}}\)|[0-9]+|{_LETTER}(?![a-z])'*"
_TOKEN = re.compile(
    rf"(?P<script>[_^](?:{_INDEX})|(?<=[{_GREEK}])_[a-z]+|[²³])"
    r"|(?P<word>(?:(?![²³])[^\W\d_]){2,}[\w^-]*|[A-Za-z]_[a-z0-9]{2,}\w*|[A-Za-z]\d\w*|\d+[A-Za-z]\w+)"
    rf"|(?P<number>\d+(?:[.,]\d+)*|…)|(?P<big>[Σ∏])|(?P<letter>{_LETTER}'*)|(?P<nabla>∇)"
    r"|(?P<relation>[=≠<>≤≥∼∈])|(?P<binary>[+−·/-])|(?P<open>[(\[])|(?P<close>[)\]])|(?P<bar>\|)|(?P<comma>,)"
    r"|(?P<space> +)|(?P<other>.)",
    re.DOTALL,
)
_NAMED = {"log", "exp", "Var", "min", "max"}
Token = tuple[str, str]  # kind, text
DEEPEST = 12  # brackets within brackets


def pieces(words: str) -> list[str | Box]:
    """Words and formulas, in order."""
    out: list[str | Box] = []
    for run, formula in _runs(_tokens(words)):
        box = _formula(run) if formula else None
        if box is not None:
            out.append(box)
            continue
        said = "".join(text for _, text in run)
        out[-1:] = [out[-1] + said] if out and isinstance(out[-1], str) else [*out[-1:], said]
    return [p for p in out if p != ""]


def _tokens(words: str) -> list[Token]:
    found: list[Token] = []
    for match in _TOKEN.finditer(words):
        kind, text = str(match.lastgroup), match.group()
        if kind == "word" and text in _NAMED:
            kind = "named"
        found.append((kind, text))
    return found


def _runs(tokens: list[Token]) -> Iterator[tuple[list[Token], bool]]:
    """The tokens in runs, and whether each is a formula."""
    i = 0
    while i < len(tokens):
        end = _end(tokens, i)
        if end > i:
            yield tokens[i:end], True
            i = end
        else:
            yield [tokens[i]], False
            i += 1


_STARTS = {"letter", "number", "big", "nabla", "named", "open"}
_ENDS = {"letter", "number", "script", "close"}


def _end(tokens: list[Token], start: int) -> int:
    """Where the longest formula that starts here ends, or `start` where none does."""
    first = tokens[start + 1] if tokens[start][1] in "−-" and start + 1 < len(tokens) else tokens[start]
    before = tokens[start - 1][0] if start else "space"
    if first[0] not in _STARTS or before in ("letter", "word", "script", "number", "close"):
        return start
    depth, best, i = 0, start, start
    while i < len(tokens):
        kind = tokens[i][0]
        if kind in ("word", "other") or (kind in ("comma", "bar") and not depth) or _is_article(tokens, i, start):
            break
        depth += (kind == "open") - (kind == "close")
        if not 0 <= depth <= DEEPEST:
            break
        if not depth and kind in _ENDS and (i + 1 == len(tokens) or tokens[i + 1][0] not in ("script", "word")):
            best = i + 1
        i += 1
    return best if _mathematical(tokens[start:best]) and not _goes_on(tokens, best) else start


def _goes_on(tokens: list[Token], end: int) -> bool:
    """Whether what stands here could only be half of a formula."""
    after = [kind for kind, _ in tokens[end : end + 2]]
    joined = after[:1] == ["binary"] and after[1:] not in ([], ["word"], ["space"])
    return joined or after[:1] in (["relation"], ["open"]) or after in (["space", "relation"], ["space", "binary"])


def _is_article(tokens: list[Token], i: int, start: int) -> bool:
    """The words a, A and I, between spaces and not beside a sign."""
    if tokens[i] not in (("letter", "a"), ("letter", "A"), ("letter", "I")):
        return False
    near = [t[0] for t in tokens[max(start, i - 2) : i] if t[0] != "space"][-1:]
    near += [t[0] for t in tokens[i + 1 : i + 3] if t[0] != "space"][:1]
    return tokens[i + 1 : i + 2] != [] and tokens[i + 1][0] == "space" and not {*near} & {"relation", "binary", "big"}


def _mathematical(run: list[Token]) -> bool:
    kinds = {kind for kind, _ in run}
    greek = any(kind == "letter" and re.match(rf"[{_GREEK}]", text) for kind, text in run)
    raised = "script" in kinds and bool(kinds & {"letter", "nabla", "big", "number"})
    calls = any(a[0] in ("letter", "named") and b[0] == "open" for a, b in pairwise(run))
    relates = "relation" in kinds and "letter" in kinds
    return greek or calls or relates or raised or bool(kinds & {"nabla", "big"} and "letter" in kinds)


# tokens to boxes


def _formula(run: list[Token]) -> Box | None:
    tokens = [t for t in run if t[0] != "space"]
    box, rest = _row(tokens, 0)
    return box if rest == len(tokens) else None


def _row(tokens: list[Token], i: int) -> tuple[Box, int]:
    """Boxes up to the end or the bracket that closes this row; factors side by side are a product."""
    items: list[Box] = []
    factors: list[Box] = []
    while i < len(tokens) and tokens[i][0] != "close":
        kind, text = tokens[i]
        if kind in ("relation", "binary", "bar", "comma"):
            items += [*_product(factors), _sign(kind, text, first=not factors)]
            factors, i = [], i + 1
        else:
            box, i = _operand(tokens, i)
            factors.append(box)
    items += _product(factors)
    return (items[0] if len(items) == 1 else Row(tuple(items))), i


def _product(factors: list[Box]) -> list[Box]:
    return [Product(tuple(factors))] if len(factors) > 1 else factors


def _sign(kind: str, text: str, first: bool) -> Sign:
    text = text.replace("−", "-")
    if kind == "bar":
        return Sign("|", "relation")
    if kind == "binary" and (first or text in "/·"):
        return Sign(text, "tight" if text in "/·" else "prefix")
    return Sign(text, kind)


def _operand(tokens: list[Token], i: int) -> tuple[Box, int]:
    kind, text = tokens[i]
    if kind == "open":
        inside, end = _row(tokens, i + 1)
        box: Box = Fenced(inside, "()" if text == "(" else "[]")
        return _scripts(box, tokens, end + 1)
    box, i = _scripts(_leaf(kind, text), tokens, i + 1)
    follows = tokens[i][0] if i < len(tokens) else ""
    if follows == "open" and (kind == "letter" or text in ("E", "Var")):
        call, i = _operand(tokens, i)
        return Row((box, call)), i
    if (kind in ("nabla", "named", "big") or text == "E") and follows in _STARTS:
        body, i = _operand(tokens, i)
        return Applied(box, body), i
    return box, i


def _leaf(kind: str, text: str) -> Box:
    if kind == "named" or text == "E":
        return Operator(text)
    if kind == "number" and text != "…":
        return Number(text)
    return Ident(text) if kind == "letter" else Sign(text, "tight")


def _scripts(base: Box, tokens: list[Token], i: int) -> tuple[Box, int]:
    while i < len(tokens) and tokens[i][0] == "script":
        mark, written = tokens[i][1][0], tokens[i][1][1:]
        written = written[1:-1] if written[:1] in ("{", "(") else written
        if mark in "²³":
            mark, written = "^", str("²³".index(mark) + 2)
        inside = _index(written)
        base = scripted(base, inside) if mark == "_" else scripted(base, None, inside)
        i += 1
    return base, i


def _index(written: str) -> Box:
    if (nested := re.fullmatch(r"([^\W_])_\{([^{}]*)\}", written)) is not None:  # τ_{0:T}
        return scripted(spelled(nested[1]), _index(nested[2]))
    tokens = re.findall(r"\w+'*|[^\w\s]", written.replace("−", "-"))
    return Row(tuple(spelled(t) if t[0].isalnum() else Sign(t, "tight") for t in tokens))
