"""Our pages in a browser: no errors, nothing fetched, axe's rules, keys, a phone, less motion; and the replays."""

import re
from dataclasses import replace
from itertools import pairwise

import pytest

from derive import cli
from derive.notation import k, reward, t
from derive.sheet import Block, Line, Without
from derive.sheet.collection import Collection
from derive.sheet.demonstration import DEMONSTRATIONS, demonstration
from derive.sheet.html import html
from derive.sheet.html_book import html_book
from derive.sheet.html_index import html_index
from derive.sheet.html_style import STYLE
from derive.terms import Equation
from numeric import demonstrations

from .browser import AXE_PACKAGES, CHROMIUM, Browser, axe
from .test_sheet import HOSTILE, LONG_SHEET
from .test_sheet import SHEET as WHOLE
from .test_sheet_evidence import SHEET

NEEDS_CHROMIUM = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
NEEDS_AXE = pytest.mark.skipif(axe() is None, reason=f"none of {', '.join(AXE_PACKAGES)} is installed")
DATA = {
    "grid_q_learning": demonstrations.grid,
    "exploration_strategies": demonstrations.exploration,
    "pole_balancer": demonstrations.pole,
}
BOOK = Collection((WHOLE, SHEET, LONG_SHEET), {WHOLE.name: (), SHEET.name: (WHOLE.name,), LONG_SHEET.name: ()})
WIDE = Equation(sum((reward(t + i) for i in range(9)), start=reward(t)), 0)
NARROW = replace(  # a hypothesis that is wider than a phone, and a reason that is a formula alone
    SHEET,
    hypotheses=(WIDE,),
    without=(Without(WIDE, "kept", "Tried."),),
    blocks=(Block(None, reward(t), (Line(reward(k), "∇p = p ∇ log p", "rule", SHEET.blocks[0].lines[0].behind),)),),
)
PAGES = {
    "narrow": lambda: html(NARROW),
    "sheet": lambda: html(SHEET),
    "long": lambda: html(LONG_SHEET),
    "hostile": lambda: html(HOSTILE),
    "book": lambda: html_book(BOOK),
    "index": lambda: html_index(BOOK),
    **{one.name: lambda one=one: demonstration(one, DATA[one.name]()) for one in DEMONSTRATIONS},
}


# without a browser


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_every_colour_of_words_has_contrast_enough(scheme: int) -> None:
    colours = dict(re.findall(r"--(\w+): (#\w{6})", re.findall(r":root \{([^}]*)\}", STYLE)[scheme]))
    for ink in ("ink", "faint", "warn", "link"):
        for paper in ("paper", "tint"):
            light, dark = sorted((_luminance(colours[ink]), _luminance(colours[paper])), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (ink, paper)


@pytest.mark.parametrize("name", sorted(PAGES))
def test_headings_go_down_one_level_at_a_time_and_ids_are_unique(name: str) -> None:
    source = PAGES[name]()
    levels = [int(n) for n in re.findall(r"<h([1-6])", source)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    ids = re.findall(r'\bid="([^"]*)"', source)
    assert len(ids) == len(set(ids))
    assert source.count("<main>") == 1


@pytest.mark.parametrize("one", DEMONSTRATIONS, ids=lambda one: one.name)
def test_a_replay_holds_its_data_and_fetches_nothing(one) -> None:
    source = demonstration(one, {"words": "</script><b>"})
    assert "</script><b>" not in source
    assert not re.search(
        r"\b(src|href)=|fetch\(|import\(|XMLHttp|eval\(|innerHTML|http:(?!//www\.w3\.org)|https:", source
    )
    for control in ("play", "step", "leap", "again", "speed"):
        assert f'id="{control}"' in source


def test_the_book_command_writes_the_replays_beside_the_book_and_links_them(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("derive.cli.sheets._collection", lambda derivations: (BOOK, 0))
    assert cli.main(["book", "--to", "html", "-o", str(tmp_path)]) == 0
    book = (tmp_path / "derivations.html").read_text()
    for one in DEMONSTRATIONS:
        assert (tmp_path / f"{one.name}.html").exists()
        assert f'href="{one.name}.html"' in book


# with one


@pytest.fixture(scope="module")
def browser():
    with Browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    for name, make in PAGES.items():
        (folder / f"{name}.html").write_text(make(), encoding="utf-8")
    return folder


@pytest.mark.system
@NEEDS_CHROMIUM
@pytest.mark.parametrize("look", ["wide", "phone"])
@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_has_no_errors_and_fits_its_window(browser, files, name: str, look: str) -> None:
    width = {"wide": 1000, "phone": 360}[look]
    page = browser.open(files / f"{name}.html", width=width, height=740, dark=look == "phone")
    assert page.complaints() == []
    assert page.run("document.documentElement.scrollWidth") <= width
    assert page.picture().startswith(b"\x89PNG")


@pytest.mark.system
@NEEDS_CHROMIUM
@NEEDS_AXE
@pytest.mark.parametrize("look", ["light", "dark", "phone"])
@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_keeps_the_rules_of_axe(browser, files, name: str, look: str) -> None:
    width = 360 if look == "phone" else 1000
    page = browser.open(files / f"{name}.html", width=width, dark=look == "dark")
    page.run("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    page.run("dispatchEvent(new Event('resize'))")
    assert page.violations(axe()) == []


@pytest.mark.system
@NEEDS_CHROMIUM
@NEEDS_AXE
def test_axe_finds_what_is_wrong(browser, tmp_path) -> None:
    (tmp_path / "bad.html").write_text('<html><body><img src="data:,"><p style="color:#bbb;background:#fff">faint</p>')
    found = " ".join(browser.open(tmp_path / "bad.html").violations(axe()))
    for rule in ("image-alt", "color-contrast", "html-has-lang", "document-title"):
        assert rule in found


@pytest.mark.system
@NEEDS_CHROMIUM
def test_a_reason_opens_by_key_and_shows_why_the_law_has_a_condition(browser, files) -> None:
    page = browser.open(files / "sheet.html")
    page.run("document.querySelector('.reason summary').focus()")
    page.press("Enter", 13, "\r")
    page.wait("document.querySelector('.reason .why')")
    assert "the index <b> is of another kind" in page.words(".reason .why")
    assert page.run("document.querySelector('.reason .behind').checkVisibility()")
    page.press("Escape", 27)
    assert not page.run("document.querySelector('.reason').open")
    assert page.complaints() == []


@pytest.mark.system
@NEEDS_CHROMIUM
def test_a_reason_opens_under_the_mouse_and_closes_when_it_leaves(browser, files) -> None:
    page = browser.open(files / "sheet.html")
    page.hover(".reason summary")
    page.wait("document.querySelector('.reason').open")
    before = page.run("document.querySelector('.done').getBoundingClientRect().top")
    assert page.run("getComputedStyle(document.querySelector('.behind')).position") == "absolute"
    page.hover("h1")
    page.wait("!document.querySelector('.reason').open")
    assert page.run("document.querySelector('.done').getBoundingClientRect().top") == before


@pytest.mark.system
@NEEDS_CHROMIUM
def test_a_hypothesis_can_be_dropped_with_keys_alone(browser, files) -> None:
    page = browser.open(files / "sheet.html")
    seen = []
    for _ in range(30):
        page.press("Tab", 9)
        seen.append(page.run("document.activeElement.textContent"))
    assert any("Without" in words and "false without it" in words for words in seen)
    page.run("document.querySelector('.without summary').focus()")
    page.press("Enter", 13, "\r")
    assert page.run("document.querySelector('.without details').open")
    assert "Counterexample" in page.words(".without details[open]")


@pytest.mark.system
@NEEDS_CHROMIUM
def test_the_q_learning_page_replays_what_was_learnt(browser, files) -> None:
    data = demonstrations.grid()
    page = browser.open(files / "grid_q_learning.html")
    assert page.words("#steps") == "0"
    page.run("byId('step').click()")
    assert page.words("#steps") == "1"
    page.press("n")
    episodes = next(w for w in data["walks"] if w["epsilon"] == 0.3)["episodes"]
    assert page.words("#steps") == str(len(episodes[0]["actions"]))
    page.run("for (let i = 0; i < 80; i += 1) byId('leap').click()")
    assert page.words("#episode") == f"{len(episodes)} of {len(episodes)}"
    assert page.words("#path") == "12 steps"
    assert "lead to the goal in 12 steps" in page.words("#status")
    page.press("r")
    assert page.words("#steps") == "0"
    page.run("(s => { s.value = 0; s.dispatchEvent(new Event('change')); })(document.querySelector('select'))")
    page.press("n")
    assert page.words("#steps") == str(len(data["walks"][0]["episodes"][0]["actions"]))
    assert page.complaints() == []


@pytest.mark.system
@NEEDS_CHROMIUM
def test_the_strategies_page_counts_pulls_and_regret(browser, files) -> None:
    data = demonstrations.exploration()
    page = browser.open(files / "exploration_strategies.html")
    page.run("for (let i = 0; i < 12; i += 1) byId('leap').click()")
    for i, strategy in enumerate(data["strategies"]):
        run, best = strategy["runs"][0], max(data["means"])
        regret = sum(best - data["means"][int(arm)] for arm in run["arms"])
        cells = page.run(f"[...byId('rows').rows[{i}].cells].map(c => c.textContent)")
        assert cells[0] == strategy["name"]
        assert float(cells[2]) == pytest.approx(regret, abs=0.006)
        assert float(cells[1]) == pytest.approx(sum(run["rewards"]), abs=0.051)
    assert "After 1000 of 1000 pulls" in page.words("#status")


@pytest.mark.system
@NEEDS_CHROMIUM
def test_the_pole_page_shows_longer_and_longer_episodes(browser, files) -> None:
    page = browser.open(files / "pole_balancer.html")
    page.run("for (let i = 0; i < 40; i += 1) byId('leap').click()")
    assert page.words("#episode") == "300 of 300"
    assert page.words("#longest") == "200 pushes"
    page.run("(s => { s.value = 1; s.dispatchEvent(new Event('change')); })(document.querySelector('select'))")
    assert page.words("#episode") == "1 of 300"
    assert "actor-critic" in page.words("#status")


@pytest.mark.system
@NEEDS_CHROMIUM
@pytest.mark.parametrize("one", DEMONSTRATIONS, ids=lambda one: one.name)
def test_play_moves_and_pause_stops(browser, files, one) -> None:
    page = browser.open(files / f"{one.name}.html")
    first = page.words("#status")
    page.press("k")
    assert page.words("#play") == "Pause"
    page.run("new Promise(done => setTimeout(done, 500))")
    page.press("k")
    assert page.words("#play") == "Play"
    stopped = page.words("#status")
    assert stopped != first
    page.run("new Promise(done => setTimeout(done, 150))")
    assert page.words("#status") == stopped
    assert page.complaints() == []


@pytest.mark.system
@NEEDS_CHROMIUM
@pytest.mark.parametrize("one", DEMONSTRATIONS, ids=lambda one: one.name)
def test_where_less_motion_is_preferred_playing_leaps(browser, files, one) -> None:
    page = browser.open(files / f"{one.name}.html", calm=True)
    assert not page.run("byId('calm').hidden")
    page.press("k")
    page.run("new Promise(done => setTimeout(done, 300))")
    still = page.words("#status")
    page.wait(f"byId('status').textContent !== {still!r}")
    page.press("k")


def test_the_page_of_a_sheet_with_nothing_to_open_needs_no_reasons() -> None:
    bare = replace(WHOLE, without=())
    assert "<details" not in html(bare)
