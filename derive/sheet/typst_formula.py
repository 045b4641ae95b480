"""Presentation trees as Typst mathematics, and words as Typst strings: nothing in either is read as markup."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from derive.printing.boxes import (
    BARRED,
    Applied,
    Big,
    Box,
    Branches,
    Evaluated,
    Fenced,
    Fraction,
    Ident,
    Name,
    Number,
    Operator,
    Product,
    Root,
    Row,
    Script,
    Sign,
    are_apart,
    is_tall,
    opens_with_operator,
)
from derive.printing.layout import layout
from derive.sheet.tex_formula import flat
from derive.sheet.words import pieces

_SIGNS = {
    "=": "eq", "+": "plus", "-": "minus", "<": "lt", ">": "gt", "≤": "lt.eq", "≥": "gt.eq", "≠": "eq.not",
    "∼": "tilde.op", "∈": "in", "·": "dot.op", "∇": "nabla", "/": "slash", ":": "colon", ",": "comma", "…": "dots.h",
    "Σ": "sum", "∏": "product", "−": "minus", "max": "max",
    "∀": "forall",
}  # fmt: skip
_FENCES = {
    "(": "paren.l", ")": "paren.r", "[": "bracket.l", "]": "bracket.r", "{": "brace.l", "}": "brace.r", "|": "bar.v",
}  # fmt: skip
_OPERATORS = {"E": 'bb("E")'}
_THIN = "thin"


def formula(node: Any, lead: str = "") -> str:
    """A term or statement as a displayed equation; `lead` is a sign to begin with."""
    return f"$ {_SIGNS[lead] if lead else ''} {typst_box(flat(layout(node)))} $"


def inline(box: Box) -> str:
    """A tree as an equation within words."""
    return f"${typst_box(box)}$"


def words(said: str) -> str:
    """Words and the formulas among them."""
    return "".join(literal(p) if isinstance(p, str) else inline(p) for p in pieces(said))


def literal(said: str) -> str:
    """Words as they are; the semicolon ends them, whatever follows."""
    return f"#{quoted(said)};"


def quoted(said: str) -> str:
    """A string of Typst."""
    shown = "".join(c if c.isprintable() else " " for c in said)
    return '"' + shown.replace("\\", "\\\\").replace('"', '\\"') + '"'


def typst_box(box: Box) -> str:
    """A tree as Typst mathematics without dollars; every argument of a function is one piece."""
    match box:
        case Ident(letter):
            stem = letter.rstrip("'")
            plain = stem.removesuffix(BARRED)
            return (plain if plain == stem else f"macron({plain})") + letter[len(stem) :]
        case Name(word):
            return f"upright({quoted(word)})"
        case Operator(word):
            return f"op({_OPERATORS.get(word, quoted(word))})"
        case Number(digits):
            return digits
        case Sign():
            return _sign(box)
        case Row(items):
            return " ".join(map(typst_box, items))
        case Product(items):
            return typst_box(items[0]) + "".join(_after(a, b) for a, b in pairwise(items))
        case Script(base, sub, sup):
            return _attached(typst_box(base), sub, sup)
        case Fraction(above, below):
            return f"frac({typst_box(above)}, {typst_box(below)})"
        case Root(body):
            return f"sqrt({typst_box(body)})"
        case Fenced(body, fences):
            inside = f"{_FENCES[fences[0]]} {typst_box(body)} {_FENCES[fences[1]]}"
            return f"lr({inside})" if is_tall(body) else inside
        case Big(sign, lower, upper, body):
            return f"{_attached(f'limits({_SIGNS[sign]})', lower, upper)} {typst_box(body)}"
        case Applied(operator, body):
            named = isinstance(operator, Operator) or opens_with_operator(body) or isinstance(body, Applied)
            space = f" {_THIN} " if named and not isinstance(body, Fenced) else " "
            return typst_box(operator) + space + typst_box(body)
        case Evaluated(body, place):
            return f"attach(lr({typst_box(body)} bar.v), b: {_small(place)})"
        case Branches(rows, default):
            cases = [f'{typst_box(v)} & quad "if " {typst_box(c)}' for v, c in rows]
            return f'cases({", ".join(cases)}, {typst_box(default)} & quad "otherwise")'


def _sign(sign: Sign) -> str:
    if sign.text == "|":
        return 'class("relation", bar.v)' if sign.kind == "relation" else 'class("normal", bar.v)'
    written = _SIGNS.get(sign.text, quoted(sign.text))
    return f'class("normal", {written})' if sign.kind in ("tight", "prefix") and sign.text != "," else written


def _after(before: Box, item: Box) -> str:
    plain = isinstance(item, Sign) or isinstance(before, Sign)
    return (f" {_THIN} " if are_apart(before, item) and not plain else " ") + typst_box(item)


def _attached(base: str, sub: Box | None, sup: Box | None) -> str:
    below = "" if sub is None else f", b: {_small(sub)}"
    above = "" if sup is None else f", t: {_small(sup)}"
    return f"attach({base}{below}{above})"


def _small(box: Box) -> str:
    """What stands in a script, where signs make no room."""
    match box:
        case Row(items):
            return " ".join(map(_small, items))
        case Sign(sign, kind) if kind != "prefix":
            return typst_box(Sign(sign, "tight"))
    return typst_box(box)
