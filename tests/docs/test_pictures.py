"""The pictures that are kept still show what the program says: their words are made anew and compared."""

import importlib.util
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[2]
KEPT = {path.stem: path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs" / "pictures").glob("*.svg"))}


@pytest.fixture(scope="module")
def pictures():
    spec = importlib.util.spec_from_file_location("pictures", ROOT / "docs" / "pictures.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_there_is_a_picture_of_every_figure_both_terminals_and_the_sheet():
    from numeric.figures import FIGURES

    assert set(KEPT) == {*FIGURES, "refutation", "failing_test", "sheet"}


def test_a_figure_still_shows_its_numbers(pictures):
    from numeric.figures import FIGURES

    for name, draw in FIGURES.items():
        assert pictures.described(KEPT[name]) == draw().alt


def test_the_refutation_is_what_the_command_prints(pictures):
    title, lines = pictures.refutation()
    assert any(" refuted: the sides differ: 3/2 and 2" in line for line in lines)
    assert KEPT["refutation"] == pictures.terminal(title, lines)


def test_the_failing_test_fails_as_it_is_shown(pictures):
    title, lines = pictures.failing_test()
    assert "  θ[s0, a0]: E[estimator] = 1/2, exact 3/8" in lines
    assert KEPT["failing_test"] == pictures.terminal(title, lines)


def test_the_sheet_is_of_the_derivation_as_it_is_now(pictures):
    assert pictures.described(KEPT["sheet"]) == pictures.sheet()[1]


@pytest.mark.parametrize("name", sorted(KEPT))
def test_a_picture_is_read_aloud(name):
    root = ElementTree.fromstring(KEPT[name].encode())
    words = {child.tag.rpartition("}")[2]: child.text for child in root}
    assert root.get("role") == "img"
    assert words["title"]
    assert len(words["desc"]) > 120


@pytest.mark.system
def test_the_sheet_can_be_drawn_anew(pictures):
    import shutil

    if not (shutil.which("latexmk") and shutil.which("pdftocairo")):
        pytest.skip("needs latexmk and pdftocairo")
    assert pictures.described(pictures.draw_sheet()) == pictures.sheet()[1]
