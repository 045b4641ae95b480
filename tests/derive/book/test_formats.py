"""Every format: what an author displays is found whole, and its place in the source is its own, to the character."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive.book.document import parse, read
from derive.book.source import decode

FORMULAS = (r"a = b", r"\sum_t \gamma^t r_t = R", r"x &= y \\ &= z", "π_θ = ∇ é", r"\{ 1 \} < \$", "a\n  = b")
PROSE = (
    "Words, “quoted”.",
    "It costs $5, or \\$6.",
    "π θ 𝔼 é",
    "# A heading",
    "`$$ code $$`",
    "*star* _line_",
    "1. one",
)
MARKDOWN = (
    ("$$\n", "\n$$"), ("$$", "$$"), ("\\[\n", "\n\\]"), ("\\begin{align}\n", "\n\\end{align}"),
    ("\\begin{equation*}", "\\end{equation*}"), ("```math\n", "\n```"), ("~~~math\n", "\n~~~"),
    ("```{math}\n:label: eq-one\n:nowrap:\n\n", "\n```"), ("```{math}\n---\nlabel: one\n---\n", "\n```"),
    (":::{math}\n:label: two\n", "\n:::"), ("$$\n", "\n$$ {#eq-three}"), ("$$\n", "\n$$ (four)"),
    ("\\begin{alignat}{2}\n", "\n\\end{alignat}"),
)  # fmt: skip
LATEX = (
    ("$$", "$$"), ("\\[", "\\]"), ("so \\[ ", " \\]"), *((f"\\begin{{{name}}}\n", f"\n\\end{{{name}}}") for name in
    ("equation", "align*", "gather", "multline", "flalign", "eqnarray*")),
    ("\\begin{subequations}\n\\begin{align}", "\\end{align}\n\\end{subequations}"),
)  # fmt: skip


def _agree(text, name, wanted):
    """The displays are those that were put in, each at its place, its marks around it and prose outside."""
    source = decode(name, text.encode())
    document = parse(source)
    assert [f.latex for f in document.displays] == wanted
    for formula in document.formulas:
        assert "".join(source.text[i] for i in formula.offsets[:-1]) == formula.latex
        line, column, end_line, end_column = formula.place(0, len(formula.latex))
        start, end = source.starts[line - 1] + column - 1, source.starts[end_line - 1] + end_column - 1
        assert source.text[start:end].replace("\n> ", "\n") == formula.latex
        assert formula.whole[0] <= start <= end <= formula.whole[1]
    ends = [0, *(at for f in document.formulas for at in f.whole), len(source.text)]
    assert ends == sorted(ends)


@given(st.lists(st.tuples(st.sampled_from(PROSE), st.sampled_from(MARKDOWN), st.sampled_from(FORMULAS)), max_size=6))
def test_markdown(parts):
    text = "\n\n".join(part for prose, (opens, closes), latex in parts for part in (prose, opens + latex + closes))
    _agree(text, "t.md", [latex for _, _, latex in parts])


@given(st.lists(st.tuples(st.sampled_from(LATEX), st.sampled_from(FORMULAS)), max_size=6), st.booleans())
def test_latex(parts, whole):
    text = "\n\nSome words % $$ hidden $$\n".join(opens + latex + closes for (opens, closes), latex in parts)
    text = f"\\documentclass{{book}} $$ x $$\n\\begin{{document}}\n{text}\n\\end{{document}}\n" if whole else text
    _agree(text, "t.tex", [latex for _, latex in parts])


@given(st.lists(st.tuples(st.sampled_from(("", "   :label: x\n\n")), st.sampled_from(FORMULAS)), max_size=6))
def test_restructured(parts):
    blocks = [f".. math::\n{label}\n   " + latex.replace("\n", "\n   ") for label, latex in parts]
    wanted = [latex.replace("\n", "\n   ") for _, latex in parts]
    _agree("Words::\n\n   .. math:: no\n\n".join(f"{b}\n\n" for b in blocks), "t.rst", wanted)


@given(st.lists(st.sampled_from(FORMULAS), min_size=1, max_size=4))
def test_quotations_and_lists(formulas):
    text = "\n\n".join("> $$\n> " + f.replace("\n", "\n> ") + "\n> $$" for f in formulas)
    _agree(text, "t.md", formulas)
    text = "\n\n".join("- item\n\n  $$\n  " + f.replace("\n", "\n  ") + "\n  $$" for f in formulas)
    _agree(text, "t.md", [f.replace("\n", "\n  ") for f in formulas])


@pytest.mark.parametrize(
    ("text", "name", "inline"),
    [
        ("by {math}`a = b` and $`c = d`$ and $e$", "t.md", ["a = b", "c = d", "e"]),
        ("code `{math}` and ``{math}`x` ``", "t.md", []),
        ("by :math:`a = b`, ``:math:`` alone", "t.rst", ["a = b"]),
        ("costs $5 and $`", "t.md", []),
    ],
)
def test_inline(text, name, inline):
    found = parse(decode(name, text.encode())).formulas
    assert [f.latex for f in found] == inline
    assert not any(f.displayed for f in found)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (".. derive: first index 1\n\n   .. math:: a = b\n", "t.rst"),
        ("A \\[1\\] reference and \\[see below\\].", "t.md"),
        ("\\begin{verbatim}\n$$ a = b $$\n\\end{verbatim}", "t.tex"),
        ("```{code}\n$$ a = b $$\n```", "t.md"),
    ],
)
def test_what_is_no_display(text, name):
    assert parse(decode(name, text.encode())).displays == ()


def test_words_in_a_directive_are_a_text():
    text = "```{note} Title\nso $x$\n\n$$ a = b $$\n\n```python\nx = '$$ c $$'\n```\n\nmore\n"
    text = text.replace("```{note}", "````{note}").replace("\n\nmore", "\n````\n\n$$ d = e $$\n\nmore")
    _agree(text, "t.md", ["a = b", "d = e"])
    _agree("> ```{tip}\n> $$ a = b $$\n> ```\n\n$$ c = d $$", "t.md", ["a = b", "c = d"])


def test_words_around_a_display_are_without_its_label():
    (formula,) = parse(decode("t.md", b"Let\n\n$$ a = b $$ {#eq-a}\n\nwhere c")).displays
    assert (formula.before.strip(), formula.after.strip()) == ("Let", "where c")


def test_what_follows_a_directives_name_goes_on_below_it():
    text = ".. math:: a = b\n   + c\n\n   d = e\n"
    _agree(text, "t.rst", ["a = b\n   + c", "d = e"])


def test_a_notebook_has_cells_and_lines(tmp_path):
    cells = [{"cell_type": "code", "source": "$$ x $$"}, {"cell_type": "markdown", "source": ["one\n", "$$ a = b $$"]}]
    (tmp_path / "n.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    (formula,) = read(tmp_path / "n.ipynb").displays
    assert (formula.source.cell, formula.line, formula.column) == (2, 2, 4)
