"""The sheets of a whole catalogue: their reading order, and which of them use a rule or a law."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from derive.errors import IllFormed
from derive.graph import levels
from derive.sheet.content import Place, Sheet
from derive.sheet.refuted import NearMiss


@dataclass(frozen=True)
class Used:
    """A rule or a law, what it states, and the numbers of the sheets that use it."""

    name: str
    words: str
    states: str
    numbers: tuple[int, ...]
    near_miss: NearMiss | None = None


@dataclass(frozen=True)
class Collection:
    """Sheets in reading order: each after those that it rests on."""

    sheets: tuple[Sheet, ...]
    rests: Mapping[str, Sequence[str]]

    def __post_init__(self) -> None:
        missing = {s.name for s in self.sheets} ^ set(self.rests)
        if missing or not self.sheets:
            raise IllFormed(f"of {sorted(missing)}, the sheet or what it rests on is missing")

    @cached_property
    def parts(self) -> tuple[tuple[Sheet, ...], ...]:
        """The sheets by level: first those that rest on no other."""
        by_name = {s.name: s for s in self.sheets}
        return tuple(tuple(by_name[name] for name in column) for column in levels(self.rests))

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each sheet in reading order, from 1."""
        return {s.name: n for n, s in enumerate((s for part in self.parts for s in part), 1)}

    def used_by(self, name: str) -> list[str]:
        """The names of the sheets that rest on this one, in reading order."""
        return [other for other in self.numbers if name in self.rests[other]]

    @cached_property
    def joined(self) -> dict[str, Sequence[str]]:
        """The statements that rest on others or are rested on, with what they rest on."""
        return {name: self.rests[name] for name in self.numbers if self.rests[name] or self.used_by(name)}

    @cached_property
    def alone(self) -> list[str]:
        """The others, in reading order."""
        return [name for name in self.numbers if name not in self.joined]

    @cached_property
    def rules(self) -> list[Used]:
        """The rules that lines give as their reasons; an induction hypothesis is another one each time."""
        return self._used(
            lambda s: {r for b in s.blocks for x in b.lines for r in x.rule.split(", ")} - {"induction_hypothesis"}
        )

    @cached_property
    def laws(self) -> list[Used]:
        """The laws that the theorems lean on."""
        return self._used(lambda sheet: set(sheet.laws))

    @cached_property
    def texts(self) -> list[tuple[str, list[tuple[Place, str]]]]:
        """The titles of the texts whose results are here: of each its places, in order, with their sheets."""
        rows = sorted(((p, s.name) for s in self.sheets for p in s.places), key=lambda row: (row[0].order, row[1]))
        return [(title, list(found)) for title, found in groupby(rows, key=lambda row: row[0].text)]

    def _used(self, names: object) -> list[Used]:
        known = {law.name: law for s in self.sheets for b in s.blocks for line in b.lines for law in line.behind}
        found: dict[str, list[int]] = {}
        for sheet in sorted(self.sheets, key=lambda s: self.numbers[s.name]):
            for name in sorted(names(sheet) - set(self.rests)):  # type: ignore[operator]
                found.setdefault(name, []).append(self.numbers[sheet.name])
        return [
            Used(n, n.replace("_", " "), known[n].states, tuple(found[n]), known[n].near_miss)
            for n in sorted(found)
            if n in known
        ]


def part_title(level: int) -> str:
    """What the statements of a level rest on."""
    return "Resting on no other" if level == 0 else f"Resting on others: level {level}"


TITLE = "Derivations of policy-gradient mathematics"
TRUSTED = (
    (
        "The kernel",
        "derive/kernel.py is the only place where a theorem can be made. Its rules are reflexivity, symmetry, "
        "transitivity, congruence, instances, definitions, induction, two cases, and arithmetic; each theorem carries "
        "its proof as data, and is replayed from nothing before its sheet is printed.",
    ),
    (
        "The laws",
        "derive/axioms.py states the calculus of finite sums, expectations and gradients without proof: the laws "
        "listed at the end. Each checks its side condition whenever it is used. None of them mentions a return, a "
        "value, an advantage or an objective. No statement in this book leans on an axiom beyond these laws, unless "
        "its page says so.",
    ),
    (
        "The arithmetic",
        "Two terms are equal by arithmetic when their difference cancels to zero as a rational function of its atoms. "
        "SymPy's constructors, and its expansion and cancellation, are trusted for that.",
    ),
    (
        "Not trusted",
        "The search for proofs, the rules that lines name as reasons, the printing of formulas from terms into TeX, "
        "and the sources that are cited. A fault in a rule can make a proof fail; it cannot make a falsehood a "
        "theorem. A fault in printing could show another formula than the one that was proved.",
    ),
    (
        "Three witnesses",
        "A statement is printed as proved when its proof replays, and no small finite model refutes it, and a second "
        "evaluator that shares no code with the first finds both sides equal in the worked example. Models with few "
        "states and actions can refute a statement; that they agree proves nothing in general. The proof does.",
    ),
    (
        "What it speaks of",
        "Every finite set of states and actions and every finite horizon, under the hypotheses on the page. Worked "
        "examples are exact; a Monte Carlo estimate is given with its standard error and seed.",
    ),
)
