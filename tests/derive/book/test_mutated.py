"""Chapters with symbols dropped, doubled and exchanged: always a verdict, never a fault of the program."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.book.check import Checked, check_document
from derive.book.document import parse
from derive.book.judge import Judges
from derive.book.rows import outcome
from derive.book.source import decode
from derive.errors import DeriveError

CHAPTERS = Path(__file__).parent / "chapters"
TEXTS = [path.read_text(encoding="utf-8") for path in sorted(CHAPTERS.glob("*.md"))]
SYMBOLS = re.compile(r"\\[A-Za-z]+|\\.|.", re.S)


class Undecided:
    """What a decision procedure says that decides nothing."""

    verdict, reason, sizes, error_bound, counterexample = "unknown", "not tried", (), "", None


READER_ONLY = Judges(lambda e, h: None, lambda e, h: Undecided, lambda *a: False, lambda *a: False, lambda t: None)


@pytest.mark.deep
@given(st.data())
@settings(max_examples=40)
def test_a_verdict_on_every_mutated_formula(data):
    text = data.draw(st.sampled_from(TEXTS))
    formulas = parse(decode("t.md", text.encode())).displays
    formula = data.draw(st.sampled_from(formulas))
    symbols = SYMBOLS.findall(formula.latex)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(symbols) - 1))
        symbols[at] = data.draw(st.sampled_from(["", symbols[at] * 2, *symbols, "{", ")", "^", "|", "="]))
    start, end = formula.offsets[0], formula.offsets[-1]
    mutated = text[:start] + "".join(symbols) + text[end:]
    steps = check_document(parse(decode("t.md", mutated.encode())), READER_ONLY)
    assert [s.message for s in steps if s.code.startswith("internal")] == []
    for step in steps:
        line, column, end_line, end_column = step.formula.place(step.start, step.end)
        assert (line, column) <= (end_line, end_column)


PIECES = [
    "$$",
    "$",
    "\\[",
    "\\]",
    "\\begin{align}",
    "\\end{align}",
    "\\\\",
    "&",
    "=",
    ":=",
    "<",
    ">",
    "\n",
    "\n\n",
    "> ",
    "- ",
    "```math\n",
    "```\n",
    ".. math:: ",
    "    ",
    "% ",
    "<!-- derive: ",
    "-->",
    "\\newcommand{\\a}[1]{",
    "\\a",
    "#1",
    "{",
    "}",
    "^",
    "_",
    "(",
    ")",
    "[",
    "]",
    "|",
    "\\mid",
    "\\left(",
    "\\right)",
    "\\frac",
    "\\sum_{t=0}^{T-1}",
    "\\mathbb{E}",
    "\\pi_\\theta(a|s)",
    "\\nabla_\\theta",
    "\\log",
    "\\gamma^t",
    "r_t",
    "G_t",
    "J(\\theta)",
    "V(s)",
    "\\max_a",
    "\\text{if }",
    "\\dots",
    "'",
    ",",
    "where ",
    "for ",
    "is a policy",
    "0",
    "1.5",
    "+",
    "-",
    "θ",
    "Σ over t of",
    "∇",
    "≈",
    "\ufeff",
    "\r",
    "\x0b",
    "\u2028",
]


@given(st.lists(st.sampled_from(PIECES), max_size=30), st.sampled_from(["t.md", "t.tex", "t.rst", "t.txt"]))
@settings(max_examples=150, deadline=None)
def test_any_text_of_any_format(parts, name):
    """A row for every step, at a place in the text; or an error that says what is wrong with a remark."""
    text = "".join(parts)
    document = parse(decode(name, text.encode()))
    try:
        found = outcome(Checked(name, document, tuple(check_document(document, READER_ONLY))))
    except DeriveError:
        return
    lines = text.removeprefix("\ufeff").splitlines(keepends=True)
    for row in found.rows:
        assert not row["code"].startswith("internal"), row["message"]
        assert (row["line"], row["column"]) <= (row["end_line"], row["end_column"])
        assert row["line"] <= len(lines) + 1
