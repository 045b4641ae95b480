"""What is not true, as it stands on a sheet: the near miss of a statement, of a law, and the statement without a
hypothesis, each with its counterexample."""

from __future__ import annotations

import re
from dataclasses import dataclass

from derive.errors import IllFormed
from derive.printing.boxes import Applied, Box, Sign, called, spelled
from derive.terms import Hypothesis, Statement

REFUTED, KEPT, NO_VALUE, UNDECIDED = "refuted", "kept", "no value", "undecided"
OUTCOMES = {
    REFUTED: "false without it",
    KEPT: "no counterexample found",
    NO_VALUE: "has no value without it",
    UNDECIDED: "not decided without it",
}


def need_words(owner: object, *fields: str) -> None:
    """Raise IllFormed where a field is no words."""
    for field in fields:
        value = getattr(owner, field)
        if not isinstance(value, str) or not value.strip():
            raise IllFormed(f"{type(owner).__name__} needs some words as its {field}, not {value!r}")


@dataclass(frozen=True)
class Counterexample:
    """A finite model on which the sides differ: its sizes in words, every value that is not zero, both sides."""

    sizes: str
    values: tuple[tuple[str, str], ...]
    left: str
    right: str

    def __post_init__(self) -> None:
        need_words(self, "sizes", "left", "right")


@dataclass(frozen=True)
class Falsehood:
    """A near miss: a statement that looks alike, and is false; the text says why, the counterexample where.

    `assuming` is what it is false under, where that is not what the statement of the sheet assumes.
    """

    statement: Statement
    text: str
    counterexample: Counterexample | None = None
    assuming: tuple[Hypothesis, ...] = ()

    def __post_init__(self) -> None:
        need_words(self, "text")


@dataclass(frozen=True)
class NearMiss:
    """What a law would say without its condition, in words and as a statement, and where that is false."""

    words: str
    statement: Statement
    counterexample: Counterexample

    def __post_init__(self) -> None:
        need_words(self, "words")


@dataclass(frozen=True)
class Without:
    """The statement without one of its hypotheses: the outcome, one of OUTCOMES, and what it comes from."""

    hypothesis: Hypothesis
    outcome: str
    said: str
    counterexample: Counterexample | None = None

    def __post_init__(self) -> None:
        need_words(self, "said")
        if self.outcome not in OUTCOMES or (self.outcome == REFUTED) != (self.counterexample is not None):
            raise IllFormed(
                f"{self.outcome!r} of {self.hypothesis}: a refutation, and nothing else, has a counterexample"
            )


def by_letter(counterexample: Counterexample) -> list[tuple[str, list[tuple[str, str]]]]:
    """The values of a counterexample, those of one letter together; single numbers first, under no letter."""
    groups: dict[str, list[tuple[str, str]]] = {"": []}
    for name, value in counterexample.values:
        stem, bar, _ = name.partition("(")
        groups.setdefault(stem if bar else "", []).append((name, value))
    return [(letter, values) for letter, values in groups.items() if values]


def with_minus(number: str) -> str:
    """A number as it is printed: a minus sign, no hyphen."""
    return re.sub(r"-(?=\d)", "−", number)


def entry(name: str) -> Box:
    """A name as mathematics: pi(1|0), ∇pi(1|0), s_0."""
    nabla, plain = name.startswith("∇"), name.lstrip("∇")
    stem, _, inside = plain.partition("(")
    first, given, rest = inside.rstrip(")").partition("|")
    arguments = tuple(map(spelled, [first, *rest.split(",")] if given else first.split(","))) if first else ()
    box = called(spelled(stem), arguments, bar=bool(given))
    return Applied(Sign("∇", "tight"), box) if nabla else box
