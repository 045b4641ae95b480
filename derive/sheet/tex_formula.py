r"""Formulas for TeX: broken at signs and between factors where they are too wide, made smaller only where a piece is.

The macros that measure are in derive/sheet/preamble.py.
"""

from __future__ import annotations

from typing import Any

from derive.printing import extent, latex_box
from derive.printing.boxes import (
    Applied,
    Big,
    Box,
    Branches,
    Fenced,
    Fraction,
    Ident,
    Name,
    Number,
    Product,
    Root,
    Row,
    Script,
    Sign,
    parts,
)
from derive.printing.layout import layout

ROOM = 72  # letters of a formula that surely fit on one line
_SURELY = 0.85  # of that, for a piece that cannot be broken: brackets and fractions are wider than letters


def formula(macro: str, box: Box, *more: str, room: int = ROOM) -> str:
    r"""A macro with how a formula is to fit, the formula, and further arguments."""
    how, written = _measured(box, room)
    return "".join([macro, f"{{{how}}}{{{written}}}", *(f"{{{m}}}" for m in more)])


def within(box: Box, room: int) -> str:
    r"""A formula that is to fit the length \room, within a paragraph."""
    how, written = _measured(box, room)
    return f"{how}{{{written}}}"


def _measured(box: Box, room: int) -> tuple[str, str]:
    even = flat(box, room)
    return (r"\shrunk" if _widest(even) > _SURELY * room else r"\fitted"), breakable(latex_box(even))


def breakable(written: str) -> str:
    r"""A line may end between factors, and not at the bar of a conditional."""
    return written.replace("…", r"\dots ").replace(r"\, ", r"\,\penalty2000 ").replace(r"\mid ", r"\mid\nobreak ")


def flat(box: Box, room: int = ROOM) -> Box:
    """A fraction that is wider than the page on one line, (…)/(…), where it can be broken."""
    match box:
        case Fraction(above, below) if extent(box) > room:
            return Row((_operand(flat(above, room)), Sign("/", "tight"), Fenced(flat(below, room))))
        case Row(items) | Product(items):
            return type(box)(tuple(flat(b, room) for b in items))
        case Fenced(body, fences):
            return Fenced(flat(body, room), fences)
        case Big(sign, lower, upper, body):
            return Big(sign, lower, upper, flat(body, room))
        case Applied(operator, body):
            return Applied(operator, _operand(flat(body, room)) if extent(body) > room else body)
        case Script(base, sub, sup):
            return Script(flat(base, room), sub, sup)
    return box


def _operand(box: Box) -> Box:
    return box if isinstance(box, (Fenced, Number, Ident)) else Fenced(box)


def _widest(box: Box) -> int:
    """About how many letters the widest piece has that no line can be broken in."""
    match box:
        case Fraction() | Name() | Branches() | Root():
            return extent(box)
        case Script(base, sub, sup):
            return max([_widest(base), *(extent(b) for b in (sub, sup) if b is not None)])
    return max(map(_widest, parts(box)), default=0)


def inline(node: Any) -> str:
    """A term or a hypothesis within a line of words."""
    return f"${breakable(latex_box(layout(node)))}$"
