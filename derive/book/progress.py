"""Where the reading of a text stands: its scope so far, the steps judged so far, the expression read last."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from derive.book.document import Document, Formula
from derive.book.follows import Before
from derive.book.introduce import lead
from derive.book.judge import Judgement, Judges
from derive.book.scope import Binding, Scope
from derive.book.sections import Section
from derive.book.sorts import key_of
from derive.book.statements import Statement
from derive.book.tree import Node, Relation
from derive.book.verdict import Setting

NEAR = 1_000  # characters before a formula in which the prose may name a condition for it
_IDENTITY = re.compile(r"\bidentit(?:y|ies)\b", re.I)
_SAYS_WHERE = re.compile(r"\s*[.,;]?\s*(?:where|with|for|here|if|when|whenever|in which|such that)\b", re.I)
_GOES_ON = re.compile(r"\s*(?:\\begin\{\w+\*?\})?[\s&]*[=<>]")
_OPEN = re.compile(r",[\s}]*(?:\\end\{\w+\*?\}\s*)?$")


def _goes_on_behind(display: Formula) -> bool:
    """Whether the sentence of a display goes on behind it: … from the policy: P(…) = …, so that the mean is …"""
    return _OPEN.search(display.latex) is not None and re.match(r"\s*[a-z]", display.after) is not None


@dataclass(frozen=True)
class Step:
    """One step of a text and its verdict; `start` and `end` are offsets into the formula."""

    formula: Formula
    start: int
    end: int
    verdict: str
    code: str
    message: str
    read_as: str | None = None
    counterexample: dict[str, Any] | None = None
    certificate: Any = None
    where: tuple[int, int] | None = None
    repair: str | None = None
    otherwise: tuple[str, int] | None = None  # another convention of the text, under which it passes
    gap: str | None = None  # what was left to show where no proof was found


@dataclass
class Progress:
    """Where the reading of a text stands."""

    document: Document
    judges: Judges
    parsed: dict[int, tuple[Statement, ...] | Exception]
    scope: Scope
    steps: list[Step] = field(default_factory=list)
    last: Node | None = None
    serial: int = 0
    before: list[tuple[Section, Before]] = field(default_factory=list)  # the equations so far, with their sections
    supposed: bool = False  # the premise before ⟹ is only supposed
    later: tuple[Node, ...] = ()  # what a chain goes on with behind the step that is judged
    orders: list[tuple[Formula, Relation]] = field(default_factory=list)  # k < t in the prose

    def setting(self, formula: Formula, conditions: Sequence[Node] = ()) -> Setting:
        """What a step of a formula is judged in."""
        start = self._words_around(formula)
        near = [r for f, r in self.orders if f.source == formula.source and f.offsets[0] >= start]
        beside = [r for f, r in self.orders if f.source == formula.source and r not in near]
        said = Setting(self.scope, self.judges, tuple(conditions), tuple(reversed(near)), tuple(reversed(beside)))
        return replace(said, identity=self._is_called_an_identity(formula))

    def _is_called_an_identity(self, formula: Formula) -> bool:
        """“There is a useful identity:”, and no words behind the formula that say what its letters are."""
        n = next((i for i, one in enumerate(self.document.formulas) if one is formula), None)
        if n is None or not _IDENTITY.search(lead(self.document, n)):
            return False
        return _SAYS_WHERE.match(formula.after) is None

    def _words_around(self, formula: Formula) -> int:
        """Where the words that lead to a formula begin: behind the display before it, which one that goes on with
        “= …” belongs to."""
        here = formula.offsets[0]
        before = [f for f in self.document.displays if f.source == formula.source and f.offsets[0] < here]
        start = here - NEAR
        for display, one in zip(before, [*before[1:], formula], strict=False):
            if not _GOES_ON.match(one.latex) and not _goes_on_behind(display):
                start = max(start, display.offsets[-1])
        return start

    def rests_on(self, formula: Formula) -> list[Before]:
        """The equations of this section before the step; of its own chain those alone that passed."""
        here = [one for section, one in self.before if section == self.scope.section]
        return [one for one in here if one.passed or one.line != formula.line]

    def known(self, head: Node) -> bool:
        """Whether the text has defined a letter."""
        key = key_of(head, self.scope.survey)
        return key is not None and bool(self.scope.found(key))

    def step(self, formula: Formula, start: int, end: int, judgement: Judgement, read_as: str | None = None) -> None:
        """A verdict on the characters from start to end of a formula."""
        j = judgement
        self.steps.append(
            Step(
                formula,
                start,
                end,
                j.verdict,
                j.code,
                j.message,
                read_as,
                j.counterexample,
                j.certificate,
                j.where,
                j.repair,
                j.otherwise,
                j.gap,
            )
        )

    def binding(self, head: Node, body: Node, formula: Formula) -> Binding:
        """A definition that stands here."""
        key = key_of(head, self.scope.survey)
        assert key is not None
        self.serial += 1
        return Binding(key, head, body, formula.line, self.serial, section=self.scope.section)
