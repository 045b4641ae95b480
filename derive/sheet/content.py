"""What stands on a sheet: plain data, filled by the catalogue and the command line, printed by the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from sympy import Expr

from derive.errors import IllFormed
from derive.sheet.convergence import Convergence
from derive.sheet.refuted import Falsehood, NearMiss, Without, need_words
from derive.terms import Equation, Hypothesis, Statement


@dataclass(frozen=True)
class Law:
    """A rule, a law or another statement by its name, and what it states, its side condition included.

    `near_miss` is what a law would say without its condition.
    """

    name: str
    states: str
    near_miss: NearMiss | None = None

    def __post_init__(self) -> None:
        need_words(self, "name", "states")


@dataclass(frozen=True)
class Line:
    """= term or ≤ term, by reason; `rule` names the rules that gave it, `behind` what they and their laws state."""

    term: Expr
    reason: str
    rule: str
    behind: tuple[Law, ...] = ()
    relation: str = "="

    def __post_init__(self) -> None:
        need_words(self, "reason")
        if self.relation not in ("=", "≤"):
            raise IllFormed(f"a line is = or ≤ the one before it, not {self.relation!r}")


@dataclass(frozen=True)
class Block:
    """A chain: start = line = line ≤ …. A derivation has one, an induction two."""

    title: str | None
    start: Expr
    lines: tuple[Line, ...]

    def __post_init__(self) -> None:
        if not self.lines:
            raise IllFormed(f"the block {self.title or 'without a title'} has no lines after {self.start}")


@dataclass(frozen=True)
class ExampleRow:
    """One quantity of the worked example: its exact value, and what samples gave where some were drawn."""

    label: str
    quantity: Expr | None
    exact: str
    estimate: float | None = None
    standard_error: float | None = None
    samples: int | None = None
    seed: int | None = None

    def __post_init__(self) -> None:
        need_words(self, "label", "exact")
        drawn = (self.estimate, self.standard_error, self.samples, self.seed)
        if None in drawn and any(v is not None for v in drawn):
            raise IllFormed(f"{self.label}: an estimate needs its standard error, samples and seed, found {drawn}")


@dataclass(frozen=True)
class Example:
    """Exact numbers of the statement in one small world."""

    world: str
    description: str
    rows: tuple[ExampleRow, ...]
    figures: tuple[Convergence, ...] = ()

    def __post_init__(self) -> None:
        need_words(self, "world")
        if not self.rows:
            raise IllFormed(f"the example in {self.world} has no rows")


@dataclass(frozen=True)
class Place:
    """Where a text has the result: its title, the section, the equation in its letters, and the order of these."""

    text: str
    section: str
    equation: str
    order: int = 0

    def __post_init__(self) -> None:
        need_words(self, "text", "section", "equation")


@dataclass(frozen=True)
class Sheet:
    """One derivation, as it is printed."""

    name: str
    title: str
    statement: Statement
    definitions: tuple[Equation, ...]
    hypotheses: tuple[Hypothesis, ...]
    laws: tuple[str, ...]
    axioms: tuple[str, ...]
    source: str
    blocks: tuple[Block, ...]
    example: Example | None
    falsehood: Falsehood | None
    fingerprint: str
    status: str
    without: tuple[Without, ...] = ()
    places: tuple[Place, ...] = ()

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}", self.name):
            raise IllFormed(f"a sheet is a file; {self.name!r} must be letters, digits, _ and - only")
        need_words(self, "title", "source", "fingerprint", "status")
        if not self.blocks:
            raise IllFormed(f"the sheet {self.name} has no lines; give it at least one Block")


def by_text(places: tuple[Place, ...]) -> list[tuple[str, list[str]]]:
    """The titles of the texts, each with the sections that have the result."""
    found: dict[str, list[str]] = {}
    for place in places:
        sections = found.setdefault(place.text, [])
        sections += [place.section] if place.section not in sections else []
    return list(found.items())


def numbered(sheet: Sheet) -> Iterator[tuple[Block, list[tuple[int, Line]]]]:
    """The blocks, and their lines numbered through the sheet from 1."""
    count = 0
    for block in sheet.blocks:
        yield block, [(count + i, line) for i, line in enumerate(block.lines, 1)]
        count += len(block.lines)


def has_samples(example: Example) -> bool:
    """Whether any row was also estimated."""
    return any(row.samples is not None for row in example.rows)


def drawn_alike(example: Example) -> str:
    """100,000 samples, seed 0: where it is so in every row that was estimated, else nothing."""
    found = {of_samples(row) for row in example.rows if row.samples is not None}
    return found.pop() if len(found) == 1 else ""


def by_quantity(example: Example) -> list[tuple[Expr | None, list[ExampleRow]]]:
    """The rows of an example, those of one quantity together."""
    return [(quantity, list(rows)) for quantity, rows in groupby(example.rows, key=lambda row: row.quantity)]


def decimal(value: float, error: float) -> tuple[str, str]:
    """An estimate and its standard error, the error with two digits and both with as many places."""
    places = 4 if error <= 0 else max(0, min(12, 1 - _exponent(error)))
    return f"{value:.{places}f}", f"{error:.{places}f}"


def _exponent(value: float) -> int:
    return int(f"{value:e}".split("e")[1])


def estimate(row: ExampleRow) -> tuple[str, str] | None:
    """The estimate and its standard error in digits, or None where nothing was sampled."""
    if row.estimate is None or row.standard_error is None:
        return None
    return decimal(row.estimate, row.standard_error)


def of_samples(row: ExampleRow) -> str:
    """10,000 samples, seed 0."""
    return "" if row.samples is None else f"{row.samples:,} samples, seed {row.seed}"
