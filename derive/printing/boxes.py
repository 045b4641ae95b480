"""The presentation tree: what a formula looks like, before anyone says in which language.

A box knows nothing of meaning. `derive/printing/layout.py` makes boxes of terms; LaTeX and plain text
(`derive/printing/writing.py`) and MathML (`derive/sheet/mathml.py`) are written from them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ident:
    """One letter, Latin or Greek, perhaps with primes: set in italics."""

    text: str


@dataclass(frozen=True, slots=True)
class Name:
    """A name that is no single letter: set upright, and escaped."""

    text: str


@dataclass(frozen=True, slots=True)
class Operator:
    """A named operator: E, Var, log, exp, min, max."""

    text: str


@dataclass(frozen=True, slots=True)
class Number:
    """A natural number, in digits."""

    text: str


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign and the room it takes: binary a + b, relation a = b, prefix -a, tight a|b, comma (a, b)."""

    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Row:
    """Boxes side by side; only their signs make room."""

    items: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Product:
    """Factors, juxtaposed."""

    items: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Script:
    """A base with a subscript, a superscript, or both."""

    base: Box
    sub: Box | None = None
    sup: Box | None = None


@dataclass(frozen=True, slots=True)
class Fraction:
    """above over below."""

    above: Box
    below: Box


@dataclass(frozen=True, slots=True)
class Root:
    """The square root of a body."""

    body: Box


@dataclass(frozen=True, slots=True)
class Fenced:
    """A body between a pair of fences, `()`, `[]` or `{}`."""

    body: Box
    fences: str = "()"


@dataclass(frozen=True, slots=True)
class Big:
    """A big operator Σ, ∏ or max with its bounds, and all that stands in its scope."""

    sign: str
    lower: Box
    upper: Box | None
    body: Box


@dataclass(frozen=True, slots=True)
class Applied:
    """A prefix operator (∇_θ, log) and the one thing it is applied to."""

    operator: Box
    body: Box


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A body, with a bar that says where it is evaluated."""

    body: Box
    place: Box


@dataclass(frozen=True, slots=True)
class Branches:
    """(value, condition) pairs and a value for all else."""

    rows: tuple[tuple[Box, Box], ...]
    default: Box


Box = (
    Ident | Name | Operator | Number | Sign | Row | Product | Script | Fraction
    | Root | Fenced | Big | Applied | Evaluated | Branches
)  # fmt: skip

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π",
    "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
    "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ",
    "Upsilon": "Υ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
COMMA, TIGHT_COMMA, BAR = Sign(",", "comma"), Sign(",", "tight"), Sign("|", "tight")
_NAME = re.compile(r"([^\W\d_]+)('*)(?:_([\w',]+?))?(?:\^(\w+'*|\*))?")


def spelled(name: str) -> Box:
    """A name as mathematics: theta θ, rho_0 ρ_0, pi_old π_{old}, V^pi V^π; anything else upright."""
    match = _NAME.fullmatch(name)
    if match is None:
        return Number(name) if name.isdecimal() and name.isascii() else Name(name)
    stem, primes, below, above = match.groups()
    base = _letter(stem, primes)
    return scripted(base, _listed(below), spelled(above) if above else None)


BARRED = "\u0304"  # the macron that makes r̄ of r


def _letter(stem: str, primes: str) -> Box:
    letter = GREEK.get(stem, stem)
    if letter.endswith("bar") and len(GREEK.get(letter[:-3], letter[:-3])) == 1:  # rbar, mubar
        return Ident(GREEK.get(letter[:-3], letter[:-3]) + BARRED + primes)
    return Ident(letter + primes) if len(letter) == 1 else Name(stem + primes)


def _listed(pieces: str | None) -> Box | None:
    if pieces is None:
        return None
    parts = [p for p in re.split(r"[_,]", pieces) if p]
    return listed(tuple(map(spelled, parts))) if parts else Name("_")


def listed(items: tuple[Box, ...], comma: Sign = TIGHT_COMMA) -> Box:
    """Items with commas between them."""
    between = [x for item in items for x in (comma, item)][1:]
    return between[0] if len(between) == 1 else Row(tuple(between))


def scripted(base: Box, sub: Box | None = None, sup: Box | None = None) -> Box:
    """A base with scripts; a second subscript follows the first after a comma."""
    if sub is None and sup is None:
        return base
    if isinstance(base, Script) and (sup is None or base.sup is None):
        both = sub if base.sub is None else base.sub if sub is None else listed((base.sub, sub))
        return Script(base.base, both, base.sup or sup)
    return Script(base, sub, sup)


def called(head: Box, args: tuple[Box, ...], bar: bool = False) -> Box:
    """head(args); with a bar after the first argument where it is a conditional probability."""
    if not args:
        return head
    inside: Box = listed(args)
    if bar and len(args) > 1:
        inside = Row((args[0], BAR, listed(args[1:])))
    return Row((head, Fenced(inside)))


def parts(box: Box) -> tuple[Box, ...]:
    """The boxes just inside, in reading order."""
    match box:
        case Row(items) | Product(items):
            return items
        case Script(base, sub, sup):
            return tuple(b for b in (base, sub, sup) if b is not None)
        case Fraction(first, second) | Applied(first, second) | Evaluated(first, second):
            return (first, second)
        case Fenced(body) | Root(body):
            return (body,)
        case Big(_, lower, upper, body):
            return tuple(b for b in (lower, upper, body) if b is not None)
        case Branches(rows, default):
            return (*(b for row in rows for b in row), default)
    return ()


def letters(box: Box) -> str:
    """All that is written in a box, left to right: an order that does not hang on how terms are stored."""
    if isinstance(box, (Ident, Name, Operator, Number, Sign)):
        return box.text
    opening = "(" if isinstance(box, Fenced) else box.sign if isinstance(box, Big) else "√" * isinstance(box, Root)
    return opening + " ".join(map(letters, parts(box)))


def holds(box: Box, *kinds: type) -> bool:
    """Whether a box of these kinds stands on the line; what is in scripts does not count."""
    if isinstance(box, Script):
        return holds(box.base, *kinds)
    return isinstance(box, kinds) or any(holds(b, *kinds) for b in parts(box))


def is_tall(box: Box) -> bool:
    """Higher than a line of letters."""
    return holds(box, Big, Fraction, Branches)


def opens_with_digit(box: Box) -> bool:
    """Would run into a number that stands before it."""
    match box:
        case Number():
            return True
        case Row(items) | Product(items):
            return opens_with_digit(items[0])
        case Script(base):
            return opens_with_digit(base)
    return False


def opens_with_operator(box: Box) -> bool:
    """E[…], Var[…], max(…): an operator's name and its fence."""
    match box:
        case Row((Operator(), *_)) | Row((Script(Operator()), *_)):
            return True
    return False


def are_apart(before: Box, item: Box) -> bool:
    """Two factors that take a thin space between them; letters take none."""
    if isinstance(before, Script):
        before = before.base
    if isinstance(item, Script) and isinstance(item.base, Fenced):
        return True
    return (
        isinstance(item, (Applied, Big, Fenced))
        or isinstance(before, (Fraction, Fenced, Row))
        or opens_with_operator(item)
    )
