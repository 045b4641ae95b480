"""Many sheets together: the reading order, the book in LaTeX, PDF and HTML, and the page that finds a sheet."""

import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from derive import cli
from derive.errors import DeriveError, IllFormed, UnknownName
from derive.notation import T, expect, gamma, grad, k, objective, policy, reward, t, total_return
from derive.sheet import Block, Counterexample, Falsehood, Law, Line, Sheet
from derive.sheet.book import write_book
from derive.sheet.booklet import booklet
from derive.sheet.collection import TRUSTED, Collection
from derive.sheet.demonstration import DEMONSTRATIONS
from derive.sheet.html_book import html_book
from derive.sheet.html_index import html_index
from derive.terms import AtMost, Equation, Positive, TimeSum

NASTY = r"""50% of $x$ & #1 {a} ~ ^ \write18{rm} <script>alert("x")</script> </title> ' '&lt;' \end{document}"""
J, R = objective(), total_return()
RETURN = TimeSum(gamma**k * reward(k), k, 0, T - 1)
FOUND = Counterexample(
    "1 state, 2 actions, horizon 2",
    (("T", "2"), ("gamma", "1/2"), ("theta", "log 2"), ("pi(0|0)", "1/2"), ("∇pi(0|0)", "-1"), ("rho_0(0)", "1")),
    "3/2",
    "-2",
)
FIRST = Sheet(
    name="total_return_eq",
    title="The total return",
    statement=Equation(R, RETURN),
    definitions=(),
    hypotheses=(AtMost(0, T),),
    laws=("tower",),
    axioms=(),
    source="Sutton & Barto 2018, §13.3",
    blocks=(Block(None, R, (Line(RETURN, "definition", "unfold", (Law("unfold", "A name: p > 0"),)),)),),
    example=None,
    falsehood=Falsehood(Equation(J, R), "Its mean is taken for it.", FOUND),
    fingerprint="0123456789abcdef",
    status="proved",
)
TOWER = Law("tower", "E[X] = E[ E[X | up to p] ] for 0 ≤ p")
SECOND = replace(
    FIRST,
    name="gradient_of_the_objective",
    title="Gradient of the objective at θ = 0",
    statement=Equation(grad(J), grad(expect(RETURN))),
    hypotheses=(Positive(policy),),
    blocks=(Block(None, grad(J), (Line(grad(expect(RETURN)), "the total return", "total_return_eq", (TOWER,)),)),),
)
THIRD = replace(SECOND, name="a_hostile_one", title=NASTY, source=NASTY, laws=(NASTY,), hypotheses=(AtMost(t, T),))
RESTS = {
    "total_return_eq": (),
    "gradient_of_the_objective": ("total_return_eq",),
    "a_hostile_one": ("total_return_eq",),
}
BOOK = Collection((SECOND, THIRD, FIRST), RESTS)
NEEDS_TEX = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
NEEDS_LUATEX = pytest.mark.skipif(shutil.which("lualatex") is None, reason="lualatex is not installed")
NEEDS_XETEX = pytest.mark.skipif(shutil.which("xelatex") is None, reason="xelatex is not installed")
NEEDS_CHROMIUM = pytest.mark.skipif(shutil.which("chromium") is None, reason="chromium is not installed")


class Tags(HTMLParser):
    """The tags of a page, closed in order, its links and its words."""

    def __init__(self, source):
        super().__init__()
        self.open, self.tags, self.attributes, self.words = [], [], [], []
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in ("meta", "input", "br") and not self.get_starttag_text().endswith("/>"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def test_each_statement_comes_after_those_it_rests_on():
    assert [s.name for s in BOOK.parts[0]] == ["total_return_eq"]
    assert BOOK.numbers["total_return_eq"] == 1
    assert set(BOOK.used_by("total_return_eq")) == {"gradient_of_the_objective", "a_hostile_one"}


def test_rules_and_laws_are_listed_with_what_they_state_and_where():
    assert [(r.name, r.states, r.numbers) for r in BOOK.rules] == [("unfold", "A name: p > 0", (1,))]
    (tower,) = BOOK.laws
    assert tower.states == TOWER.states
    assert 1 in tower.numbers
    assert len(tower.numbers) == 2


def test_a_sheet_without_its_grounds_is_refused():
    with pytest.raises(IllFormed, match="a_hostile_one"):
        Collection((FIRST, THIRD), {"total_return_eq": ()})
    with pytest.raises(IllFormed):
        Collection((), {})
    with pytest.raises(ValueError, match="circle"):
        _ = Collection((FIRST,), {"total_return_eq": ("total_return_eq",)}).parts


def test_the_book_has_contents_trust_map_sheets_and_indexes():
    source = booklet(BOOK)
    for part in (
        r"\tableofcontents",
        "What is trusted",
        "What rests on what",
        r"\begin{picture}",
        "Laws that theorems",
    ):
        assert part in source
    assert source.count(r"\section{") == 3
    assert source.index(r"\label{total_return_eq}") < source.index(r"\label{gradient_of_the_objective}")
    assert source.count(r"\rotatebox") == 2
    assert all(name in source for name, _ in TRUSTED)


def test_the_books_page_and_the_index_are_whole_and_offline():
    for source in (html_book(BOOK), html_index(BOOK)):
        page = Tags(source)
        assert not {"link", "img", "iframe", "object"} & set(page.tags)
        assert not {"src", "onclick", "onload"} & {name for name, _ in page.attributes}
        assert not re.search(r"https?:", re.sub(r'xmlns="[^"]*"', "", source))
        ids = [value for name, value in page.attributes if name == "id"]
        assert len(ids) == len(set(ids))
        assert '<script>alert("x")</script>' in "".join(page.words)


def test_links_within_the_books_page_lead_somewhere():
    page = Tags(html_book(BOOK))
    ids = {value for name, value in page.attributes if name == "id"}
    linked = {value for name, value in page.attributes if name == "href"}
    beside = {f"{one.name}.html" for one in DEMONSTRATIONS}
    targets = {value.removeprefix("#") for value in linked - beside}
    assert beside <= linked
    assert targets <= ids
    assert {s.name for s in BOOK.sheets} <= targets


def test_the_index_links_every_sheet_and_knows_its_words():
    page = Tags(html_index(BOOK))
    assert next(v for n, v in page.attributes if n == "href") == "total_return_eq.html"
    searched = [v for n, v in page.attributes if n == "data-words"]
    assert "sutton & barto" in searched[0]
    assert "tower" in searched[0]
    assert page.tags.count("script") == 1


def test_another_format_of_a_book_is_refused_before_writing(tmp_path):
    with pytest.raises(UnknownName, match="pdf"):
        write_book(BOOK, ["tex", "pfd"], tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_what_cannot_be_done_is_said_before_any_work(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("derive.cli.sheets.load_catalogue", lambda: pytest.fail("worked first"))
    (tmp_path / "whole.tex").write_text(r"\begin{document}", encoding="utf-8")
    assert cli.main(["book", "--to", "tex,htm", "-o", str(tmp_path)]) == 2
    assert cli.main(["book", "--to", "tex", "--template", str(tmp_path / "whole.tex"), "-o", str(tmp_path)]) == 2
    assert cli.main(["book", "--to", "tex", "--template", str(tmp_path / "none.tex"), "-o", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert "html" in said
    assert "whole.tex is a whole document" in said
    assert "cannot read the template" in said


def test_without_tex_the_book_says_in_one_line_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(DeriveError, match="latexmk texlive-latex-recommended lmodern") as fault:
        write_book(BOOK, ["pdf"], tmp_path)
    assert "\n" not in str(fault.value)


def _log(engine, source, folder):
    (folder / "book.tex").write_text(source, encoding="utf-8")
    command = [engine, "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "book.tex"]
    for _ in range(3):
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    log = (folder / "book.log").read_text("latin-1")
    assert done.returncode == 0, log[-2000:]
    return log


@pytest.mark.system
@pytest.mark.parametrize(
    "engine",
    [
        pytest.param("pdflatex", marks=NEEDS_TEX),
        pytest.param("lualatex", marks=NEEDS_LUATEX),
        pytest.param("xelatex", marks=NEEDS_XETEX),
    ],
)
def test_the_book_compiles_without_overfull_boxes_or_warnings(engine, tmp_path):
    log = _log(engine, booklet(BOOK), tmp_path)
    assert not re.findall(r"Overfull.*|.*Warning.*|Missing character.*", log)


@pytest.mark.system
@NEEDS_TEX
def test_the_book_becomes_a_pdf(tmp_path):
    (path,) = write_book(BOOK, ["pdf"], tmp_path)
    assert path.name == "derivations.pdf"
    assert path.read_bytes().startswith(b"%PDF-")
    if shutil.which("pdftotext"):
        said = subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True, text=True).stdout
        assert "The total return" in said
        assert not re.search(r"\bplus\b|\d(?:ex|em|pt)\b|\bfboxsep\b", said)  # no length of TeX's set as words


def _dumped(tmp_path, keys):
    """The index after what a reader did, as Chromium has it; its console must be silent."""
    page = html_index(BOOK).replace("</body>", f"<script>{keys}</script></body>")
    (tmp_path / "index.html").write_text(page, encoding="utf-8")
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--dump-dom"]
    command += [f"--user-data-dir={tmp_path / 'profile'}", (tmp_path / "index.html").as_uri()]
    done = subprocess.run(command, capture_output=True, check=False, text=True, timeout=120)
    assert "CONSOLE" not in done.stderr
    return done.stdout


@pytest.mark.system
@NEEDS_CHROMIUM
def test_the_search_keeps_what_has_every_word(tmp_path):
    typed = "const q = document.getElementById('query'); q.value = 'Return eq'; q.dispatchEvent(new Event('input'));"
    moved = "q.focus(); document.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowDown'}));"
    marked = "document.title = document.activeElement.getAttribute('href');"
    shown = _dumped(tmp_path, typed + moved + marked)
    assert "1 derivation<" in shown
    assert "<title>total_return_eq.html</title>" in shown
    assert shown.count("<li hidden") + shown.count('hidden=""') >= 2


@pytest.mark.system
@NEEDS_CHROMIUM
def test_without_a_search_everything_is_shown(tmp_path):
    assert "3 derivations<" in _dumped(tmp_path, "")


def test_the_command_writes_the_book_and_the_index(monkeypatch, tmp_path, capsys):
    from types import SimpleNamespace

    sheets = {s.name: s for s in BOOK.sheets}
    found = {name: SimpleNamespace(name=name, rests_on=RESTS[name]) for name in sheets}
    catalogue = SimpleNamespace(derivations=found, faults={}, named=lambda names: list(found.values()))
    monkeypatch.setattr("derive.cli.sheets.load_catalogue", lambda: catalogue)
    monkeypatch.setattr("derive.cli.sheets._sheet", lambda d, misses: sheets[d.name])
    assert cli.main(["book", "--to", "tex,html", "-o", str(tmp_path)]) == 0
    assert cli.main(["sheet", "--all", "--to", "html", "-o", str(tmp_path / "sheets")]) == 0
    replays = {f"{one.name}.html" for one in DEMONSTRATIONS}
    assert {p.name for p in tmp_path.iterdir()} == {"derivations.tex", "derivations.html", "sheets", *replays}
    assert {p.name for p in (tmp_path / "sheets").iterdir()} == {"index.html", *(f"{n}.html" for n in sheets)}
    assert "index.html" in capsys.readouterr().out
