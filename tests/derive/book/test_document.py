"""Every formula is found, at its exact place; what is no mathematics, or no text, is not read."""

import json
import time
from pathlib import Path

import pytest

from derive.book import report
from derive.book.check import check_file
from derive.book.document import parse
from derive.book.rows import outcome
from derive.book.source import decode, files
from derive.errors import Unreadable


def displays(text: str, name: str = "t.md"):
    return parse(decode(name, text.encode())).displays


@pytest.mark.parametrize(
    ("text", "latex", "line", "column"),
    [
        ("$$ a = b $$", "a = b", 1, 4),
        ("$$\na = b\n$$", "a = b", 2, 1),
        ("words $$ a = b $$ more", "a = b", 1, 10),
        ("\\[ a = b \\]", "a = b", 1, 4),
        ("\\begin{align}\n  a &= b\n\\end{align}", "a &= b", 2, 3),
        ("```math\na = b\n```", "a = b", 2, 1),
        ("# π θ ∇\n\nmit Ümlaut: $$é = b$$", "é = b", 3, 15),
        ("line\r\n\r\n$$\r\na = b\r\n$$\r\n", "a = b", 4, 1),
        ("> $$\n> a\n>   = b\n> $$", "a\n  = b", 2, 3),
        ("- item\n\n  $$ a = b $$", "a = b", 3, 6),
        ("\ufeff$$a = b$$", "a = b", 1, 3),
    ],
)
def test_place_of_a_display(text, latex, line, column):
    (found,) = displays(text)
    assert (found.latex, found.line, found.column) == (latex, line, column)


def test_end_is_one_past_the_last_character():
    (found,) = displays("x\n\n$$\na = b \\\\\n  c = d\n$$\n")
    assert (found.end_line, found.end_column) == (5, 8)


def test_every_character_keeps_its_offset():
    text = "> quoted\n> $$\n> a = b\n>   + c\n> $$\n\n$$ d = e $$"
    document = parse(decode("t.md", text.encode()))
    for formula in document.displays:
        assert "".join(text[i] for i in formula.offsets[:-1]) == formula.latex


@pytest.mark.parametrize(
    "text",
    [
        "`$$ a = b $$`",
        "```\n$$ a = b $$\n```",
        "    $$ a = b $$",
        "---\ntitle: $$a$$\n---\n",
        "<!-- $$ a = b $$ -->\n",
        "it costs $5 and then $6",
        "escaped \\$\\$ a = b \\$\\$",
        "a \\[1\\] reference",
    ],
)
def test_no_display(text):
    assert displays(text) == ()


def test_inline_formulas_are_no_displays():
    document = parse(decode("t.md", b"let $x = 1$ and \\(y = 2\\), not $5 or $6"))
    assert [f.latex for f in document.formulas] == ["x = 1", "y = 2"]
    assert document.displays == ()


def test_latex_file(chapter):
    found = displays(chapter("plain.tex"), "plain.tex")
    assert [f.line for f in found] == [9, 16]


def test_unclosed_display_is_kept_and_marked():
    (found,) = displays("$$ a = b\n\nmore text")
    assert not found.closed
    assert found.latex == "a = b"


@pytest.mark.parametrize(("data", "where"), [(b"ab\x00c", "byte 2"), (b"abc\xff", "byte 3")])
def test_no_text(data, where):
    with pytest.raises(Unreadable, match=where):
        decode("f.md", data)


def test_missing_file_and_empty_directory(tmp_path: Path):
    with pytest.raises(Unreadable, match="does not exist"):
        files(tmp_path / "none.md")
    with pytest.raises(Unreadable, match="holds no text"):
        files(tmp_path)


def test_a_file_that_is_no_text_is_an_error_of_that_file(tmp_path: Path, judges):
    (tmp_path / "bad.md").write_bytes(b"\x00")
    assert "NUL" in (check_file(tmp_path / "bad.md", judges).error or "")


def test_notebook_cells_share_one_scope(tmp_path: Path, judges):
    cells = [
        {"cell_type": "markdown", "source": ["# Returns\n", "$$ G_t := \\sum_{k=t}^{T-1} r_k $$"]},
        {"cell_type": "code", "source": "x = '$$ a = b $$'"},
        {"cell_type": "markdown", "source": "so\n\n$$ G_0 = \\sum_{k=0}^{T-1} r_k $$"},
    ]
    (tmp_path / "n.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    rows = report.rows([outcome(check_file(tmp_path / "n.ipynb", judges))])
    assert [(r["cell"], r["line"], r["column"], r["verdict"]) for r in rows] == [
        (1, 2, 4, "definition"),
        (3, 3, 4, "proved"),
    ]


@pytest.mark.parametrize("text", ["[1, 2]", "{}", "not json", "[" * 100_000])
def test_no_notebook(tmp_path: Path, judges, text):
    (tmp_path / "n.ipynb").write_text(text, encoding="utf-8")
    assert "no notebook" in (check_file(tmp_path / "n.ipynb", judges).error or "")


def test_long_whitespace_and_many_openings_are_quick():
    start = time.process_time()
    for text in ("$$" + " " * 300_000 + "x $$", "$$ " * 50_001, "`" * 100_000, "\\[ " * 50_000, "$x " * 50_000):
        displays(text)
    assert time.process_time() - start < 10
