"""Every block of every page is run, and every number in its words is computed by one of them."""

from pathlib import Path

import pytest

from .pages import Block, Session, blocks, unfounded

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


def run(name: str, session: Session, with_peers: bool = False) -> None:
    for block in blocks((ROOT / name).read_text(encoding="utf-8")):
        needed = block.options.get("needs")
        if installs(block) or block.language.startswith("{") or (needed and not with_peers):
            continue
        if needed:
            pytest.importorskip(needed)
        session.do(block)


@pytest.mark.parametrize("name", [n for n in PAGES if n not in TESTED_ELSEWHERE])
def test_a_page_does_what_it_says(name, session):
    run(name, session)


WITH_PEERS = [n for n in PAGES if " needs=" in (ROOT / n).read_text(encoding="utf-8")]


@pytest.mark.peers
@pytest.mark.parametrize("name", WITH_PEERS)
def test_a_page_does_what_it_says_with_the_libraries_it_speaks_of(name, session):
    run(name, session, with_peers=True)


@pytest.mark.parametrize("name", [n for n in PAGES if n not in TESTED_ELSEWHERE])
def test_every_number_in_the_words_of_a_page_is_computed_by_one_of_its_blocks(name):
    assert not unfounded((ROOT / name).read_text(encoding="utf-8"))
