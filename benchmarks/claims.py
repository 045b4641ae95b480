"""What the prover is measured on: the entries of the catalogue without their lines, and each line by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from derive.catalogue import Derivation
from derive.kernel import Theorem
from derive.prove import prove
from derive.terms import Always, Equation, Hypothesis, Inequality, Statement


@dataclass(frozen=True)
class Trial:
    """Whether the prover found a claim, and in how many seconds it said so."""

    name: str
    found: bool
    seconds: float


@dataclass(frozen=True)
class Score:
    """What became of several claims."""

    trials: tuple[Trial, ...]

    @property
    def share(self) -> float:
        return 100 * sum(t.found for t in self.trials) / len(self.trials)

    @property
    def milliseconds(self) -> float:
        return 1e3 * median(t.seconds for t in self.trials)

    def __str__(self) -> str:
        found = sum(t.found for t in self.trials)
        slowest = 1e3 * max(t.seconds for t in self.trials)
        return f"{found} of {len(self.trials)}, median {self.milliseconds:.1f} ms, slowest {slowest:.0f} ms"


def attempt(name: str, claim: Statement, given: tuple[Hypothesis, ...]) -> Trial:
    start = perf_counter()
    theorem = prove(claim, given)
    return Trial(name, isinstance(theorem, Theorem), perf_counter() - start)


def is_finite(entry: Derivation) -> bool:
    """An equation about finite sums and horizons: no letter is said to solve an equation."""
    return isinstance(entry.claim, Equation) and not any(isinstance(h, Always) for h in entry.assuming)


def entries(derivations: list[Derivation]) -> Score:
    """Every finite entry, without its lines."""
    return Score(tuple(attempt(d.name, d.claim, d.assuming) for d in derivations if is_finite(d)))


def steps(derivations: list[Derivation]) -> Score:
    """Every line of every chain, as a claim about the line before it."""
    return Score(tuple(attempt(*claim) for d in derivations for claim in _lines(d)))


def _lines(entry: Derivation) -> Iterator[tuple[str, Statement, tuple[Hypothesis, ...]]]:
    for block in entry.proof.blocks:
        before = block.start
        for number, line in enumerate(block.lines, 1):
            kind = Equation if line.relation == Equation.relation else Inequality
            yield f"{entry.name}, line {number}", kind(before, line.term), block.given
            before = line.term
