"""The site is built without a warning and without a network, and shows what the program has."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.derive.browser import CHROMIUM, Browser, axe

ROOT = Path(__file__).resolve().parents[2]
FETCHED = re.compile(r"""<(?:script|img|iframe|source)\b[^>]*\bsrc="(https?:)?//|<link\b[^>]*\bhref="(https?:)?//""")
FROM_AFAR = re.compile(r"""(?:@import\s*|url\()["']?(?:https?:)?//""")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder of the site."""
    for name in ("sphinx", "myst_parser", "furo"):
        pytest.importorskip(name)
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-d", folder / "trees", ROOT / "docs", folder],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def site(built):
    found = [path for kind in ("*.html", "*.css") for path in built.rglob(kind)]
    return {path.relative_to(built).as_posix(): path.read_text(encoding="utf-8") for path in found}


@pytest.mark.docs
def test_nothing_comes_from_a_network(site):
    assert len(site) > 15
    assert not [name for name, page in site.items() if FETCHED.search(page)]
    assert not [name for name, sheet in site.items() if name.endswith(".css") and FROM_AFAR.search(sheet)]


@pytest.mark.docs
def test_every_picture_has_words(site):
    pictures = [tag for page in site.values() for tag in re.findall(r"<img\b[^>]*>", page)]
    assert len(pictures) > 6
    assert not [tag for tag in pictures if not re.search(r'alt="[^"]{120,}"', tag)]


@pytest.mark.docs
def test_the_reference_has_the_equations_of_the_docstrings(site):
    page = site["reference/numeric.html"]
    assert "V_t(s) = E[G_t | s_t = s] = Σ_a π(a|s) Q_t(s, a), V_T = 0" in page
    assert "TypeAliasForwardRef" not in "".join(site.values())


@pytest.mark.docs
def test_the_catalogue_is_whole(site):
    import proofs
    from derive.catalogue import load

    page = site["reference/catalogue.html"]
    assert all(f"<code>{name}</code>" in page for name in load(proofs).derivations)
    assert page.count("<math ") >= len(load(proofs).derivations)


@pytest.mark.docs
def test_every_law_and_every_rule_is_stated(site):
    from derive.kernel import LAWS
    from derive.rules import RULES

    page = site["reference/kernel.html"]
    assert all(f">{name}</span>" in page for name in (*LAWS, *RULES))


LOOKED_AT = ("index", "tutorial", "test-your-estimator", "comparison", "how-to/draw-figures")
LARGE = ("reference/catalogue", "reference/numeric")  # on which axe takes ten seconds


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    with Browser() as opened:
        yield opened


@pytest.mark.docs
@pytest.mark.system
@pytest.mark.parametrize("name", [*LOOKED_AT, *LARGE])
def test_a_page_is_well_in_a_browser(name, built, browser):
    """No error, nothing fetched, and no words wider than a phone."""
    for width, dark in ((1200, False), (400, True)):
        page = browser.open(built / f"{name}.html", width=width, dark=dark)
        assert not page.complaints()
        assert page.run("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.docs
@pytest.mark.system
@pytest.mark.parametrize("name", LOOKED_AT)
def test_a_page_keeps_the_rules_of_accessibility(name, built, browser):
    script = axe()
    if script is None:
        pytest.skip("axe is not installed")
    assert not browser.open(built / f"{name}.html", calm=True).violations(script)


@pytest.mark.docs
@pytest.mark.system
def test_the_search_finds_a_derivation_without_a_server(built, browser):
    page = browser.open(built / "search.html")
    page.run("Search.performSearch('past rewards cancel')")
    page.wait("document.querySelector('#search-results li a')")
    page.wait("/found/.test(document.querySelector('#search-results').textContent)")
    assert "Past rewards cancel" in page.run("document.querySelector('#search-results').textContent")
