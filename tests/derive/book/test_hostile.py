"""Hostile input: bounded time, a word in the report, never a crash, nothing run."""

import json
import time

import pytest

from derive.book import steps
from derive.book.check import check_file
from derive.book.rows import outcome

HOSTILE = {
    "braces": "$$ " + "{" * 100_000 + "r_0" + "}" * 100_000 + " = 1 $$",
    "open": "$$ " + "{" * 100_000,
    "tower": "$$ 9^{9^{9^9}} = 1 $$",
    "power": "$$ 9^{64} \\cdot 9^{64} \\cdot 9^{64} = 1 $$",
    "recursion": "\\newcommand{\\a}{\\b\\b}\\newcommand{\\b}{\\a\\a}\n\n$$ \\a = 1 $$",
    "write18": "$$ \\write18{touch /tmp/derive-was-here} = 1 $$",
    "input": "$$ \\input{/etc/passwd} = 1 $$",
    "dots": "$$ r_0 + r_1 " + "+ \\dots " * 3_000 + " = 1 $$",
    "rows": "$$ " + "\\\\ " * 15_000 + " $$",
    "implies": "$$ r_0 = 1 " + "\\implies r_0 = 1 " * 300 + " $$",
    "underbraces": "$$ " + "\\underbrace{" * 500 + "1" + "}_{1}" * 500 + " = 1 $$",
    "integrals": "$$ " + "\\int " * 5_000 + " = 1 $$",
    "plain": "Σ over " * 250 + "= 1\n",
    "brackets": "x = " + "_(" * 900 + "\n",
    "plain line": "θ = " + "(" * 300_000 + "\n",
    "comment": "<!-- derive: " + "x" * 100_000 + "\n",
    "bars": "$$ " + "|" * 3_000 + " = 1 $$",
    "macros": "\\newcommand{\\a}{" * 20_000,
    "table": "|a|b|\n|-|-|\n" + "|$x$|$$y$$|\n" * 2_000,
    "wide table": "|a" * 5_000 + "|\n" + "|-" * 5_000 + "|\n",
    "quotations": "> " * 20_000 + "$$ r_0 $$",
    "labels": "$$a$$ {#eq-" * 5_000,
    "fences": "```{note}\n" * 5_000,
    "front matter": "---\n" * 20_000,
    "expectations": "$$ " + "\\mathbb{E}_\\tau " * 3_000 + " r_0 = 1 $$",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_text(name, tmp_path, judges):
    (tmp_path / "x.md").write_text(HOSTILE[name])
    start = time.process_time()
    checked = outcome(check_file(tmp_path / "x.md", judges))
    assert time.process_time() - start < 5
    assert not any(row["code"].startswith("internal") for row in checked.rows)
    assert all(row["verdict"] not in ("proved", "holds") or name == "implies" for row in checked.rows)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("x.md", b"\xff\xfe$$ 1 = 1 $$"),
        ("x.ipynb", b"{not json"),
        ("x.ipynb", json.dumps({"cells": [{"cell_type": "markdown"}]}).encode()),
        ("x.ipynb", b"[" * 100_000),
        ("x.tex", b"\0\0"),
    ],
)
def test_bytes(name, data, tmp_path, judges):
    (tmp_path / name).write_bytes(data)
    assert outcome(check_file(tmp_path / name, judges)).error is not None


def test_a_line_of_50_megabytes(tmp_path, judges):
    (tmp_path / "x.md").write_bytes(b"a" * 50_000_000)
    assert "limit" in outcome(check_file(tmp_path / "x.md", judges)).error


def test_a_step_that_takes_too_long_is_unknown(check, monkeypatch):
    def forever(*arguments):
        while True:
            pass

    monkeypatch.setattr(steps, "_judge_step", forever)
    monkeypatch.setattr("derive.book.bounds.limited.__wrapped__.__defaults__", (0.1,))
    (step,) = check("$$ 1 = 1 $$").steps
    assert (step.verdict, step.code) == ("unknown", "D063")


def test_a_file_that_takes_itself_in(tmp_path, judges):
    (tmp_path / "a.tex").write_text("\\input{b}\n\\[ 1 + 1 = 2 \\]\n")
    (tmp_path / "b.tex").write_text("\\input{a}\n\\input{b}\n\\[ 1 + 1 = 3 \\]\n")
    rows = outcome(check_file(tmp_path / "a.tex", judges)).rows
    assert [row["verdict"] for row in rows] == ["refuted", "proved"]
