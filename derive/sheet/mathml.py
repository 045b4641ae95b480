"""Presentation trees as MathML, which browsers set without scripts or fonts of our own."""

from __future__ import annotations

from html import escape
from itertools import pairwise
from typing import Any

from derive.printing import extent, text_box
from derive.printing.boxes import (
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

_OPERATORS = {"E": "𝔼"}
_SIGNS = {"-": "−", "Σ": "∑"}
LONG = 46  # letters beyond which a line has its reason below, and may wrap
_SPACE = '<mspace width="0.17em"/>'


def mathml(node: Any, *, display: bool = True, lead: str = "") -> str:
    """A term or a statement as a <math> element, its plain text beside it for those who do not see it."""
    return mathml_of(layout(node), display=display, lead=lead)


def mathml_of(box: Box, *, display: bool = True, lead: str = "") -> str:
    """A tree as a <math> element; `lead` is a relation to begin with."""
    spoken = escape(f"{lead} {text_box(box)}".strip(), quote=True)
    style = ' displaystyle="true"' if display else ""
    inside = (_mo(lead, "infix") if lead else "") + _box(box)
    head = f'<math xmlns="http://www.w3.org/1998/Math/MathML"{style} alttext="{spoken}">'
    return f"{head}<mrow>{inside}</mrow></math>"


def wrapping(node: Any, *, lead: str = "") -> str:
    """A long term as several <math> elements, one for each term of its sum, between which a line may end."""
    box = layout(node)
    if extent(box) <= LONG or not isinstance(box, Row):
        return mathml_of(box, lead=lead)
    starts = [i for i, item in enumerate(box.items) if isinstance(item, Sign) and item.kind == "binary"]
    cuts = pairwise([0, *starts, len(box.items)])
    chunks = [Row(box.items[i:j]) for i, j in cuts]
    return " ".join(mathml_of(c, lead=lead if n == 0 else "") for n, c in enumerate(chunks))


def _mo(sign: str, form: str = "", **attributes: str) -> str:
    shown = "".join(f' {k}="{v}"' for k, v in ({"form": form} if form else {}).items() | attributes.items())
    return f"<mo{shown}>{escape(_SIGNS.get(sign, sign))}</mo>"


def _row(box: Box) -> str:
    """One element, whatever is in it."""
    inside = _box(box)
    return inside if isinstance(box, (Ident, Number, Name, Script, Fraction, Root)) else f"<mrow>{inside}</mrow>"


def _box(box: Box) -> str:
    match box:
        case Ident(letter):
            return f"<mi>{escape(letter.replace(chr(39), '′'))}</mi>"
        case Name(word):
            return f'<mi mathvariant="normal">{escape(word if word.isprintable() else ascii(word))}</mi>'
        case Operator(word):
            return f'<mi mathvariant="normal">{_OPERATORS.get(word, word)}</mi>'
        case Number(digits):
            return f"<mn>{digits}</mn>"
        case Sign():
            return _sign(box)
        case Row(items):
            return "".join(map(_box, items))
        case Product(items):
            return _box(items[0]) + "".join(_after(a, b) for a, b in pairwise(items))
        case Script():
            return _script(box)
        case Fraction(above, below):
            return f"<mfrac>{_row(above)}{_row(below)}</mfrac>"
        case Root(body):
            return f"<msqrt>{_box(body)}</msqrt>"
        case Fenced(body, fences):
            stretchy = "true" if is_tall(body) else "false"
            left, right = (
                _mo(f, form, stretchy=stretchy) for f, form in zip(fences, ("prefix", "postfix"), strict=True)
            )
            return f"<mrow>{left}{_box(body)}{right}</mrow>"
        case Big():
            return _big(box)
        case Applied(operator, body):
            named = isinstance(operator, Operator) or opens_with_operator(body) or isinstance(body, Applied)
            space = _SPACE if named and not isinstance(body, Fenced) else ""
            return f"{_row(operator)}{space}{_row(body)}"
        case Evaluated(body, place):
            bar = _mo("|", "postfix", stretchy="true", symmetric="true")
            return f"<mrow>{_row(body)}<msub>{bar}{_small(place)}</msub></mrow>"
        case Branches():
            return _branches(box)


def _sign(sign: Sign) -> str:
    if sign.text == "|":
        room = {"lspace": "0.28em", "rspace": "0.28em"} if sign.kind == "relation" else {"lspace": "0.12em"}
        return _mo("|", "infix", stretchy="false", **({"rspace": "0.12em"} | room))
    form = {"prefix": "prefix", "binary": "infix", "relation": "infix"}.get(sign.kind, "")
    if sign.text == "∇":
        return '<mi mathvariant="normal">∇</mi>'
    if sign.text == "·" and sign.kind == "tight":
        return "<mi>·</mi>"
    if sign.kind == "tight" and sign.text != ",":
        return _mo(sign.text, lspace="0", rspace="0")
    return _mo(sign.text, form)


def _after(before: Box, item: Box) -> str:
    plain = isinstance(item, Sign) or isinstance(before, Sign)
    return (_SPACE if are_apart(before, item) and not plain else "") + _box(item)


def _script(box: Script) -> str:
    base = _row(box.base)
    if box.sub is None:
        return f"<msup>{base}{_small(box.sup)}</msup>" if box.sup is not None else base
    if box.sup is None:
        return f"<msub>{base}{_small(box.sub)}</msub>"
    return f"<msubsup>{base}{_small(box.sub)}{_small(box.sup)}</msubsup>"


def _small(box: Box) -> str:
    """What stands in a script, where signs make no room."""
    match box:
        case Row(items):
            return f"<mrow>{''.join(map(_small, items))}</mrow>"
        case Sign(sign, kind) if kind != "prefix":
            return _sign(Sign(sign, "tight"))
    return _row(box)


def _big(box: Big) -> str:
    sign = _mo(box.sign, "prefix", movablelimits="false", largeop="false" if box.sign == "max" else "true")
    if box.upper is None:
        return f"<munder>{sign}{_small(box.lower)}</munder>{_box(box.body)}"
    return f"<munderover>{sign}{_small(box.lower)}{_small(box.upper)}</munderover>{_box(box.body)}"


def _branches(box: Branches) -> str:
    rows = [(_row(v), f"<mtext>if&#160;</mtext>{_row(c)}") for v, c in box.rows]
    rows.append((_row(box.default), "<mtext>otherwise</mtext>"))
    cells = "".join(f"<mtr><mtd>{v}</mtd><mtd>{c}</mtd></mtr>" for v, c in rows)
    left = _mo("{", "prefix", stretchy="true", symmetric="true")
    return f'<mrow>{left}<mtable columnalign="left left">{cells}</mtable></mrow>'
