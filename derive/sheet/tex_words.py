"""Words for TeX: escaped, known signs as mathematics, long words with places to break."""

from __future__ import annotations

import re

from derive.printing import SYMBOLS, escaped, latex_box
from derive.sheet.tex_formula import breakable
from derive.sheet.words import pieces


def words(said: str) -> str:
    """Words and the formulas among them."""
    return "".join(plain(p) if isinstance(p, str) else f"${breakable(latex_box(p))}$" for p in pieces(said))


def plain(said: str) -> str:
    """Words as TeX prints them, without formulas."""
    return "".join(split(w) for w in re.split(r"(\s+)", said))


def split(word: str, longest: int = 24) -> str:
    """One word, with places to break it where it is longer."""
    chunk = longest // 2 if len(word) > longest else len(word) or 1
    chunks = ["".join(map(_character, word[i : i + chunk])) for i in range(0, len(word), chunk)]
    return r"\hspace{0pt}".join(chunks)


def _character(c: str) -> str:
    if c in SYMBOLS:
        return rf"\ensuremath{{{SYMBOLS[c]}}}"
    if c.isspace():
        return " "
    if c in "_/":
        return escaped(c) + r"\hspace{0pt}"
    return _TEXT.get(c) or (c if c in _ACCENTED else escaped(c))


_ACCENTED = "àáâäãåæçčćèéêëěęìíîïłñńòóôöõøœřšśßùúûüůýžźżÀÁÂÄÃÅÆÇČĆÈÉÊËÌÍÎÏŁÑÒÓÔÖÕØŒŘŠŚÙÚÛÜÝŽŻ"
_TEXT = {
    "“": "``", "”": "''", "‘": "`", "’": "'", "–": "--", "—": "---", "…": r"\dots{}", "<": r"\ensuremath{<}",
    ">": r"\ensuremath{>}", "|": r"\ensuremath{|}", "§": r"\S{}", "\u00a0": "~", '"': r"\textquotedbl{}",
}  # fmt: skip
