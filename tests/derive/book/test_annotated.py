"""The annotated copy of a text: whole, offline, escaped; every display with its verdicts; looked at in a browser."""

import json
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive.annotated.page import annotated
from derive.annotated.typeset import typeset
from derive.annotated.write import write_pages
from derive.book.check import Checked, check_document, check_file
from derive.book.document import parse
from derive.book.judge import Judges
from derive.book.rows import outcome
from derive.book.source import decode
from derive.book.tokens import Macro

from ..browser import AXE_PACKAGES, CHROMIUM, Browser, axe
from .conftest import JUDGES

NASTY = """# </title><script>alert(1)</script> & "quotes"

<script>alert(2)</script> <img src=x onerror=alert(3)> ![p](http://example.org/x.png "t$a=b$") [l](javascript:alert(4))

- a list with $x < y$

  $$ \\sum_a \\pi_\\theta(a) = 1 $$

> $$ \\sum_a \\nabla_\\theta \\pi_\\theta(a) = 2 $$ in a quotation

$$ \\flurb{<script>alert(5)</script>} = \\text{</math><script>alert(6)</script>} $$

| a | or $b$ |
|---|-----|
| 1 | \ue000 0 \ue002 |

```{note} Title $c$
within $$ 1 + 1 = 2 $$
```

<!-- derive: ignore D010: <b>on purpose</b> -->
$$
\\sum_a \\pi_\\theta(a) = 3
$$

`code $$ no $$`
"""
VOID = ("meta", "br", "hr", "img", "input")


class Tags(HTMLParser):
    """The tags of a page, closed in order, its attributes and its words."""

    def __init__(self, source):
        super().__init__()
        self.open, self.tags, self.attributes, self.words = [], [], [], []
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


class Undecided:
    verdict, reason, sizes, error_bound, counterexample = "unknown", "not tried", (), "", None


READER_ONLY = Judges(lambda e, h: None, lambda e, h: Undecided, lambda *a: False, lambda *a: False, lambda t: None)


def page(text, judges, name="t.md"):
    document = parse(decode(name, text.encode()))
    return annotated(outcome(Checked(name, document, tuple(check_document(document, judges)))), document)


def test_the_page_is_whole_offline_and_escaped(judges):
    source = page(NASTY, judges)
    found = Tags(source)
    assert not {"script", "img", "link", "iframe", "object"} & set(found.tags)
    assert not [n for n, _ in found.attributes if n.startswith("on") or n == "src"]
    assert not [v for n, v in found.attributes if n == "href" and not v.startswith("#")]
    assert "Content-Security-Policy" in source
    ids = [v for n, v in found.attributes if n == "id"]
    assert len(ids) == len(set(ids))
    assert {v[1:] for n, v in found.attributes if n == "href"} <= set(ids)
    said = "".join(found.words)
    for n in (1, 2, 5):
        assert f"<script>alert({n})</script>" in said
    assert "code $$ no $$" in said


def test_every_display_has_its_verdicts_beside_it(judges):
    source = page(NASTY, judges)
    cards = re.findall(r'<div class="card (\S+)" id="\w+" role="group" aria-label="([^"]*)"', source)
    assert [verdict for verdict, _ in cards] == ["proved", "refuted", "not-read", "proved", "refuted"]
    assert cards[1][1] == "line 9: refuted"
    assert "4 of 5 steps judged" in source
    assert "on purpose" in source
    assert source.count("Counterexample") == 2
    assert '<code class="latex">\\flurb{&lt;script' in source
    for verdict in ("proved", "refuted", "not-read"):  # a word and a symbol, not a colour alone
        assert re.search(
            rf'class="mark {verdict}"[^>]*><span class="symbol" aria-hidden="true">\S</span> {verdict}', source
        )


def test_words_around_a_display_stand_where_they_stood(judges):
    source = page("First $$ 1 + 1 = 2 $$ second $$ 1 = 1 $$ third.", judges)
    text = source.partition('id="text"')[2]
    places = [text.index(word) for word in ("First", "d1", "second", "d2", "third")]
    assert places == sorted(places)
    assert [text.count(word) for word in ("First", "second", "third")] == [1, 1, 1]


def test_a_finding_leads_to_the_next(judges):
    source = page(NASTY, judges)
    assert source.count("↓ next finding") == source.count("↑ previous finding") == 1


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        (
            "t.tex",
            "\\documentclass{book}\\title{no}\n\\begin{document}\n\\section{One $x$}\nWords% hidden\n\\emph{so}"
            "~\\cite{a} 5\\% \\foo\n\\begin{itemize}\n\\item first\n\\[ 1 + 1 = 2 \\]\n\\item <b>\n\\end{itemize}\n"
            "% derive: first index 1\n\\begin{proof} p \\end{proof}\n\\end{document}",
            [
                "<h2>One <math",
                "<em>so</em>",
                "[a]",
                "5%",
                r"<code class=\"html\">\\foo",
                "<li><p>first",
                "&lt;b&gt;",
                "derive: first index 1",
                '"kind">proof',
            ],
        ),
        (
            "t.rst",
            "Title\n=====\n\nWords **strong** ``code <b>`` :math:`x`.\n\n.. math:: 1 + 1 = 2\n\n- one\n- two $5\n\n"
            ".. note:: <i>\n\n.. derive: first index 1\n",
            [
                "<h1>Title</h1>",
                "<strong>strong</strong>",
                "<code>code &lt;b&gt;</code>",
                "<mi>x</mi>",
                "<li><p>one",
                "&lt;i&gt;",
                "derive: first index 1",
            ],
        ),
        ("t.txt", "A line\n\n1 + 1 = 2\n\nθ ← θ + α ∇_θ J(θ)\n", ["proved", "not-a-claim"]),
    ],
)
def test_other_formats(name, text, wanted, judges):
    source = page(text, judges, name)
    Tags(source)
    assert '"card proved"' in source or name == "t.txt"
    for words in wanted:
        assert words.replace('\\"', '"').replace("\\\\", "\\") in source, words
    assert "hidden" not in source.partition('id="text"')[2].replace("aria-hidden", "")


def test_a_notebook(tmp_path, judges):
    cells = [{"cell_type": "markdown", "source": "One"}, {"cell_type": "markdown", "source": "so\n\n$$ 1 + 1 = 3 $$"}]
    (tmp_path / "n.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    write_pages([outcome(check_file(tmp_path / "n.ipynb", judges))], tmp_path / "out")
    source = (tmp_path / "out" / "n.html").read_text(encoding="utf-8")
    assert "cell 2, line 3" in source
    Tags(source)


def test_several_texts_have_an_index_and_names_of_their_own(tmp_path, judges):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "one.md").write_text("$$ 1 + 1 = 2 $$")
    (tmp_path / "bad.md").write_bytes(b"\xff<b>")
    paths = [tmp_path / "a" / "one.md", tmp_path / "b" / "one.md", tmp_path / "bad.md"]
    written = write_pages([outcome(check_file(p, judges)) for p in paths], tmp_path / "out")
    assert len({p.name for p in written}) == 4
    index = written[-1].read_text(encoding="utf-8")
    assert all(f'href="{p.name}"' in index for p in written[:-1])
    assert "not UTF-8" in written[2].read_text(encoding="utf-8")
    for path in written:
        Tags(path.read_text(encoding="utf-8"))


FRAGMENTS = st.lists(
    st.sampled_from(
        [
            "$",
            "$$",
            "\\[",
            "\\]",
            "> ",
            "- ",
            "\n",
            "\n\n",
            "`",
            "```\n",
            "```{note}\n",
            "<b>",
            "**",
            "*",
            "|",
            "a=b",
            "[",
            "](u",
            ' "t")',
            "\\text{",
            "}",
            "{",
            "\\frac",
            "^",
            "_",
            "'",
            "&",
            "\\\\",
            "\\begin{cases}",
            "\\end{cases}",
            "\\left(",
            "\\right)",
            "\\begin{itemize}",
            "\\item ",
            "\\end{itemize}",
            ".. math::",
            "   ",
            "% ",
            "\ue000",
            "\x1b",
            "1.",
            "# ",
        ]
    ),
    max_size=25,
)


@given(FRAGMENTS, st.sampled_from(["t.md", "t.tex", "t.rst"]))
def test_any_text_becomes_a_whole_page(parts, name):
    found = Tags(page("".join(parts), READER_ONLY, name))
    assert "script" not in found.tags


@pytest.mark.parametrize(
    ("latex", "words"),
    [
        (r"\nabla_\theta J", '<msub><mi mathvariant="normal">∇</mi><mi>θ</mi></msub><mi>J</mi>'),
        (r"x^10", "<msup><mi>x</mi><mn>1</mn></msup><mn>0</mn>"),
        (r"\frac12", "<mfrac><mn>1</mn><mn>2</mn></mfrac>"),
        (r"f''_i", "<msubsup><mi>f</mi><mi>i</mi><mrow><mo>′′</mo></mrow></msubsup>"),
        (r"\mathbb{E}", '<mi mathvariant="normal">𝔼</mi>'),
        (r"\half{3}", "<mfrac><mrow><mn>3</mn></mrow><mrow><mn>2</mn></mrow></mfrac>"),
        (r"a &= b \\ &= c", "<mtr><mtd><mi>a</mi></mtd><mtd><mo>=</mo><mi>b</mi></mtd></mtr>"),
        (r"\text{if $x<1$}", "<mtext>if\u00a0</mtext><mrow><mi>x</mi><mo>&lt;</mo><mn>1</mn></mrow>"),
    ],
)
def test_formulas_are_set(latex, words):
    assert words in typeset(latex, {"half": Macro(1, r"\frac{#1}{2}")})


@pytest.mark.parametrize(
    "latex",
    [
        r"\flurb",
        r"{",
        r"}",
        r"\left(",
        r"\begin{cases} a",
        r"\a",
        "{" * 100_000,
        "x^1^2",
        "\\frac{1}",
        r"\sqrt[2",
        "\x00",
        r"\begin{tikzpicture}\end{tikzpicture}",
        r"\mathrm{\write18}",
    ],
)
def test_what_is_not_known_is_not_set(latex):
    assert typeset(latex, {"a": Macro(0, r"\b\b"), "b": Macro(0, r"\a\a")}) is None


NEEDS_CHROMIUM = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
NEEDS_AXE = pytest.mark.skipif(axe() is None, reason=f"none of {', '.join(AXE_PACKAGES)} is installed")
TOO_WIDE = """[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1
    && !e.closest('.formula, .wide, pre, .repair, details:not([open]), .skip')).map(e => e.outerHTML.slice(0, 80))"""


@pytest.fixture(scope="module")
def browser():
    with Browser() as made:
        yield made


@pytest.fixture(scope="module")
def nasty(tmp_path_factory):
    path = tmp_path_factory.mktemp("annotated") / "page.html"
    path.write_text(page(NASTY, JUDGES), encoding="utf-8")
    return path


@pytest.mark.system
@NEEDS_CHROMIUM
@pytest.mark.parametrize("width", [380, 1200])
def test_in_a_browser(browser, nasty, width):
    """Nothing on the console, nothing asked for, nothing wider than the window, all formulas drawn."""
    shown = browser.open(nasty, width=width)
    assert shown.run(TOO_WIDE) == []
    assert shown.run("document.documentElement.scrollWidth <= innerWidth")
    heights = shown.run(
        "[...document.querySelectorAll('.card > .formula math')].map(m => m.getBoundingClientRect().height)"
    )
    assert len(heights) == 4
    assert min(heights) > 12
    assert shown.run("[...document.querySelectorAll('.mark')].filter(m => m.checkVisibility()).length") > 8
    assert shown.complaints() == []


@pytest.mark.system
@NEEDS_CHROMIUM
def test_with_keys_alone(browser, nasty):
    """The first key leads past the summary; a mark leads to its note, which opens."""
    shown = browser.open(nasty)
    shown.press("Tab", 9)
    assert shown.run("document.activeElement.className") == "skip"
    assert not shown.run("document.getElementById('d3s1').checkVisibility()")
    shown.run("document.querySelector('.marks a[href=\"#d3s1\"]').focus()")
    shown.press("Enter", 13, "\r")
    shown.wait("document.getElementById('d3s1').checkVisibility()")
    assert shown.complaints() == []


@pytest.mark.system
@NEEDS_CHROMIUM
@NEEDS_AXE
@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("width", [380, 1200])
def test_the_rules_of_axe(browser, nasty, width, look, tmp_path):
    """The page bars scripts, axe's too: it is looked at without that."""
    source = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", nasty.read_text(encoding="utf-8"))
    (tmp_path / "page.html").write_text(source, encoding="utf-8")
    shown = browser.open(tmp_path / "page.html", width=width, dark=look == "dark")
    assert shown.violations(axe()) == []
