"""The report: fields and words as documented, places that point at the step, exit codes."""

import json

import pytest

from derive.annotated.cards import Card, block
from derive.book import report
from derive.book.check import Checked, check_document
from derive.book.codes import CODES
from derive.book.document import parse
from derive.book.exchange import github, sarif
from derive.book.judge import Judges
from derive.book.outcome import VERDICTS
from derive.book.rows import outcome
from derive.book.source import decode
from derive.prove import search

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


UNDISCOUNTED = r"""The return is $G_t = \sum_{k=t}^{T-1} \gamma^{k-t} r_k$. Then

$$ G_0 = \sum_{t=0}^{T-1} r_t $$
"""


def test_what_a_refuted_step_would_follow_from(check):
    checked = check(UNDISCOUNTED)
    (row,) = outcome(checked).rows
    assert row["verdict"] == "refuted"
    assert row["gap"] == "γ^t r_t = r_t for 0 ≤ t, t < T"
    said = f"would follow from {row['gap']}"
    assert f"  = {said}\n" in report.as_text([outcome(checked)])
    assert said in sarif([outcome(checked)], "0")["runs"][0]["results"][0]["message"]["text"]
    assert said in github([outcome(checked)])
    page = block(Card(1, checked.steps[0].formula, (row,)), {})
    assert "Would follow from" in page


class Undecided:
    verdict, reason, sizes, error_bound, counterexample = "unknown", "", (), "", None


def test_what_could_not_be_shown():
    witnesses = Judges(search, lambda e, h: Undecided, lambda *a: False, lambda *a: False, lambda t: None)
    document = parse(decode("text.md", UNDISCOUNTED.encode()))
    one = outcome(Checked("text.md", document, tuple(check_document(document, witnesses))))
    assert one.rows[0]["verdict"] == "unknown"
    assert "  = could not show that γ^t r_t = r_t for 0 ≤ t, t < T\n" in report.as_text([one])


@pytest.mark.parametrize("latex", [r"\sum_a \pi_\theta(a|s) = 2", r"f(s) = h(s)", "1 + 1 = 3"])
def test_what_says_no_more_than_the_step_is_not_said(check, latex):
    (row,) = outcome(check(f"$$ {latex} $$")).rows
    assert "gap" not in row


def test_a_long_report_says_at_its_end_where_something_is_wrong(check):
    short, long = (report.as_text([outcome(check(n * "$$ 1 + 1 = 2 $$\n\n" + "$$ 1 + 1 = 3 $$\n"))]) for n in (1, 11))
    assert "wrong:" not in short
    assert long.splitlines()[-2] == "wrong: text.md:23:4 D011"


def test_of_a_line_without_end_what_is_around_the_step_is_shown(check):
    lines = report.as_text([outcome(check("word " * 20_000 + "$$ 1 + 1 = 3 $$" + " word" * 20_000))]).splitlines()
    assert max(map(len, lines)) < 600
    shown, marks = (line for line in lines if line.startswith("  | "))
    assert shown[marks.index("^") : marks.rindex("^") + 1] == "1 + 1 = 3"
