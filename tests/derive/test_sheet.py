"""A sheet in every format: complete, escaped, the same each time, and never half a file."""

import json
import re
import shutil
import stat
import subprocess
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from sympy import Rational

from derive.errors import DeriveError, IllFormed, UnknownName
from derive.notation import (
    T,
    before,
    expect,
    gamma,
    grad,
    initial,
    k,
    objective,
    path,
    pi,
    policy,
    process,
    return_to_go,
    reward,
    score,
    sigmoid,
    t,
    theta,
    total_return,
    trajectory_score,
    transition,
)
from derive.printing import latex, text
from derive.sheet import (
    FORMATS,
    Block,
    Counterexample,
    Example,
    ExampleRow,
    Falsehood,
    Law,
    Line,
    Sheet,
    write,
)  # fmt: skip
from derive.sheet.content import estimate
from derive.sheet.html import html
from derive.sheet.markdown import markdown
from derive.sheet.mathml import mathml, wrapping
from derive.sheet.pdf import compiled, pdf
from derive.sheet.tex import tex
from derive.sheet.typst import typst
from derive.terms import (
    Action,
    At,
    AtMost,
    Cases,
    Equation,
    Log,
    PathSum,
    Positive,
    State,
    TimeProduct,
    TimeSum,
    real_symbol,
)

J, R, G = objective(), total_return(), return_to_go
RETURN = TimeSum(gamma**k * reward(k), k, 0, T - 1)
PATH = initial(State(0)) * TimeProduct(pi(t) * transition(State(t + 1), State(t), Action(t)), t, 0, T - 1)
RTG = TimeSum(gamma**t * G(t) * score(t), t, 0, T - 1)


def definition(use):
    return Equation(use, use.definition.body)


FOUND = Counterexample(
    "1 state, 2 actions, horizon 2",
    (
        ("T", "2"), ("gamma", "1/2"), ("theta", "log 3/2"), ("s_0", "1"), ("rho_0(0)", "1"), ("pi(0|0)", "1/2"),
        ("pi(1|0)", "1/2"), ("∇pi(0|0)", "-1"), ("∇pi(1|0)", "1"), ("P(0|0,1)", "1"), ("r(0,1,0)", "1"),
    ),
    "[0.693147180559, 0.693147180560]",
    "-3/2",
)  # fmt: skip
SHEET = Sheet(
    name="reward_to_go_policy_gradient",
    title="The policy gradient with rewards-to-go",
    statement=Equation(grad(J), expect(RTG)),
    definitions=(definition(J), definition(R), definition(G(t)), Equation(path, PATH)),
    hypotheses=(Positive(policy), AtMost(1, T)),
    laws=("linearity", "leibniz", "log_product", "tower", "reindex", "normalised"),
    axioms=(),
    source="Williams 1992, Machine Learning 8:229–256; Sutton & Barto 2018, §13.3",
    blocks=(
        Block(
            None,
            grad(J),
            (
                Line(
                    grad(PathSum(path * R, process)),
                    "the expectation is a finite sum over trajectories",
                    "unfold",
                ),
                Line(
                    PathSum(R * grad(path), process),
                    "∇_θ is linear, and R(τ) does not depend on θ",
                    "linearity",
                ),
                Line(
                    PathSum(path * R * grad(Log(path)), process),
                    "the log trick: ∇p = p ∇log p, since π_θ > 0",
                    "log_derivative",
                ),
                Line(expect(R * grad(Log(path))), "fold the sum into an expectation", "fold"),
                Line(
                    expect(R * trajectory_score),
                    "only the policy depends on θ: log_trick_expansion",
                    "rewrite",
                ),
                Line(
                    expect(TimeSum(TimeSum(gamma**k * reward(k) * score(t), k, 0, T - 1), t, 0, T - 1)),
                    "R(τ) is the sum of the discounted rewards; multiply out",
                    "unfold",
                ),
                Line(
                    expect(TimeSum(TimeSum(gamma**k * reward(k) * score(t), k, 0, t - 1), t, 0, T - 1))
                    + expect(TimeSum(TimeSum(gamma**k * reward(k) * score(t), k, t, T - 1), t, 0, T - 1)),
                    "split the rewards at t into past and future ones; in s_{t+1} both agree",
                    "split",
                ),
                Line(
                    expect(TimeSum(TimeSum(gamma**k * reward(k) * score(t), k, t, T - 1), t, 0, T - 1)),
                    "a past reward is known at h_t, where the score has mean zero: past_reward_cancellation",
                    "rewrite",
                ),
                Line(expect(RTG), "γ^k is γ^t times γ^{k-t}; what is left of the inner sum is G_t", "fold"),
            ),
        ),
    ),
    example=Example(
        "two-step number line",
        "Start at 0; an action moves by 1 or stays; reward 1 on arrival at 2; γ = 1/2, π_θ = σ(θ) at θ = 0.",
        (
            ExampleRow("Objective", J, "1/8"),
            ExampleRow("Gradient by differentiation", grad(J), "1/8"),
            ExampleRow("Gradient by rewards-to-go", expect(RTG), "1/8", 0.12543, 0.00091, 100_000, 0),
        ),
    ),
    falsehood=Falsehood(
        Equation(grad(J), expect(TimeSum(G(t) * score(t), t, 0, T - 1))),
        "Without γ^t it is another vector: in the example above it is 1/4, and its sign can be wrong.",
        FOUND,
    ),
    fingerprint="sha256:" + "0123456789abcdef" * 4,
    status="proved",
)
INDUCTION = replace(
    SHEET,
    name="by_induction",
    blocks=(
        Block("Base case", R, (Line(RETURN, "by definition", "unfold"),)),
        Block(
            "Step from T to T + 1",
            R,
            (Line(RETURN + gamma**T * reward(T), "split off the last term", "split"),),
        ),
    ),
)
NASTY = (
    r"""50% of $x_1$ & #1 {a} ~ ^ \write18{rm} <script>alert("x")</script> | `b` *c* naïve 长 '&lt;'"""
    r" \end{document}"
)
HOSTILE = replace(
    SHEET,
    name="hostile",
    title=NASTY,
    laws=(NASTY,),
    axioms=(NASTY,),
    source=NASTY + "https://example.org/" + "a" * 150,
    fingerprint=NASTY.replace("`", ""),
    hypotheses=(before(k, t),),
    blocks=(Block(NASTY, real_symbol(NASTY), (Line(real_symbol("$&%#_{}~^\\") + theta, NASTY, NASTY),)),),
    example=Example(NASTY, NASTY, (ExampleRow(NASTY, None, NASTY),)),
    falsehood=Falsehood(
        Equation(J, R), NASTY, Counterexample(NASTY, ((NASTY, NASTY), ("pi(" + NASTY, "1")), NASTY, NASTY)
    ),
)
LONG = expect(
    sum(
        (TimeSum(gamma**k * reward(k + i) * G(t + i) * score(t), k, 0, T - 1) for i in range(7)),
        start=Rational(1, 2) * G(t),
    )
)
WIDE = 1 / sum((G(t + i) * reward(t + i) for i in range(14)), start=G(t))
LONG_SHEET = replace(
    SHEET,
    name="long",
    statement=Equation(LONG, WIDE),
    definitions=(Equation(J, LONG), Equation(R, WIDE)),
    blocks=(
        Block(
            "A block with long lines",
            LONG,
            (
                Line(LONG, "a reason that is long enough to need several lines of its own, " * 3, "rule"),
                Line(WIDE, "w" * 200, "rule"),
                Line(real_symbol("a" * 80) * WIDE, "short", "rule"),
                Line(Cases(t, 1, LONG, 2, WIDE, G(t)), "cases", "rule"),
                Line(LONG * score(t) * LONG**2 * TimeProduct(pi(k), k, 0, T), "a product", "rule"),
            ),
        ),
    ),
    example=Example("w" * 90, "d" * 300, (ExampleRow("l" * 90, LONG, "1/16", 1e-9, 3e-11, 10**6, 123456789),)),
)
SHEETS = [SHEET, INDUCTION, HOSTILE, LONG_SHEET]
NEEDS_TEX = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")


class Page(HTMLParser):
    """Checks that tags are closed in order, and gathers their names and attributes."""

    EMPTY = frozenset({"meta", "br", "link", "img", "hr"})

    def __init__(self, source):
        super().__init__()
        self.open, self.tags, self.attributes, self.words = [], set(), [], []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs
        if tag not in self.EMPTY and not (self.get_starttag_text() or "").endswith("/>"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.add(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda s: s.name)
def test_html_is_one_whole_page_that_fetches_nothing(sheet):
    page = Page(html(sheet))
    assert page.open == []
    assert {"html", "title", "math", "ol", "main"} <= page.tags
    assert not {"link", "img", "iframe", "object"} & page.tags
    assert not {"src", "onload", "onclick"} & {name for name, _ in page.attributes}
    assert all(value.startswith("#") for name, value in page.attributes if name == "href")
    assert not re.search(
        r"fetch|import|XMLHttp|eval|innerHTML", "".join(re.findall("<script>.*?</script>", html(sheet)))
    )
    assert ("lang", "en") in page.attributes
    assert "http" not in re.sub(r'xmlns="[^"]*"', "", html(sheet)).replace("https://example.org/", "")


def test_html_shows_hostile_words_as_words():
    page = Page(html(HOSTILE))
    assert '<script>alert("x")</script>' in "".join(page.words)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda s: s.name)
def test_mathml_is_well_formed_and_every_script_has_its_parts(sheet):
    wanted = {"msub": 2, "msup": 2, "msubsup": 3, "mfrac": 2, "munder": 2, "munderover": 3}
    for source in re.findall(r"<math.*?</math>", html(sheet)):
        root = ET.fromstring(source)
        for node in root.iter():
            tag = node.tag.split("}")[-1]
            assert len(node) == wanted.get(tag, len(node)), source


def test_mathml_carries_the_plain_text():
    assert f'alttext="{text(J)}"' in mathml(J)
    assert "<mo>=</mo>" in mathml(Equation(J, R)).replace(' form="infix"', "")
    branches = mathml(Cases(t, 1, theta, gamma))
    assert "<mtable" in branches
    assert mathml(At(sigmoid(theta), theta, 0)).count("<msub>") == 1
    assert "displaystyle" not in mathml(J, display=False)


def test_every_format_says_everything():
    for source in (tex(SHEET), html(SHEET), markdown(SHEET), FORMATS["json"][1](SHEET)):
        assert "reward_to_go_policy_gradient" in source.replace(r"\hspace{0pt}", "").replace(r"\_", "_")
        for words in (
            "Williams 1992",
            "split the rewards",
            "two-step number line",
            "another vector",
            "linearity",
        ):
            assert words in source
        assert "0123456789" in source.replace(r"\hspace{0pt}", "")
    assert tex(SHEET).count(r"\step{") == 9
    assert tex(SHEET).count(r"\tfrac{1}{8}") == 3
    assert "0.12543" in tex(SHEET)
    assert r"100,000 samples, seed 0" in tex(SHEET)


def test_an_induction_numbers_its_lines_through_both_blocks():
    assert "(1) by definition" in markdown(INDUCTION)
    assert "(2) split off the last term" in markdown(INDUCTION)
    assert html(INDUCTION).count('class="done"') == 1


def test_json_is_plain_data():
    data = json.loads(FORMATS["json"][1](SHEET))
    assert data["statement"] == {"latex": latex(SHEET.statement), "text": text(SHEET.statement)}
    assert data["hypotheses"][0]["text"] == "π_θ > 0"
    assert data["blocks"][0]["lines"][2] == {
        "number": 3,
        "relation": "=",
        "latex": latex(SHEET.blocks[0].lines[2].term),
        "text": "Σ_τ P_θ(τ) R(τ) ∇_θ log P_θ(τ)",
        "reason": "the log trick: ∇p = p ∇log p, since π_θ > 0",
        "rule": "log_derivative",
    }
    assert data["example"]["rows"][0]["exact"] == "1/8"
    assert data["fingerprint"] == SHEET.fingerprint


def test_notebook_has_valid_cells():
    data = json.loads(FORMATS["ipynb"][1](SHEET))
    assert (data["nbformat"], data["nbformat_minor"]) == (4, 5)
    code = {"execution_count", "outputs"}
    for cell in data["cells"]:
        assert set(cell) - code == {"cell_type", "id", "metadata", "source"}
        assert (code <= set(cell)) == (cell["cell_type"] == "code")
    lines = sum(len(block.lines) for block in SHEET.blocks)
    assert sum(cell["source"][0].startswith("check(") for cell in data["cells"]) == lines
    assert len({c["id"] for c in data["cells"]}) == len(data["cells"])


def test_markdown_has_no_escape_that_markdown_would_eat():
    source = markdown(replace(SHEET, statement=Equation(J, Cases(t, 1, R, G(t)))))
    for formula in re.findall(r"\$\$\n(.*?)\n\$\$", source, re.DOTALL):
        assert not re.search(r"\\[^A-Za-z]", formula), formula


def test_words_with_indices_become_mathematics():
    line = Line(R, "γ^k is γ^{k-t} with ∇_θ, s_{t+1}, not past_reward_cancellation or x", "rule")
    source = tex(replace(SHEET, blocks=(Block(None, R, (line,)),)))
    assert r"$\gamma^k$ is $\gamma^{k-t}$ with $\nabla_\theta$, $s_{t+1}$, not past\_" in source


def test_estimates_have_as_many_digits_as_their_error():
    assert estimate(ExampleRow("x", None, "1", 0.123456, 0.0123, 10, 0)) == ("0.123", "0.012")
    assert estimate(ExampleRow("x", None, "1", 123.456, 23.0, 10, 0)) == ("123", "23")
    assert estimate(ExampleRow("x", None, "1", 0.5, 0.0, 10, 0)) == ("0.5000", "0.0000")
    assert estimate(ExampleRow("x", None, "1")) is None


@pytest.mark.parametrize(
    "make",
    [
        lambda: replace(SHEET, name="../escape"),
        lambda: replace(SHEET, title=" "),
        lambda: replace(SHEET, blocks=()),
        lambda: Block(None, R, ()),
        lambda: Line(R, "", "rule"),
        lambda: ExampleRow("x", None, "1", estimate=0.5),
        lambda: Example("w", "d", ()),
        lambda: Falsehood(Equation(J, R), ""),
    ],
)
def test_ill_formed_content_is_refused(make):
    with pytest.raises(IllFormed):
        make()


def test_write_puts_whole_files_where_asked(tmp_path):
    paths = write(SHEET, ["tex", "html", "md", "json", "ipynb"], tmp_path / "new" / "folder")
    assert [p.name for p in paths] == [f"{SHEET.name}.{s}" for s in ("tex", "html", "md", "json", "ipynb")]
    assert sorted(p.name for p in paths[0].parent.iterdir()) == sorted(p.name for p in paths)
    assert stat.S_IMODE(paths[0].stat().st_mode) == 0o644
    before_bytes = paths[0].read_bytes()
    assert write(SHEET, ["tex"], paths[0].parent)[0].read_bytes() == before_bytes


def test_write_refuses_an_unknown_format_before_writing(tmp_path):
    with pytest.raises(UnknownName, match="html"):
        write(SHEET, ["tex", "htm"], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_write_names_a_folder_it_cannot_write(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(DeriveError, match="file"):
        write(SHEET, ["json"], blocked)


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    (path,) = write(SHEET, ["md"], tmp_path)
    old = path.read_bytes()
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(DeriveError, match="No space left"):
        write(INDUCTION, ["md"], tmp_path)
    with pytest.raises(DeriveError):
        write(SHEET, ["md"], tmp_path)
    assert path.read_bytes() == old
    assert list(tmp_path.iterdir()) == [path]


def test_without_tex_and_typst_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr("derive.sheet.pdf.has_typst", lambda: False)
    with pytest.raises(DeriveError, match="latexmk texlive-latex-recommended lmodern") as fault:
        pdf(SHEET)
    assert "\n" not in str(fault.value)


@pytest.mark.system
@pytest.mark.parametrize("engine", ["pdflatex", "lualatex", "xelatex"])
@pytest.mark.parametrize("sheet", SHEETS, ids=lambda s: s.name)
def test_tex_compiles_without_overfull_boxes(engine, sheet, tmp_path):
    if shutil.which(engine) is None:
        pytest.skip(f"{engine} is not installed")
    (tmp_path / "sheet.tex").write_text(tex(sheet), encoding="utf-8")
    command = [engine, "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "sheet.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    log = (tmp_path / "sheet.log").read_text("latin-1")
    assert done.returncode == 0, log[-2000:]
    assert not re.findall(r"Overfull.*|.*Warning.*|Missing character.*", log)


def test_what_is_not_true_stands_beside_its_counterexample():
    source = tex(SHEET)
    for shown in (
        r"\nabla \pi(0 \mid\nobreak 0) = -1",
        r"\theta = \log \tfrac{3}{2}",
        r"\gamma = \tfrac{1}{2}",
        r"s_0 = 1",
    ):
        assert shown in source
    page = html(SHEET)
    assert "<b>left side</b> [0.693147180559, 0.693147180560]" in page
    assert page.count('class="entry"') == len(FOUND.values) + 2
    assert "π(0|0) = 1/2" in re.sub(r"<[^>]*>", "", page.replace("<mn>1</mn><mn>2</mn>", "1/2"))
    said = markdown(SHEET)
    assert "Counterexample, 1 state, 2 actions, horizon 2" in said
    assert json.loads(FORMATS["json"][1](SHEET))["falsehood"]["counterexample"]["values"]["r(0,1,0)"] == "1"


def test_what_is_not_true_says_what_it_assumes_where_that_is_its_own():
    own = replace(SHEET, falsehood=replace(SHEET.falsehood, assuming=(AtMost(1, T),)))
    for make in (tex, html, markdown):
        assert "Assumed here:" in make(own)
        assert "Assumed here:" not in make(SHEET)
    assert json.loads(FORMATS["json"][1](own))["falsehood"]["assuming"][0]["text"] == "1 ≤ T"


def test_a_reason_opens_into_what_its_rules_state():
    behind = (Law("log_derivative", 'for p > 0 & "so" <b>'), Law("tower", "E[X] = E[ E[X | up to p] ]"))
    line = replace(SHEET.blocks[0].lines[0], behind=behind)
    page = html(replace(SHEET, blocks=(Block(None, grad(J), (line,)),)))
    assert page.count("<details") == 1
    assert "<code>log_derivative</code> for" in page
    assert "&amp; &quot;so&quot; &lt;b&gt;" in page
    assert "<code>tower</code> E[X] = E[ E[X | up to p] ]" in page
    assert "<details" not in html(SHEET)


def test_rows_of_one_quantity_stand_together():
    rows = tuple(ExampleRow(f"p = 1/{n}", J, f"1/{n}") for n in (2, 3, 4))
    page = html(replace(SHEET, example=Example("w", "d", (*rows, ExampleRow("p = 1", R, "1")))))
    assert page.count('rowspan="3"') == 1
    assert page.count('rowspan="1"') == 1


def test_samples_that_differ_are_named_with_each_row():
    rows = (ExampleRow("x", J, "1/8", 0.12, 0.01, 100, 0), ExampleRow("y", J, "1/8", 0.13, 0.01, 200, 0))
    for source in (
        tex(replace(SHEET, example=Example("w", "d", rows))),
        html(replace(SHEET, example=Example("w", "d", rows))),
    ):
        assert "100 samples, seed 0" in source
        assert "200 samples, seed 0" in source
        assert "Monte Carlo: " not in source


OWN_CLASS = r"""% \begin{document} in a comment is no document
\documentclass[11pt]{article}
\usepackage[T1]{fontenc}
\newcommand{\course}{Course 7}
"""


def test_a_template_stands_in_the_preamble_and_only_there(tmp_path):
    with_class = tex(SHEET, OWN_CLASS, "course.tex")
    assert with_class.count(r"\documentclass") == 1
    assert with_class.index(r"\newcommand{\course}") < with_class.index(r"\newcommand{\step}")
    style = tex(SHEET, r"\definecolor{tint}{rgb}{0.9,0.95,1}", "style.tex")
    assert style.index(r"\newcommand{\step}") < style.index("0.9,0.95,1") < style.index(r"\begin{center}{\Large")
    with pytest.raises(DeriveError, match=r"whole.tex is a whole document"):
        tex(SHEET, "\\documentclass{article}\n\\begin{document}", "whole.tex")
    (tmp_path / "style.tex").write_text("% mine", encoding="utf-8")
    assert "% mine" in write(SHEET, ["tex"], tmp_path, tmp_path / "style.tex")[0].read_text(encoding="utf-8")
    with pytest.raises(DeriveError, match="cannot read the template"):
        write(SHEET, ["tex"], tmp_path, tmp_path / "none.tex")


@pytest.mark.system
@NEEDS_TEX
def test_a_course_may_bring_its_own_class():
    assert pdf(SHEET, OWN_CLASS, "course.tex").startswith(b"%PDF-")


@pytest.mark.system
@NEEDS_TEX
@pytest.mark.parametrize(
    ("template", "wanted"),
    [
        ("% fine\n\\nosuchcommand\n% fine", r"course\.tex, line 2: Undefined control sequence"),
        ("% fine\n\n\\usepackage{nosuchpackage}", r"course\.tex, line 3: .*nosuchpackage\.sty' not found"),
    ],
)
def test_a_template_that_does_not_compile_is_named_with_its_line(template, wanted):
    with pytest.raises(DeriveError, match=wanted):
        pdf(SHEET, template, "course.tex")


@pytest.mark.system
@NEEDS_TEX
def test_pdf_is_the_same_each_time():
    first = pdf(SHEET)
    assert first.startswith(b"%PDF-")
    assert pdf(SHEET) == first


@pytest.mark.system
@NEEDS_TEX
def test_tex_says_itself_what_is_wrong():
    with pytest.raises(DeriveError, match="Undefined control sequence"):
        compiled(r"\documentclass{article}\begin{document}\nosuchcommand\end{document}")


def test_a_long_sum_is_cut_before_its_signs_in_html():
    cut = wrapping(TimeSum(gamma**k * reward(k), k, 0, T - 1) * score(t) + LONG - expect(RTG), lead="=")
    assert cut.count("<math") == 3
    assert wrapping(J + R).count("<math") == 1


def test_a_line_that_is_at_most_the_next_says_so_in_every_format():
    lines = (Line(R, "equal", "rule"), Line(J, "at most", "rule", relation="≤"))
    sheet = replace(SHEET, blocks=(Block(None, grad(J), lines),))
    assert tex(sheet).count(r"{\le}") == 1
    assert "$$\n\\le " in markdown(sheet)
    assert '<mo form="infix">≤</mo>' in html(sheet)
    assert "#step($ lt.eq " in typst(sheet)
    assert [x["relation"] for x in json.loads(FORMATS["json"][1](sheet))["blocks"][0]["lines"]] == ["=", "≤"]
    with pytest.raises(IllFormed):
        Line(R, "perhaps", "rule", relation="≈")
