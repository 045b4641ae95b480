"""A sheet through Typst: hostile words stay words, what is printed is what TeX prints, and every entry compiles."""

import re
import shutil
import subprocess
from dataclasses import replace

import pytest

from derive.errors import DeriveError
from derive.notation import gamma, k, reward, score, t
from derive.printing.boxes import (
    BARRED,
    Applied,
    Branches,
    Evaluated,
    Fenced,
    Ident,
    Name,
    Number,
    Operator,
    Root,
    Row,
    Sign,
)
from derive.sheet.pdf import pdf
from derive.sheet.typst import SIZES, typst
from derive.sheet.typst_formula import literal, quoted, typst_box, words
from derive.sheet.typst_pdf import compiled, has_typst, pages, typst_pdf
from derive.terms import Equation

from .test_sheet import HOSTILE, LONG_SHEET, SHEET, SHEETS

NEEDS_TYPST = pytest.mark.skipif(not has_typst(), reason="the typst wheel is not installed")
NASTY = r"""#panic() "quoted" \ $x$ [b] *bold* _it_ `raw` @ref <label> // c /* d */ #eval("1") 长 '"""


@pytest.mark.parametrize("said", [NASTY, '"', "\\", "a\nb", "#"])
def test_words_are_strings(said: str) -> None:
    written = quoted(said)
    assert written[0] == written[-1] == '"'
    inside = re.sub(r'\\["\\]', "", written[1:-1])
    assert not set('"\\\n') & set(inside)
    assert literal(said) == f"#{written};"


@pytest.mark.parametrize(
    ("box", "wanted"),
    [
        (Ident("s'"), "s'"),
        (Ident("r" + BARRED), "macron(r)"),
        (Name("w#"), 'upright("w#")'),
        (Operator("E"), 'op(bb("E"))'),
        (Root(Number("2")), "sqrt(2)"),
        (Fenced(Row((Ident("x"), Sign(",", "comma"), Ident("y")))), "paren.l x comma y paren.r"),
        (Applied(Sign("∇", "tight"), Ident("p")), 'class("normal", nabla) p'),
        (Evaluated(Ident("f"), Number("0")), "attach(lr(f bar.v), b: 0)"),
        (Branches(((Number("1"), Ident("c")),), Number("0")), 'cases(1 & quad "if " c, 0 & quad "otherwise")'),
    ],
)
def test_boxes_are_written_without_markup(box: object, wanted: str) -> None:
    assert typst_box(box) == wanted  # type: ignore[arg-type]


def test_a_sheet_says_in_typst_what_it_says_in_tex() -> None:
    source = typst(SHEET)
    for part in (SHEET.name, "Williams 1992", "split the rewards", "another vector", "0.12543", SHEET.fingerprint):
        assert part in source
    assert source.count("#step(") == 9
    assert source.count("frac(1, 8)") == 3
    assert words("since π_θ > 0") == '#"since ";$attach(π, b: θ) gt 0$'


@pytest.mark.system
@NEEDS_TYPST
@pytest.mark.parametrize("sheet", SHEETS, ids=lambda s: s.name)
def test_typst_sets_every_sheet_the_same_each_time(sheet) -> None:
    found = typst_pdf(sheet)
    assert found.startswith(b"%PDF-")
    assert typst_pdf(sheet) == found


@pytest.mark.system
@NEEDS_TYPST
def test_hostile_words_are_printed_as_words(tmp_path) -> None:
    hostile = replace(HOSTILE, title=NASTY, source=NASTY, fingerprint=NASTY)
    (tmp_path / "a.pdf").write_bytes(typst_pdf(hostile))
    if shutil.which("pdftotext"):
        shown = subprocess.run(
            ["pdftotext", tmp_path / "a.pdf", "-"], capture_output=True, text=True, check=True
        ).stdout
        assert "#panic()" in shown
        assert "*bold*" in shown


@pytest.mark.system
@NEEDS_TYPST
def test_letters_are_the_largest_that_fit_a_page() -> None:
    assert pages(typst_pdf(SHEET)) == 1
    assert pages(compiled(typst(LONG_SHEET, len(SIZES) - 1))) == pages(typst_pdf(LONG_SHEET))


@pytest.mark.system
@NEEDS_TYPST
def test_without_tex_a_sheet_is_set_by_typst_and_a_template_is_not(monkeypatch) -> None:
    monkeypatch.setattr("derive.sheet.pdf.has_tex", lambda: False)
    assert b"Typst" in pdf(SHEET)
    with pytest.raises(DeriveError, match="no TeX found"):
        pdf(SHEET, "% a template")


@pytest.mark.system
@NEEDS_TYPST
def test_typst_says_itself_what_is_wrong() -> None:
    with pytest.raises(DeriveError, match="unknown variable: nosuch"):
        compiled("#nosuch")


@pytest.mark.system
@NEEDS_TYPST
def test_every_entry_of_the_catalogue_is_set_without_a_warning() -> None:
    import typst as compiler

    from derive.cli.catalogue import load_catalogue
    from derive.cli.sheets import _collection

    whole, _ = _collection(list(load_catalogue().derivations.values()))
    for sheet in whole.sheets:
        _, warnings = compiler.compile_with_warnings(typst(sheet).encode(), ignore_system_fonts=True)
        assert not warnings, (sheet.name, warnings)


def test_a_formula_may_hold_any_term_of_the_language() -> None:
    written = typst(replace(SHEET, statement=Equation(gamma**k * reward(k) * score(t), 0)))
    assert "attach(γ, t: k)" in written
