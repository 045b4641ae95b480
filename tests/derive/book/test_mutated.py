"""Chapters with symbols dropped, doubled and exchanged: always a verdict, never a fault of the program."""

import re
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from derive.book.check import check_document
from derive.book.document import parse
from derive.book.judge import Judges
from derive.book.source import decode

CHAPTERS = Path(__file__).parent / "chapters"
TEXTS = [path.read_text(encoding="utf-8") for path in sorted(CHAPTERS.glob("*.md"))]
SYMBOLS = re.compile(r"\\[A-Za-z]+|\\.|.", re.S)


class Undecided:
    """What a decision procedure says that decides nothing."""

    verdict, reason, sizes, error_bound, counterexample = "unknown", "not tried", (), "", None


READER_ONLY = Judges(lambda e, h: None, lambda e, h: Undecided, lambda *a: False, lambda *a: False, lambda t: None)


@given(st.data())
@settings(max_examples=40)
def test_a_verdict_on_every_mutated_formula(data):
    text = data.draw(st.sampled_from(TEXTS))
    formulas = parse(decode("t.md", text.encode())).displays
    formula = data.draw(st.sampled_from(formulas))
    symbols = SYMBOLS.findall(formula.latex)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(symbols) - 1))
        symbols[at] = data.draw(st.sampled_from(["", symbols[at] * 2, *symbols, "{", ")", "^", "|", "="]))
    start, end = formula.offsets[0], formula.offsets[-1]
    mutated = text[:start] + "".join(symbols) + text[end:]
    steps = check_document(parse(decode("t.md", mutated.encode())), READER_ONLY)
    assert [s.message for s in steps if s.code.startswith("internal")] == []
    for step in steps:
        line, column, end_line, end_column = step.formula.place(step.start, step.end)
        assert (line, column) <= (end_line, end_column)
