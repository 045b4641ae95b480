"""The report: fields and words as documented, places that point at the step, exit codes."""

import json

import pytest

from derive.book import report
from derive.book.codes import CODES
from derive.book.outcome import VERDICTS
from derive.book.rows import outcome

FIELDS = {
    "file",
    "line",
    "column",
    "end_line",
    "end_column",
    "latex",
    "verdict",
    "code",
    "message",
    "read_as",
}
TEXT = """# A chapter with one error

$$
\\sum_a \\pi_\\theta(a) = 1, \\qquad \\sum_a \\nabla_\\theta \\pi_\\theta(a) = 2
$$

$$ \\flurb = 1 $$
"""


def test_json(check):
    checked = [outcome(check(TEXT))]
    whole = json.loads(json.dumps(report.as_json(checked)))
    assert set(whole) == {"summary", "steps"}
    assert len(whole["steps"]) == 3
    lines = TEXT.split("\n")
    for step in whole["steps"]:
        assert set(step) >= FIELDS
        assert step["verdict"] in VERDICTS
        assert CODES[step["code"]][0] == step["verdict"]
        assert lines[step["line"] - 1][step["column"] - 1 : step["end_column"] - 1] == step["latex"]
    assert [s["verdict"] for s in whole["steps"]] == ["proved", "refuted", "not-read"]
    refuted = whole["steps"][1]["counterexample"]
    assert set(refuted) >= {"states", "actions", "horizon", "assignment", "lhs", "rhs", "text"}
    assert (refuted["lhs"], refuted["rhs"]) == ("0", "2")
    stopped = whole["steps"][2]["stopped"]
    assert (stopped["line"], stopped["column"], stopped["token"]) == (7, 4, "\\flurb")


def test_summary_counts_what_was_judged(check):
    summary = report.summary([outcome(check(TEXT))])
    assert summary["coverage"] == "2 of 3 steps judged"
    assert (summary["displays"], summary["steps"], summary["verdicts"]["refuted"]) == (2, 3, 1)


def test_text_points_at_the_step(check):
    shown = report.as_text([outcome(check(TEXT))]).split("\n")
    (at,) = (i for i, line in enumerate(shown) if " refuted: " in line)
    assert shown[at].startswith("text.md:4:34: D010 refuted: the sides differ: 0 and 2")
    start, end = shown[at + 2].index("^"), len(shown[at + 2])
    assert shown[at + 1][start:end] == r"\sum_a \nabla_\theta \pi_\theta(a) = 2"


@pytest.mark.parametrize(
    ("text", "code", "strict"),
    [
        ("no formulas", 0, 0),
        ("$$ r_0 = r_0 + 0 $$", 0, 0),
        ("$$ r_0 + 1 = r_0 $$", 1, 1),
        ("$$ \\flurb = 1 $$", 0, 1),
        ("$$ r_0 \\leq r_1 $$", 0, 1),
        ("$$ \\a = 1 $$\n\n$$ \\b = 1 $$\n\n$$ \\c = 1 $$\n\n$$ r_0 + 1 = r_0 $$", 0, 1),
    ],
)
def test_exit_code(check, text, code, strict):
    checked = [outcome(check(text))]
    assert (report.exit_code(checked), report.exit_code(checked, strict=True)) == (code, strict)


def test_refutations_in_a_text_that_was_mostly_not_read_are_marked(check):
    checked = check("$$ \\x = 1 $$\n\n$$ \\b = 1 $$\n\n$$ \\c = 1 $$\n\n$$ r_0 + 1 = r_0 $$")
    assert report.rows([outcome(checked)])[-1]["by_hand"] is True
    assert "check by hand" in report.as_text([outcome(checked)])


def test_control_characters_are_not_printed(check):
    assert "\x1b" not in report.as_text([outcome(check("$$ r_0 \x1b[31m = 1 $$"))])
