"""Terms and statements as LaTeX and as one line of plain Unicode text.

    latex(term) -> str     \\nabla_\\theta J(\\theta)
    text(term) -> str      ∇_θ J(θ) = E_τ[Σ_{t=0}^{T-1} γ^t G_t ∇_θ log π_θ(a_t|s_t)]

Both are written from one presentation tree (`derive/printing/layout.py`), so that they say the same thing.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from derive.printing.boxes import (
    BARRED,
    GREEK,
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
    holds,
    is_tall,
    opens_with_operator,
)
from derive.printing.layout import layout


def latex(node: Any) -> str:
    """A term or a statement as LaTeX mathematics, without delimiters; needs amsmath and amssymb."""
    return latex_box(layout(node))


def text(node: Any) -> str:
    """A term or a statement as one line of plain Unicode text."""
    return text_box(layout(node))


# LaTeX

_COMMANDS = {letter: "\\" + name for name, letter in GREEK.items()} | {"ℱ": r"\mathcal{F}", "ο": "o"}
SYMBOLS = _COMMANDS | {  # signs that may stand in words
    "∇": r"\nabla", "Σ": r"\Sigma", "∑": r"\sum", "∏": r"\prod", "≤": r"\le", "≥": r"\ge", "≠": r"\ne",
    "≈": r"\approx", "∼": r"\sim", "∈": r"\in", "→": r"\to", "⇒": r"\Rightarrow", "∞": r"\infty",
    "×": r"\times", "·": r"\cdot", "±": r"\pm", "−": "-", "√": r"\surd", "∂": r"\partial", "𝔼": r"\mathbb{E}",
    "⊢": r"\vdash", "∀": r"\forall", "²": "^2", "³": "^3", "¹": "^1", "′": "'", "⟨": r"\langle",
    "⟩": r"\rangle", "≡": r"\equiv", "∝": r"\propto", **{c: f"_{i}" for i, c in enumerate("₀₁₂₃₄₅₆₇₈₉")},
}  # fmt: skip
_OPERATORS = {"E": r"\mathbb{E}", "Var": r"\operatorname{Var}"}
_SIGNS = {"≤": r"\le", "≥": r"\ge", "≠": r"\ne", "∼": r"\sim", "∈": r"\in", "·": r"\cdot", "∇": r"\nabla",
          "Σ": r"\sum", "∏": r"\prod", "max": r"\max", "…": r"\dots", "∀": r"\forall"}  # fmt: skip
_FENCES = {"{}": ("\\{", "\\}"), "||": (r"\lvert ", r" \rvert")}
_SPECIAL = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"} | {
    c: "\\" + c for c in "#$%&_{}"
}


def escaped(words: str) -> str:
    """Words that TeX prints as they are; a character that its standard fonts lack is named by its code."""
    return "".join(_SPECIAL.get(c, c if " " <= c <= "~" else f"U+{ord(c):04X}") for c in words)


def latex_box(box: Box, tight: bool = False) -> str:
    """A presentation tree as LaTeX; `tight`, in scripts and bounds, writes t=0 for t = 0."""
    match box:
        case Ident() | Name() | Operator() | Number():
            return _latex_leaf(box)
        case Sign():
            return _latex_sign(box, tight)
        case Row(items):
            return _glued([latex_box(b, tight) for b in items])
        case Product(items):
            return _latex_product(items)
        case Script(base, sub, sup):
            below, above = _latex_script("_", sub), _latex_script("^", sup)
            return latex_box(base) + below + above
        case Fraction(above, below):
            return rf"\frac{{{latex_box(above)}}}{{{latex_box(below)}}}"
        case Root(body):
            return rf"\sqrt{{{latex_box(body)}}}"
        case Fenced():
            return _latex_fenced(box)
        case Big(sign, lower, upper, body):
            bounds = _latex_script("_", lower) + _latex_script("^", upper)
            space = r" \, " if isinstance(body, Big) else " "
            return f"{_SIGNS[sign]}{bounds}{space}{latex_box(body)}"
        case Applied(operator, body):
            space = "" if isinstance(body, Fenced) else r" \, " if opens_with_operator(body) else " "
            return _glued([latex_box(operator), latex_box(body)], space)
        case Evaluated(body, place):
            return rf"{latex_box(body)} \big|{_latex_script('_', place)}"
        case Branches(rows, default):
            lines = [rf"{latex_box(v)} & \text{{if }} {latex_box(c)} \\" for v, c in rows]
            return rf"\begin{{cases}} {' '.join(lines)} {latex_box(default)} & \text{{otherwise}} \end{{cases}}"


def _latex_leaf(box: Ident | Name | Operator | Number) -> str:
    match box:
        case Ident(letter):
            stem = letter.rstrip("'")
            plain = stem.removesuffix(BARRED)
            known = _COMMANDS.get(plain, plain if plain.isascii() else rf"\text{{{escaped(plain)}}}")
            return (known if plain == stem else rf"\bar{{{known}}}") + letter[len(stem) :]
        case Name(name):
            return rf"\mathrm{{{name}}}" if name.isascii() and name.isalnum() else rf"\text{{{escaped(name)}}}"
        case Operator(name):
            return _OPERATORS.get(name, "\\" + name)
    return box.text


def _latex_sign(sign: Sign, tight: bool) -> str:
    command = _SIGNS.get(sign.text, sign.text)
    if command == "|":
        return r" \mid "
    if command == ",":
        return "," if tight else ", "
    if command.startswith("\\") and sign.kind != "tight":
        return f" {command} "
    return command if tight or sign.kind in ("tight", "prefix") else f" {command} "


def _latex_script(mark: str, box: Box | None) -> str:
    """_x or ^{x+1}, with braces where TeX asks for them; bounds likewise."""
    if box is None:
        return ""
    inside = latex_box(box, tight=True)
    return mark + (inside if re.fullmatch(r"[A-Za-z0-9]|\\[A-Za-z]+", inside) else f"{{{inside}}}")


def _glued(pieces: list[str], space: str = "") -> str:
    """Pieces joined, with a space where a command would run into a letter."""
    out = ""
    for piece in pieces:
        runs_in = re.search(r"\\[A-Za-z]+$", out) and re.match(r"[A-Za-z]", piece)
        out += (space if out and space else " " if runs_in else "") + piece
    return out


def _latex_product(items: tuple[Box, ...]) -> str:
    out = latex_box(items[0])
    for before, item in pairwise(items):
        plain = isinstance(item, Sign) or isinstance(before, Sign)
        out += ("" if plain else r" \, " if are_apart(before, item) else " ") + latex_box(item)
    return out


def _latex_fenced(box: Fenced) -> str:
    left, right = _FENCES.get(box.fences) or tuple(box.fences)
    inside = latex_box(box.body)
    if holds(box.body, Branches):
        return rf"\left{left} {inside} \right{right}"
    if is_tall(box.body):
        size = "bigg" if holds(box.body, Big) else "Big"
        return rf"\{size}l{left} {inside} \{size}r{right}"
    return f"{left}{inside}{right}"


# Plain text


def text_box(box: Box, tight: bool = False) -> str:
    """A presentation tree on one line; `tight` (in scripts and bounds) leaves out the room around signs."""
    match box:
        case Ident(word) | Name(word) | Operator(word) | Number(word):
            return word if word.isprintable() else word.encode("unicode_escape").decode("ascii")
        case Sign(sign, kind):
            roomy = not tight and kind in ("binary", "relation") and sign not in "·∼∈"
            return f" {sign} " if roomy else ", " if kind == "comma" else sign
        case Row(items):
            return "".join(text_box(b, tight) for b in items)
        case Product(items):
            return " ".join(_operand(b, tight) for b in items).replace(" · ", "·")
        case Script(base, sub, sup):
            below = "" if sub is None else "_" + _short(sub)
            return text_box(base, tight) + below + ("" if sup is None else "^" + _short(sup))
        case Fraction(above, below):
            return f"{_grouped(above, tight)}/{_grouped(below, tight)}"
        case Root(body):
            return f"√{_grouped(body, tight)}"
        case Fenced(Branches() as body):
            return text_box(body, tight)
        case Fenced(body, fences):
            return fences[0] + text_box(body, tight) + fences[1]
        case Big(sign, lower, upper, body):
            bounds = f"_{_short(lower)}" + ("" if upper is None else f"^{_short(upper)}")
            return f"{sign}{bounds} {_operand(body, tight)}"
        case Applied(operator, body):
            operand = _operand(body, tight)
            return text_box(operator, tight) + ("" if operand.startswith("(") else " ") + operand
        case Evaluated(body, place):
            return f"{_operand(body, tight)}|_{_short(place)}"
        case Branches(rows, default):
            lines = [f"{text_box(v)} if {text_box(c)}" for v, c in rows]
            return "{" + ", ".join([*lines, f"else {text_box(default)}"]) + "}"


def extent(box: Box) -> int:
    """About how many letters wide a box is on paper."""
    if isinstance(box, Fraction):
        return max(extent(box.above), extent(box.below))
    return len(re.sub(r"[_^{} ]", "", text_box(box)))


def _operand(box: Box, tight: bool) -> str:
    """A fraction bar is a fence on paper, not on a line."""
    return _grouped(box, tight) if isinstance(box, Fraction) else text_box(box, tight)


def _short(box: Box) -> str:
    inside = text_box(box, tight=True)
    return inside if len(inside) == 1 else f"{{{inside}}}"


def _grouped(box: Box, tight: bool) -> str:
    """In parentheses, unless it holds together on a line by itself."""
    inside = text_box(box, tight)
    loose = isinstance(box, (Product, Fraction, Big, Applied, Evaluated)) or (
        isinstance(box, Row) and any(isinstance(i, Sign) for i in box.items)
    )
    return f"({inside})" if loose else inside
