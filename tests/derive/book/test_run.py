"""Whole runs: folders, patterns, the cache, the formats of other programs, comments of authors."""

import json

import pytest

from derive.book import run as running
from derive.book.exchange import github, sarif
from derive.book.report import as_text, exit_code, rows
from derive.errors import Unreadable

TRUE = "$$ \\sum_a \\pi_\\theta(a) = 1 $$\n"
FALSE = "$$ \\sum_a \\nabla_\\theta \\pi_\\theta(a) = 2 $$\n"


def run(paths, judges, **options):
    return running.run(paths, lambda: judges, **options)


@pytest.fixture
def texts(tmp_path, monkeypatch):
    monkeypatch.setenv("DERIVE_CACHE", str(tmp_path / "cache"))
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "one.md").write_text(TRUE)
    (tmp_path / "book" / "two.md").write_text(TRUE + "\n" + FALSE)
    return tmp_path / "book"


def test_a_folder_and_a_pattern(texts, judges):
    folder = run([texts], judges)
    assert [row["verdict"] for row in rows(folder)] == ["proved", "proved", "refuted"]
    assert exit_code(folder) == 1
    assert [o.path for o in run([texts / "t*.md"], judges)] == [str(texts / "two.md")]
    with pytest.raises(Unreadable):
        run([texts / "x*.md"], judges)


def test_the_second_run_asks_no_witness(texts, judges):
    first = run([texts], judges)
    again = running.run([texts], lambda: pytest.fail("a witness was asked"))
    assert json.dumps([o.to_dict() for o in again]) == json.dumps([o.to_dict() for o in first])
    (texts / "one.md").write_text(FALSE)
    assert [row["verdict"] for row in rows(run([texts / "one.md"], judges))] == ["refuted"]
    assert [row["verdict"] for row in rows(run([texts / "one.md"], judges, cached=False))] == ["refuted"]


def test_what_a_text_takes_in_is_read_in_its_place(texts, judges):
    part = "\\[ \\sum_a \\pi(a) = 3 \\]\n"
    (texts / "part.tex").write_text(part)
    (texts / "preamble.tex").write_text("\\newcommand{\\pol}{\\pi_\\theta}\n")
    (texts / "main.tex").write_text(
        "\\documentclass{book}\n\\begin{document}\n\\[ \\sum_a \\pol(a) = 1 \\]\n\\input{part}\n% \\input{part}\n"
        "\\input{../outside}\n\\input{main}\n\\[ \\sum_a \\pol(a) = 2 \\]\n\\end{document}\n"
    )
    (outcome,) = run([texts / "main.tex"], judges)
    assert [(row["file"], row["line"], row["verdict"]) for row in outcome.rows] == [
        (str(texts / "main.tex"), 3, "proved"),
        (str(texts / "part.tex"), 1, "refuted"),
        (str(texts / "main.tex"), 8, "refuted"),
    ]
    (texts / "part.tex").write_text(part.replace("3", "1"))
    assert run([texts / "main.tex"], judges)[0].rows[1]["verdict"] == "proved"


def test_restructured_text(texts, judges):
    text = "Title\n=====\n\nLet :math:`\\pi_\\theta(a)` be a policy::\n\n    .. math:: 1 = 2\n\n"
    text += ".. math::\n    :label: one\n\n    \\sum_a \\pi_\\theta(a) = 1\n\n    \\sum_a \\pi_\\theta(a)\n"
    text += "    &= 2\n\n.. math:: 1 + 1 = 2\n"
    (texts / "a.rst").write_text(text)
    (outcome,) = run([texts / "a.rst"], judges)
    assert [(row["line"], row["column"], row["verdict"]) for row in outcome.rows] == [
        (11, 5, "proved"),
        (13, 5, "refuted"),
        (16, 11, "proved"),
    ]


def test_other_formats(texts, judges):
    outcomes = run([texts], judges)
    data = json.loads(json.dumps(sarif(outcomes, "0")))
    (one,) = data["runs"]
    assert (data["version"], one["columnKind"]) == ("2.1.0", "unicodeCodePoints")
    wrong = [r for r in one["results"] if r["level"] == "error"]
    assert [r["ruleId"] for r in wrong] == ["D010"]
    assert one["tool"]["driver"]["rules"][wrong[0]["ruleIndex"]]["id"] == "D010"
    region = wrong[0]["locations"][0]["physicalLocation"]["region"]
    assert (region["startLine"], region["startColumn"]) == (3, 4)
    (line,) = github(outcomes).splitlines()
    assert line.startswith("::error file=")
    assert ",line=3,endLine=3,col=4," in line
    assert "%0A" in line


def test_a_suppression_needs_a_reason_and_is_for_one_display(texts, judges):
    ignored = "<!-- derive: ignore D010: wrong on purpose -->\n" + FALSE
    (texts / "s.md").write_text(ignored)
    outcomes = run([texts / "s.md"], judges)
    assert outcomes[0].rows[0]["suppressed"] == "wrong on purpose"
    assert exit_code(outcomes) == 0
    assert "suppressed: wrong on purpose" in as_text(outcomes)
    (texts / "s.md").write_text(ignored + "\n" + FALSE)
    assert exit_code(run([texts / "s.md"], judges)) == 1
    (texts / "s.md").write_text(ignored.replace(": wrong on purpose", ""))
    assert exit_code(run([texts / "s.md"], judges)) == 2


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.md", "<!-- derive: ignore D010: why -->\n```math\n{}\n```"),
        ("a.md", "> <!-- derive: ignore D011, D010: why -->\n>\n> $$ {} $$"),
        ("a.tex", "% derive: ignore D010: why\n\\begin{{align}}\n  {}\n\\end{{align}}"),
        ("a.rst", ".. derive: ignore D010: why\n\n.. math::\n   :label: x\n\n   {}"),
        ("a.ipynb", ""),
    ],
)
def test_suppressions_in_every_format(name, text, texts, judges):
    formula = FALSE.strip().strip("$ ")
    text = text.format(formula)
    if name.endswith("ipynb"):
        cells = [
            {"cell_type": "markdown", "source": f"<!-- derive: ignore D010: {w} -->\n\n{FALSE}"} for w in ("a", "b")
        ]
        text = json.dumps({"cells": cells})
    (texts / name).write_text(text)
    found = run([texts / name], judges)[0].rows
    assert [row.get("suppressed") for row in found] == (["a", "b"] if name.endswith("ipynb") else ["why"])


def test_conventions_in_comments_and_front_matter(check):
    claim = "$$ \\mathbb{E}_{\\tau \\sim \\pi_\\theta}[r_t \\nabla_\\theta \\log \\pi_\\theta(a_t|s_t)] = 0 $$"
    assert check(claim).steps[0].verdict == "refuted"
    assert check(f"<!-- derive: r_t = r(s_t); last index T -->\n\n{claim}").steps[0].verdict in ("proved", "holds")
    front = f"---\ntitle: x\nderive: r_t = r(s_t)\n---\n\n{claim}"
    assert check(front).steps[0].verdict in ("proved", "holds")
    with pytest.raises(Unreadable, match="is not known"):
        check(f"<!-- derive: r_t = r(t) -->\n\n{claim}")
