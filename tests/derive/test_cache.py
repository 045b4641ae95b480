"""The cache answers only for the same question and the same sources, and never stands in the way."""

from pathlib import Path

import pytest

from derive import cache


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DERIVE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_what_was_stored_is_recalled(elsewhere: Path) -> None:
    cache.store("a", [{"x": 1}])
    assert cache.recall("a") == [{"x": 1}]
    assert cache.recall("b") is None


def test_another_question_has_another_key() -> None:
    assert cache.key("prove", "x") == cache.key("prove", "x")
    assert len({cache.key("prove", "x"), cache.key("prove", "y"), cache.key("check", "x"), cache.key("provex")}) == 4


def test_other_sources_have_another_key(monkeypatch: pytest.MonkeyPatch) -> None:
    before = cache.key("prove")
    monkeypatch.setattr(cache, "_sources", lambda: "changed")
    assert cache.key("prove") != before


def test_a_damaged_entry_counts_as_none(elsewhere: Path) -> None:
    cache.store("a", 1)
    (elsewhere / "a.json").write_text("{")
    assert cache.recall("a") is None


def test_a_folder_that_cannot_be_made_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DERIVE_CACHE", str(tmp_path / "file" / "below"))
    cache.store("a", 1)
    assert cache.recall("a") is None
