"""What stands on a sheet beside the proof: figures of estimates, near misses of laws, and the statement without a
hypothesis; and how the command line finds them."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from math import sqrt

import pytest

from derive import cli
from derive.cli import evidence, sheets
from derive.errors import IllFormed
from derive.notation import before, expect, k, policy, reward, score, t
from derive.sheet import (
    Block,
    Convergence,
    Counterexample,
    Example,
    ExampleRow,
    Law,
    Line,
    NearMiss,
    Place,
    Sheet,
    Without,
)
from derive.sheet.booklet import booklet
from derive.sheet.collection import Collection
from derive.sheet.convergence import HEIGHT, WIDTH, panel, spoken, ticks
from derive.sheet.html import html
from derive.sheet.html_book import html_book
from derive.sheet.json_form import plain
from derive.sheet.markdown import markdown
from derive.sheet.tex import tex
from derive.sheet.typst import typst
from derive.terms import AtMost, Equation, Positive

SIZES = (10, 100, 1000)
CURVE = Convergence(
    "p = 1/2", reward(t), "1/4", SIZES, (0.3, 0.26, 0.2501), (0.25,) * 3, tuple(0.4 / sqrt(n) for n in SIZES)
)
FOUND = Counterexample("1 state, 2 actions, horizon 1", (("T", "1"), ("pi(1|0)", "1/2")), "1", "0")
MISS = NearMiss("the index <b> is of another kind", Equation(reward(t), reward(k)), FOUND)
LAW = Law("split", "a sum is cut for a ≤ m", MISS)
SHEET = Sheet(
    name="short", title="A short one", statement=Equation(expect(reward(t)), 0), definitions=(),
    hypotheses=(AtMost(0, t),),
    laws=("split",), axioms=(), source="A book, §1",
    blocks=(Block(None, expect(reward(t)), (Line(reward(k), "cut", "split", (LAW,)),)),),
    example=Example("w", "d", (ExampleRow("p = 1/2", reward(t), "1/4", 0.2501, 0.01, 1000, 0),), (CURVE,)),
    falsehood=None, fingerprint="0123", status="proved",
    without=(Without(AtMost(0, t), "refuted", "False.", FOUND), Without(Positive(policy), "kept", "Tried.")),
)  # fmt: skip


# figures


def test_a_figure_lies_within_its_panel_and_its_band_narrows() -> None:
    p = panel(CURVE)
    points = [*p.curve, *p.exact, *(w.at for w in p.words), *(end for line in p.axes for end in line)]
    points += [(x, y) for x, *ends in p.band for y in ends]
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points)
    widths = [high - low for _, low, high in p.band]
    assert widths == sorted(widths, reverse=True)
    assert widths[0] / widths[2] == pytest.approx(10)


def test_a_figure_says_in_words_what_it_shows() -> None:
    said = spoken(CURVE)
    for part in (
        "r_t at p = 1/2",
        "The exact value is 1/4",
        "from ±0.25 to ±0.025",
        "0.2501 after 1,000",
        "3 of the 3",
    ):
        assert part in said


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-0.003, 0.002), (1e-9, 2e-9), (-250, 1800)])
def test_ticks_are_few_and_within(low: float, high: float) -> None:
    marks = ticks(low, high)
    assert 2 <= len(marks) <= 5
    assert all(low - 1e-9 * (high - low) <= m <= high + 1e-9 * (high - low) for m in marks)


@pytest.mark.parametrize(
    "change",
    [{"sizes": (10,)}, {"sizes": (10, 10, 20)}, {"estimates": (1.0, 2.0)}, {"deviations": (1.0, 0.0, 1.0)},
     {"estimates": (1.0, 2.0, float("nan"))}, {"label": " "}],
)  # fmt: skip
def test_an_ill_formed_figure_is_refused(change: dict) -> None:
    with pytest.raises(IllFormed):
        replace(CURVE, **change)


def test_the_page_has_the_figure_as_an_image_with_words() -> None:
    (drawn,) = re.findall(r"<svg.*?</svg>", html(SHEET), re.DOTALL)
    root = ET.fromstring(drawn)
    assert root.get("role") == "img"
    ids = {node.get("id") for node in root.iter()} - {None}
    assert set((root.get("aria-labelledby") or "").split()) == ids
    assert [n.text for n in root if n.tag.endswith("desc")] == [spoken(CURVE)]


def test_tex_draws_the_figure_without_packages() -> None:
    source = tex(SHEET)
    assert source.count(r"\begin{picture}(78,26)") == 1
    assert "tikz" not in source
    assert "picture" not in tex(replace(SHEET, example=replace(SHEET.example, figures=())))


# what is false


def test_a_near_miss_stands_once_on_the_page_and_is_linked_from_its_reason() -> None:
    page = html(SHEET)
    assert page.count('id="law-split"') == 1
    assert page.count('href="#law-split"') == 1
    assert "the index &lt;b&gt; is of another kind" in page


def test_each_hypothesis_can_be_dropped_on_the_page_and_in_the_data() -> None:
    page, data = html(SHEET), plain(SHEET)
    assert page.count('class="dropped"') == 2
    assert "false without it" in page
    assert "no counterexample found" in page
    assert [w["outcome"] for w in data["without"]] == ["refuted", "kept"]
    assert data["without"][0]["counterexample"]["lhs"] == "1"


def test_a_counterexample_belongs_to_a_refutation() -> None:
    for outcome, found in (("refuted", None), ("kept", FOUND), ("perhaps", None)):
        with pytest.raises(IllFormed):
            Without(AtMost(0, t), outcome, "words", found)


# the command line


@pytest.fixture(scope="module")
def catalogue() -> dict:
    from derive.cli.catalogue import load_catalogue

    return dict(load_catalogue().derivations)


def test_without_k_before_t_the_past_is_no_past(catalogue: dict) -> None:
    d = catalogue["past_reward_cancellation"]
    found = [evidence._without(d, i) for i in range(len(d.assuming))]
    shown = dict(zip(d.assuming, [sheets._without(h, f) for h, f in zip(d.assuming, found, strict=True)], strict=True))
    assert shown[before(k, t)].outcome == "refuted"
    assert shown[before(k, t)].counterexample.left != shown[before(k, t)].counterexample.right
    assert shown[Positive(policy)].outcome == "kept"
    assert "0 and T" in shown[AtMost(0, k)].said


def test_a_hypothesis_of_meaning_leaves_no_value(catalogue: dict) -> None:
    d = catalogue["grad_eq_mul_grad_log"]
    assert sheets._without(d.assuming[0], evidence._without(d, 0)).outcome == "no value"


def test_evidence_is_kept_until_a_source_changes(catalogue: dict, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("DERIVE_CACHE", str(tmp_path))
    first = evidence.evidence(catalogue["bandit_mean"])
    monkeypatch.setattr(evidence, "_found", lambda d: pytest.fail("asked again"))
    again = evidence.evidence(catalogue["bandit_mean"])
    assert again["laws"] == first["laws"]
    assert [list(f["estimates"]) for f in first["figures"]] == [f["estimates"] for f in again["figures"]]


def test_what_does_not_vary_and_what_is_not_sampled_has_no_figure(catalogue: dict) -> None:
    assert evidence._sampled(catalogue["sigmoid_gradient"])[1] == []
    rows, figures = evidence._sampled(catalogue["past_reward_cancellation"])
    assert all(row["standard_error"] == 0 for row in rows)
    assert figures == []


def test_a_statement_that_is_not_proved_gets_no_sheet(catalogue: dict, monkeypatch, tmp_path) -> None:
    d = replace(catalogue["bandit_mean"], name="wrong", claim=Equation(expect(reward(0) * score(0)), 0))
    monkeypatch.setenv("DERIVE_CACHE", str(tmp_path))
    with pytest.raises(ValueError, match="wrong is not proved, so no sheet of it is printed"):
        evidence.evidence(d)


def test_every_law_shown_with_a_near_miss_shows_it_false() -> None:
    found = sheets._near_misses()
    assert {"tower", "split", "homogeneity", "gradient_constant"} <= set(found)
    assert all(miss.counterexample.left != miss.counterexample.right for miss in found.values())


def test_the_command_shows_figures_and_dropped_hypotheses(tmp_path) -> None:
    assert cli.main(["sheet", "bandit_mean", "state_baseline_term_vanishes", "--to", "html", "-o", str(tmp_path)]) == 0
    assert "<svg" in (tmp_path / "bandit_mean.html").read_text()
    assert "Drop a hypothesis" in (tmp_path / "state_baseline_term_vanishes.html").read_text()


def test_sheets_that_were_printed_are_printed_again_without_the_catalogue(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("DERIVE_CACHE", str(tmp_path / "cache"))
    command = ["sheet", "bandit_mean", "--to", "tex,html,md", "-o"]
    assert cli.main([*command, str(tmp_path / "first")]) == 0
    monkeypatch.setattr(sheets, "load_catalogue", lambda: pytest.fail("asked again"))
    assert cli.main([*command, str(tmp_path / "again")]) == 0
    names = [p.name for p in sorted((tmp_path / "first").iterdir())]
    assert len(names) == 3
    for name in names:
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_sheets_with_another_template_are_printed_anew(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("DERIVE_CACHE", str(tmp_path / "cache"))
    template = tmp_path / "course.tex"
    for colour in ("red", "blue"):
        template.write_text(rf"\definecolor{{warn}}{{named}}{{{colour}}}")
        asked = ["sheet", "bandit_mean", "--to", "tex", "--template", str(template), "-o", str(tmp_path)]
        assert cli.main(asked) == 0
        assert colour in (tmp_path / "bandit_mean.tex").read_text()


def test_what_is_not_proved_is_named_and_the_others_are_printed(catalogue: dict, monkeypatch, tmp_path, capsys) -> None:
    monkeypatch.setenv("DERIVE_CACHE", str(tmp_path / "cache"))
    wrong = replace(catalogue["bandit_mean"], name="wrong", claim=Equation(expect(reward(0) * score(0)), 0))
    whole, failed = sheets._collection([wrong, catalogue["bandit_mean"]])
    assert failed == 1
    assert [s.name for s in whole.sheets] == ["bandit_mean"]
    assert "wrong is not proved" in capsys.readouterr().err
    with pytest.raises(ValueError, match="wrong is not proved"):
        sheets._collection([wrong])


# the texts


def test_every_place_in_a_text_names_a_derivation_once(catalogue: dict) -> None:
    from proofs import PLACES

    assert len(PLACES) == 5
    for sections in PLACES.values():
        for rows in sections.values():
            assert len(set(rows)) == len(rows)
            assert {name for _, name in rows} <= set(catalogue)


def test_a_sheet_says_where_the_texts_have_its_result(catalogue: dict) -> None:
    sheet = sheets._sheet(catalogue["score_function_identity"], {})
    assert [(p.text, p.section) for p in sheet.places] == [
        ("Reinforcement Learning from Scratch", "The score function identity")
    ]
    for source in (html(sheet), tex(sheet), markdown(sheet), typst(sheet)):
        assert "The score function identity" in source


def test_the_book_lists_the_results_of_each_text_in_the_order_of_the_text() -> None:
    first, second = Place("A text", "Opening", "J = p²", 0), Place("A text", "End", "J > 0", 1)
    later = replace(SHEET, name="later", places=(first,))
    whole = Collection((replace(SHEET, places=(second,)), later), {SHEET.name: (), "later": ()})
    ((title, rows),) = whole.texts
    assert title == "A text"
    assert [(place.section, name) for place, name in rows] == [("Opening", "later"), ("End", "short")]
    for source in (html_book(whole), booklet(whole)):
        assert source.index("Opening") < source.index("End") < source.index("Rules that lines name")
    assert "results of the texts" not in html_book(Collection((SHEET,), {SHEET.name: ()}))


def test_a_reason_that_bears_the_name_of_a_law_tells_the_condition_of_the_law(catalogue: dict) -> None:
    line = catalogue["past_reward_cancellation"].proof.blocks[0].lines[0]
    behind = {law.name: law.states for law in sheets._line(line, {}).behind}
    assert "for 0 ≤ p ≤ 2T" in behind["tower"]
