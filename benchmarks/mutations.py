r"""One mistake in a formula, as authors make them: another sign, an index off by one, a factor or a sum left out.

Each is one change at one place of the LaTeX source, of a kind with a name. Whether it changes the meaning is not asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_GROUP = r"(?:\{(?:[^{}]|\{[^{}]*\})*\}|\\[A-Za-z]+|[A-Za-z0-9])"
_GREEK = r"\\(?:gamma|pi|mu|rho|tau|theta|delta|lambda|beta|alpha|sigma|omega|phi)(?![A-Za-z])"
_LETTER = rf"(?:{_GREEK}|(?<![\\A-Za-z])[A-Za-z](?![A-Za-z]))"
_ATOM = re.compile(rf"{_LETTER}(?:\^{_GROUP})?(?:_{_GROUP})?(?:\^{_GROUP})?(?:\((?:[^()]|\([^()]*\))*\))?")
_BIG = r"\\(?:sum|prod|int)(?![A-Za-z])"
_BOUNDED = re.compile(rf"{_BIG}(?:\\limits)?(?P<lower>_{_GROUP})?(?P<upper>\^{_GROUP})?")
_INDEX = re.compile(r"(?<=[A-Za-z}])_(?:\{(?P<braced>[a-zA-Z0-9]+(?:[+-][0-9])?)\}|(?P<bare>[a-zA-Z0-9]))")
_SIGN = re.compile(r"(?<=[\w)\]}])\s*(?P<sign>[+-])\s*(?=[\w\\(\[{])")
_RELATION = re.compile(r"(?<![:<>!\\])=|\\(?:approx|equiv)(?![A-Za-z])")
_POLICY = re.compile(r"\\(?:pi|mu|rho)(?![A-Za-z])(?:_(?:\{[^{}]*\}|\\[A-Za-z]+|[A-Za-z0-9]))?")
_LOG = re.compile(r"\\(?:log|ln)(?![A-Za-z])\s*")
_DRAWN = re.compile(r"(?:\\sim|∼)\s*(?:\\pi|\\mu|\\rho|[pq])(?![A-Za-z])(?:_(?:\{[^{}]*\}|\\[A-Za-z]+|[A-Za-z0-9]))?")
_NABLA = re.compile(rf"\\nabla(?:_{_GROUP})?\s*")
_NUMBER = re.compile(r"(?<![\w.\\{^_])\d(?![\w.])")
_POWER = re.compile(rf"\^(?P<power>{_GROUP})")
_OPERATOR = re.compile(rf"\\(?:log|ln|exp|nabla(?:_{_GROUP})?|mathbb|mathcal|mathrm|sim|in)\s*\{{?$")
_SWAPS = {"Q": "V", "V": "Q", "r": "R", "R": "r", "s": "a", "a": "s", "G": "R", "k": "t", "t": "k", "A": "Q", "i": "j"}


@dataclass(frozen=True)
class Mutation:
    """`new` in place of the characters from start to end."""

    kind: str
    start: int
    end: int
    new: str

    def of(self, latex: str) -> str:
        return latex[: self.start] + self.new + latex[self.end :]


def mutations(latex: str, start: int, end: int) -> Iterator[Mutation]:
    """Every mutation of the characters from start to end; each changes the source."""
    seen = set()
    for make in KINDS.values():
        for mutation in make(latex, start, end):
            inside = start <= mutation.start <= mutation.end <= end
            changed = mutation.of(latex)
            if inside and changed != latex and changed not in seen:
                seen.add(changed)
                yield mutation


def _signs(latex: str, start: int, end: int) -> Iterator[Mutation]:
    for m in _SIGN.finditer(latex, start, end):
        if not _in_script(latex, m.start("sign")):
            yield Mutation("sign", m.start("sign"), m.end("sign"), "-" if m["sign"] == "+" else "+")
    for m in _RELATION.finditer(latex, start, end):
        if not _in_script(latex, m.start()) and not re.match(r"[\s&]*[-0]", latex[m.end() : end]):
            yield Mutation("sign", m.end(), m.end(), " -")


def _indices(latex: str, start: int, end: int) -> Iterator[Mutation]:
    for m in _INDEX.finditer(latex, start, end):
        words = m["braced"] or m["bare"]
        shifted = re.fullmatch(r"([a-z0-9])(?:([+-])([0-9]))?", words)
        if shifted is None or _is_bound(latex, m.start()):
            continue
        letter, sign, by = shifted.groups()
        news = [f"{letter}+1", f"{letter}-1", "0"] if by is None else [letter, f"{letter}{sign}{int(by) + 1}"]
        if letter.isdigit():
            news = [str(int(letter) + 1)]
        yield from (Mutation("index shift", m.start(), m.end(), f"_{{{new}}}") for new in news)


def _factors(latex: str, start: int, end: int) -> Iterator[Mutation]:
    for m in _ATOM.finditer(latex, start, end):
        if _in_script(latex, m.start()) or _is_bound(latex, m.start()):
            continue
        before, after = latex[start : m.start()].rstrip(), latex[m.end() : end].lstrip()
        alone = re.search(r"(?:^|[=+(\[|,&~{-])$", before) and re.match(r"$|[=+)\]|,&}-]|\\right|\\\\", after)
        if not alone and not _OPERATOR.search(before) and not _in_text(latex, m.start()):
            yield Mutation("dropped factor", m.start(), m.end(), "")
        if not _OPERATOR.search(before) and not _in_text(latex, m.start()) and not after.startswith(("=", "^", "_")):
            yield Mutation("extra factor", m.end(), m.end(), " \\gamma ")


def _distributions(latex: str, start: int, end: int) -> Iterator[Mutation]:
    for m in _DRAWN.finditer(latex, start, end):
        yield Mutation("dropped distribution", m.start(), m.end(), "")
    for m in _POLICY.finditer(latex, start, end):
        other = "\\mu" if m[0].startswith("\\pi") else "\\pi_\\theta"
        yield Mutation("swapped distribution", m.start(), m.end(), other)


def _sums(latex: str, start: int, end: int) -> Iterator[Mutation]:
    for m in _BOUNDED.finditer(latex, start, end):
        yield Mutation("dropped sum", m.start(), m.end(), "")


def _powers(latex: str, start: int, end: int) -> Iterator[Mutation]:
    for m in re.compile(r"\\(?:gamma|lambda)(?![A-Za-z])(?!\s*[\^_])").finditer(latex, start, end):
        yield Mutation("power", m.end(), m.end(), "^2")
    for m in _POWER.finditer(latex, start, end):
        power = m["power"].strip("{}")
        before = latex[: m.start()]
        if re.search(r"\\(?:gamma|lambda|beta)\s*$|[)\]]$", before) or power in ("2", "3"):
            yield Mutation("power", m.start(), m.end(), f"^{{{power}+1}}")
            yield Mutation("power", m.start(), m.end(), "")


def _symbols(latex: str, start: int, end: int) -> Iterator[Mutation]:
    for m in re.compile(r"(?<![\\A-Za-z])[A-Za-z](?![A-Za-z])").finditer(latex, start, end):
        if m[0] in _SWAPS and not _in_text(latex, m.start()):
            yield Mutation("symbol", m.start(), m.end(), _SWAPS[m[0]])
    for m in _LOG.finditer(latex, start, end):
        yield Mutation("symbol", m.start(), m.end(), "")
    for m in _NABLA.finditer(latex, start, end):
        yield Mutation("dropped gradient", m.start(), m.end(), "")
    for m in _NUMBER.finditer(latex, start, end):
        if not _in_text(latex, m.start()) and not _in_script(latex, m.start()):
            yield Mutation("number", m.start(), m.end(), str(int(m[0]) + 1))


def _bounds(latex: str, start: int, end: int) -> Iterator[Mutation]:
    for m in _BOUNDED.finditer(latex, start, end):
        lower, upper = m["lower"], m["upper"]
        if lower and (first := re.search(r"=\s*([A-Za-z0-9]+)(?=\s*\}$)", lower)) is not None:
            at = m.start("lower") + first.start(1)
            new = str(int(first[1]) + 1) if first[1].isdigit() else f"{first[1]}+1"
            yield Mutation("bound", at, at + len(first[1]), new)
        if upper and "infty" not in upper:
            inside = upper[1:].strip("{}")
            shorter = re.sub(r"\s*-\s*1$", "", inside)
            new = shorter if shorter != inside else f"{inside}-1"
            yield Mutation("bound", m.start("upper"), m.end("upper"), f"^{{{new}}}")


def _in_script(latex: str, at: int) -> bool:
    """Whether a place is inside an index or a power."""
    depth = 0
    for i in range(at - 1, max(-1, at - 200), -1):
        if latex[i] == "}" and latex[i - 1] != "\\":
            depth += 1
        elif latex[i] == "{" and latex[i - 1] != "\\" and depth:
            depth -= 1
        elif latex[i] == "{" and latex[i - 1] != "\\":
            if i and latex[i - 1] in "_^":
                return True
        elif depth == 0 and i == at - 1 and latex[i] in "_^":
            return True
    return False


def _is_bound(latex: str, at: int) -> bool:
    """Whether a place is where a sum or an expectation binds its letter."""
    return (
        re.search(rf"(?:{_BIG}|mathbb\{{?E\}}?|operatorname\{{[A-Za-z]+\}}|\\(?:max|min))(?:_\{{?)?$", latex[:at])
        is not None
    )


def _in_text(latex: str, at: int) -> bool:
    return re.search(r"\\(?:text|mathrm|operatorname|begin|end|mbox|label)\w*\{[^{}]*$", latex[:at]) is not None


KINDS: dict[str, Callable[[str, int, int], Iterator[Mutation]]] = {
    "sign": _signs,
    "index shift": _indices,
    "dropped factor": _factors,
    "distribution": _distributions,
    "dropped sum": _sums,
    "power": _powers,
    "symbol": _symbols,
    "bound": _bounds,
}
