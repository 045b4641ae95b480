"""The three witnesses as the command line hands them in, and texts as files."""

from collections.abc import Callable
from pathlib import Path

import pytest

from derive.book import steps
from derive.book.bounds import SECONDS, limited
from derive.book.check import Checked, check_document
from derive.book.document import parse
from derive.book.judge import Judges
from derive.book.source import decode
from derive.certificate import certificate
from derive.models.refute import decide, fails
from derive.prove import search
from numeric.evaluate import holds, refutes, satisfies


def confirmed(statement, hypotheses, model, left, right):
    return satisfies(model, hypotheses) and refutes(statement, model, left, right)


def agreed(statement, hypotheses, model):
    return satisfies(model, hypotheses) and holds(statement, model)


JUDGES = Judges(search, decide, confirmed, agreed, certificate, fails)
CHAPTERS = Path(__file__).parent / "chapters"


@pytest.fixture
def judges() -> Judges:
    return JUDGES


@pytest.fixture
def check() -> Callable[[str], Checked]:
    """The verdicts on a text given as a string of Markdown."""

    def run(text: str) -> Checked:
        document = parse(decode("text.md", text.encode()))
        return Checked("text.md", document, tuple(check_document(document, JUDGES)))

    return run


@pytest.fixture
def chapter() -> Callable[[str], str]:
    return lambda name: (CHAPTERS / name).read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def _patience(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole chapters are judged for what they say, on a slow machine too: their steps have five times the time."""
    if request.node.get_closest_marker("deep"):
        monkeypatch.setattr(steps, "limited", lambda: limited(5 * SECONDS))
