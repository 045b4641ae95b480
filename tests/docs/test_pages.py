"""Every block of every page is run, and every number in its words is computed by one of them."""

import importlib.util
import re
import shutil
from pathlib import Path

import pytest

from .pages import Block, Mismatch, Session, blocks, commands, matches, unfounded

ROOT = Path(__file__).resolve().parents[2]
PAGES = ["README.md", *(str(p.relative_to(ROOT)) for p in sorted((ROOT / "docs").rglob("*.md")))]
TESTED_ELSEWHERE = {"docs/known-faults.md"}  # tests/numeric/test_gallery.py writes it anew and compares
INSTALL = [line for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines() if "-m venv" in line]


@pytest.fixture
def session(tmp_path, monkeypatch):
    """A folder with the examples of the repository, and the registers as they were afterwards."""
    from derive import catalogue, kernel, rules

    registers = [catalogue._COLLECTED, kernel.LAWS, rules.RULES]
    before = [dict(register) for register in registers]
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DERIVE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "120")
    yield Session(tmp_path, {"__name__": "page", "root": str(ROOT)})
    for register, old in zip(registers, before, strict=True):
        register.clear()
        register.update(old)


def installs(block: Block) -> bool:
    """Whether a block is (the beginning of) a command that .ci/run takes from the README and runs."""
    return block.language == "sh" and any(line.startswith(block.code.strip()) for line in INSTALL)


def run(name: str, session: Session, library: str | None = None) -> None:
    """Every block of a page that needs the library, or that needs none."""
    for block in blocks((ROOT / name).read_text(encoding="utf-8")):
        if not installs(block) and not block.language.startswith("{") and block.options.get("needs") == library:
            session.do(block)


WITH_THE_SITE = [  # pages that start many processes: run where the site is built, as in .ci/run
    pytest.mark.docs,
    pytest.mark.skipif(importlib.util.find_spec("sphinx") is None, reason="needs Sphinx (the extra docs)"),
]
SLOW = {"docs/check-a-text.md", "docs/how-to/add-a-notation.md", "docs/how-to/draw-figures.md"}
RUN = [pytest.param(n, marks=WITH_THE_SITE if n in SLOW else ()) for n in PAGES if n not in TESTED_ELSEWHERE]


@pytest.mark.parametrize("name", RUN)
def test_a_page_does_what_it_says(name, session):
    run(name, session)


NEEDS = [
    (name, library)
    for name in PAGES
    for library in ("torch", "jax")
    if f" needs={library}" in (ROOT / name).read_text(encoding="utf-8")
]


@pytest.mark.peers
@pytest.mark.parametrize(("name", "library"), NEEDS)
def test_a_page_does_what_it_says_of_a_library(name, library, session):
    pytest.importorskip(library)
    run(name, session, library)


@pytest.mark.system
@pytest.mark.skipif(shutil.which("coqc") is None, reason="Coq is not installed: apt-get install coq …")
def test_a_page_does_what_it_says_of_coq(session):
    for library in (None, "coqc"):
        run("docs/how-to/judge-with-coq.md", session, library)


ROW = re.compile(r"^\| `?(?P<name>[a-z_0-9]+)`? \|(?P<cells>.*)\|$", re.M)
MEASURED = {
    row["name"]: [cell.strip() for cell in row["cells"].split("|")][:4]
    for row in ROW.finditer((ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8"))
}


def test_the_tables_of_speed_are_the_measured_ones():
    page = (ROOT / "docs" / "comparison.md").read_text(encoding="utf-8")
    shown = {row["name"]: [cell.strip() for cell in row["cells"].split("|")] for row in ROW.finditer(page)}
    assert len(shown) > 15
    assert shown == {name: MEASURED[name] for name in shown}


@pytest.mark.parametrize("name", [n for n in PAGES if n not in TESTED_ELSEWHERE])
def test_every_number_in_the_words_of_a_page_is_computed_by_one_of_its_blocks(name):
    """But for the rows of benchmarks, which are compared with the measured ones."""
    page = (ROOT / name).read_text(encoding="utf-8")
    assert not unfounded(ROW.sub(lambda row: "" if row["name"] in MEASURED else row[0], page))


@pytest.mark.parametrize("name", PAGES)
def test_no_output_is_left_out_altogether(name):
    page = (ROOT / name).read_text(encoding="utf-8")
    for block in blocks(page):
        said = list(commands(block)) if block.language == "console" else []
        assert not [command for command, expected in said if expected.strip() == "…"]


@pytest.mark.parametrize("name", PAGES)
def test_a_file_is_named_before_it_is_shown(name):
    """Readers do not see the words behind the language of a block."""
    page = (ROOT / name).read_text(encoding="utf-8").splitlines()
    for block in blocks("\n".join(page)):
        if "title" in block.options:
            above = "\n".join(page[max(block.line - 7, 0) : block.line - 1])
            assert f"`{block.options['title']}`" in above


WRONG = [
    ("```console\n$ echo one\ntwo\n```\n", "it prints:\none"),
    ("```console\n$ derive prove nothing_like_it\nproved…\n```\n", "no derivation named"),
    ("```python\n>>> 1 + 1\n3\n```\n", "it prints:\n2"),
    ("```python\n>>> 1 / 0\nTraceback (most recent call last):\nValueError: …\n```\n", "ZeroDivisionError"),
    ("```python\nassert False\n```\n", "AssertionError"),
    ("<!-- run\nassert 50 == 51\n-->\n", "AssertionError"),
    ("```\nsome output\n```\n", "neither run nor a file"),
    ("```sh\npip install something\n```\n", "neither run nor a file"),
]


@pytest.mark.parametrize(("page", "complaint"), WRONG)
def test_a_page_that_says_what_is_not_so_is_found(page, complaint, session):
    (block,) = blocks(page)
    with pytest.raises(Mismatch, match=complaint):
        session.do(block)


def test_a_number_that_nothing_computes_is_found():
    page = "It takes 27 steps, 1,000 at most, and 12 of `99`.\n\n```python\n>>> 3 * 9\n27\n```\n<!-- 12 -->\n"
    assert unfounded(page) == {"1,000", "12"}


def test_what_is_left_out_stands_for_anything_but_nothing_else_does():
    assert matches("a … c\n…\nlast", "a b c\nx\ny\nlast")
    assert matches("first\n…", "first")
    assert not matches("a … c", "a b\nc")
    assert not matches("one\ntwo", "one\nthree\ntwo")
    assert not matches("1.0", "1x0")
