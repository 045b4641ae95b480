"""Words, exact values and counterexamples as HTML."""

from __future__ import annotations

import re
from html import escape

from derive.sheet.mathml import mathml_of
from derive.sheet.refuted import Counterexample, by_letter, entry, with_minus
from derive.sheet.words import pieces


def words(said: str) -> str:
    """Words and the formulas among them."""
    return "".join(escape(p) if isinstance(p, str) else mathml_of(p, display=False) for p in pieces(said))


def exact(value: str) -> str:
    """A fraction as a fraction; other values as words."""
    value = with_minus(value)
    match = re.fullmatch(r"(−?)(\d{1,15})/(\d{1,15})", value.strip())
    if match is None:
        return words(value)
    sign, above, below = match.groups()
    minus = '<mo form="prefix">−</mo>' if sign else ""
    fraction = f"<mfrac><mn>{above}</mn><mn>{below}</mn></mfrac>"
    return f'<math displaystyle="true" alttext="{escape(value)}">{minus}{fraction}</math>'


def counterexample(found: Counterexample) -> str:
    """Its values by letter, and the two sides."""
    rows = [" ".join(map(_value, values)) for _, values in by_letter(found)]
    sides = (
        f'<span class="entry"><b>left side</b> {exact(found.left)}</span> '
        f'<span class="entry"><b>right side</b> {exact(found.right)}</span>'
    )
    return (
        f"<table><caption><b>Counterexample</b>, {words(found.sizes)}</caption><tbody>"
        + "".join(f"<tr><td>{row}</td></tr>" for row in [*rows, sides])
        + "</tbody></table>"
    )


def _value(value: tuple[str, str]) -> str:
    name, number = value
    return f'<span class="entry">{mathml_of(entry(name), display=False)} = {exact(number)}</span>'
