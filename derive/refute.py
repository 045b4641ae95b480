"""decide(claim, hypotheses) -> Outcome: an identity on the finite models of given sizes, or its
counterexample.

* holds    Both sides are equal at independent random residues modulo 2^61 - 1, at every size. Two rational
           functions that differ agree at such a point with probability at most degree / 2^60
           (Schwartz-Zippel), the degree bounded from the form of the claim (derive/degree.py); the bound
           printed is its power over the points of one size. Where numbers are compared (min, max), the
           points are random fractions and no bound is known. Where log, exp or a root has a value, both
           sides are balls: every pair overlaps, and the number of digits to which the largest gap between
           them is zero is printed.
* refuted  A model in small fractions on which every hypothesis is true and the sides differ, shrunk. At
           fewer states, or as many states and fewer actions, or the same and a shorter horizon, the claim
           was not seen to fail.
* unknown  Everything else, with the reason. Both sides zero on every model is unknown; but where one side is
           written 0 or vanishes, and the summands, terms or weighted values inside it do not, that they
           cancel is a claim.

A horizon of 0 can support a claim, but not refute it: texts mean at least one step. Distributions that no
hypothesis calls positive are also given zero entries; where the claim has no value then, it is unknown and
needs that hypothesis.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random
from typing import Any

from flint import arb, ctx

from derive.claims import Claim, letters_left
from derive.comparison import admits, complete, difference, difference_at, places, same
from derive.counterexample import GREEK, Counterexample, show, words
from derive.degree import degree
from derive.draw import (
    LAYERED,
    PLAIN,
    POSITIVE,
    RESIDUE,
    SAMPLES,
    SIGNED,
    SPARSE,
    VANISHING,
    Size,
    Source,
    World,
    draw,
)
from derive.environment import OutsideTrajectory, TooLong
from derive.errors import IllFormed, Refused, Unevaluable
from derive.interpretation import LogOf, Model, key_of
from derive.models import compiled, run
from derive.numbers import BALLS, RATIONALS, RESIDUES, Numbers
from derive.shrink import shrink
from derive.terms import Equation, Hypothesis, Letter

POINTS = 2  # independent random residues at every size
FRACTIONS = 12  # random models in fractions at every size, where residues cannot serve
TRIES = 40  # models in small fractions drawn at a size where residues differ
SELECTED = 400  # models drawn to satisfy an equation that does not define anything
PRECISIONS = (128, 512)


@dataclass(frozen=True)
class Outcome:
    """What testing a claim on finite models gave; `sizes` are (states, actions, horizon)."""

    verdict: str
    reason: str = ""
    sizes: tuple[tuple[int, int, int], ...] = ()
    points: int = 0
    error_bound: Fraction | str = ""
    counterexample: Counterexample | None = None

    def __post_init__(self) -> None:
        if self.verdict not in ("holds", "refuted", "unknown"):
            raise IllFormed(f"a verdict is 'holds', 'refuted' or 'unknown', not {self.verdict!r}")
        if (self.verdict == "refuted") != (self.counterexample is not None):
            raise IllFormed("a refutation has a counterexample, and nothing else has one")


def decide(
    claim: Equation,
    hypotheses: Sequence[Hypothesis] = (),
    *,
    seed: int = 0,
    max_states: int = 2,
    max_actions: int = 3,
    max_horizon: int = 3,
    stationary_only: bool = False,
) -> Outcome:
    """Whether an equation holds on every finite model of these sizes that the hypotheses admit."""
    try:
        ready = Claim(claim, hypotheses)
        sizes = ready.sizes(max_states, max_actions, max_horizon)
        return _Trial(ready, sizes, seed).outcome([PLAIN] if stationary_only else [PLAIN, LAYERED])
    except (Unevaluable, IllFormed, Refused) as fault:
        return Outcome("unknown", str(fault))


@dataclass(frozen=True)
class _Found:
    """A model on which the sides differ."""

    model: Model
    size: Size
    world: World = PLAIN


class _Trial:
    """One claim on its way to a verdict."""

    def __init__(self, claim: Claim, sizes: Sequence[Size], seed: int) -> None:
        self.claim, self.seed, self.numbers = claim, seed, claim.numbers
        self.sizes = [s for s in sizes if claim.indices(s.horizon)]
        self.tested: list[Size] = []
        self.points = 0
        self.obstacle = ""  # why a model could not be evaluated

    def outcome(self, worlds: Sequence[World]) -> Outcome:
        if not self.sizes:
            return Outcome("unknown", "vacuous: no times within the horizon satisfy the hypotheses")
        for world in worlds:
            found = self.search(self.sizes_in(world), world)
            if found and world is not PLAIN:
                found = self.search([s for s in self.sizes if 0 < s.horizon <= 2], world)
            if found:
                return self.refutation(found)
        if not self.tested:
            return Outcome(
                "unknown", self.obstacle or "vacuous: no model was found that satisfies the hypotheses"
            )
        if self.search([s for s in self.sizes if s.horizon == 0], PLAIN):
            return self.report(
                "unknown", "false at horizon 0, and not seen to fail on longer ones; say 1 <= T"
            )
        self.tested.sort()
        if self.trivial():
            return self.report("unknown", "both sides are zero on every model: nothing was tested")
        return self.with_zeros() or self.report("holds", "")

    def report(self, verdict: str, reason: str) -> Outcome:
        sizes = tuple((s.states, s.actions, s.horizon) for s in self.tested)
        return Outcome(verdict, reason, sizes, self.points, self.error_bound())

    # search

    def sizes_in(self, world: World) -> list[Size]:
        """The sizes to search in a class of models: of layered ones one, where the hypotheses allow zeros."""
        sizes, claim = [s for s in self.sizes if s.horizon > 0], self.claim
        if world is PLAIN:
            return sizes
        laws = {f for p in claim.processes for f in (p.initial, p.transition)}
        free_laws = all(isinstance(f, Letter) and key_of(f) not in claim.positive for f in laws)
        if not (laws and free_laws and claim.cast.states):
            return []
        return [s for s in sizes if s.states <= 2 and s.actions <= 2 and s.horizon <= 2][-1:]

    def search(self, sizes: Sequence[Size], world: World) -> _Found | None:
        """The first size at which the sides differ, with a model."""
        for size in sizes:
            try:
                if found := self.search_at(size, world):
                    return found
            except TooLong as fault:
                self.obstacle = str(fault)
        return None

    def search_at(self, size: Size, world: World) -> _Found | None:
        """A model of one size on which the sides differ."""
        tested, wanted = 0, POINTS if self.numbers is RESIDUES else FRACTIONS
        for attempt in range(SELECTED if self.claim.unsolved else wanted + FRACTIONS):
            try:
                model = self.draw(f"{world.name}/{attempt}", self.source(attempt), size, world)
                if model is None:
                    continue
                if self.differs(model, size, world):
                    return _Found(model, size, world)
            except OutsideTrajectory:
                if size.horizon == 0 or world is not PLAIN:
                    return None  # texts mean at least one step, and every index was tried on plain models
                raise
            except TooLong:
                raise
            except Unevaluable as fault:
                self.obstacle = f"{fault} ({words(size)})"
                continue
            tested += 1
            if tested == wanted:
                break
        self.points += tested
        if tested and world is PLAIN:
            self.tested.append(size)
        return None

    def source(self, attempt: int) -> Source:
        """Where the numbers of an attempt come from."""
        if self.numbers is RESIDUES:
            return RESIDUE
        if self.claim.unsolved and attempt % 4 != 3:
            return SPARSE
        return (POSITIVE, SIGNED)[attempt % 2]

    def draw(
        self,
        label: str,
        source: Source,
        size: Size,
        world: World = PLAIN,
        *,
        fixed: Mapping[str, Any] | None = None,
        others: Mapping[Letter, Source] | None = None,
        numbers: Numbers | None = None,
    ) -> Model | None:
        """A model that satisfies the hypotheses, or None."""
        claim, numbers, rng = self.claim, numbers or self.numbers, Random(f"{self.seed}/{label}/{size}")
        exped = [x for x in claim.exped if x not in claim.plain]
        model = draw(rng, source, world, claim.cast, size, claim.letters, claim.plain, exped, others)
        model = replace(model, reals={**model.reals, **(fixed or {})})
        try:
            model = complete(claim, model, numbers)
            return model if admits(claim, model, size, numbers) else None
        except OutsideTrajectory:
            raise
        except Unevaluable:
            return None

    def differs(self, model: Model, size: Size, world: World = PLAIN) -> bool:
        """Whether the sides certainly differ on a model."""
        if self.numbers is not BALLS:
            return difference(self.claim, model, size, self.numbers, world) is not None
        return any(self._differs_at(p, model, size, world) for p in PRECISIONS)

    def _differs_at(self, precision: int, model: Model, size: Size, world: World) -> bool:
        with ctx.workprec(precision):
            return difference(self.claim, model, size, BALLS, world) is not None

    # support

    def error_bound(self) -> Fraction | str:
        if self.numbers is BALLS:
            return f"agrees to {self.digits()} digits"
        if self.numbers is RATIONALS:
            return "equal at random fractions"
        equation, sizes = self.claim.equation, self.tested
        elements = max(self.claim.largest_listed, *(max(s.states, s.actions) for s in sizes))
        horizon = max(s.horizon for s in sizes)
        (a, b), (c, d) = (degree(side, elements, horizon) for side in (equation.lhs, equation.rhs))
        return min(Fraction(1), Fraction(max(a + d, b + c), SAMPLES)) ** POINTS

    def digits(self) -> int:
        """To how many digits the two sides agree, on random models of the largest size."""
        found, size, program = 10_000, self.tested[-1], self.claim.program
        with ctx.workprec(PRECISIONS[-1]):
            for attempt in range(FRACTIONS):
                model = self.draw(f"digits/{attempt}", POSITIVE, size)
                if model is None:
                    continue
                env = program.env(model, BALLS)
                for _ in places(self.claim, program, env, model, size):
                    lhs, rhs = (run(f, env) for f in program.functions)
                    gap = arb((lhs - rhs).abs_upper())
                    found = min(
                        found,
                        int(-(gap.log() / arb(10).log()).mid().floor().unique_fmpz()) if gap > 0 else found,
                    )
        return max(0, min(found, PRECISIONS[-1] * 3 // 10))

    def trivial(self) -> bool:
        """Whether both sides vanish on every model, and so does everything that they sum."""
        equation, claim = self.claim.equation, self.claim
        sides = [compiled((side,), True) for side in (equation.lhs, equation.rhs) if side != 0]
        touched = [False] * len(sides)
        for size in reversed(self.tested):
            model = self.draw("trivial", self.source(0), size)
            if model is None:
                continue
            for n, program in enumerate(sides):
                env = program.env(model, self.numbers)
                for _ in places(claim, program, env, model, size):
                    if not same(run(program.functions[0], env), env.zero):
                        return False
                touched[n] = touched[n] or env.touched
            if touched and all(touched):
                return False
        return True

    def with_zeros(self) -> Outcome | None:
        """A verdict from distributions with zero entries, where they are allowed and matter."""
        fewest = max(2, min(s.actions for s in self.tested))
        sizes = [s for s in self.tested if s.actions <= fewest and s.horizon > 0]
        for letter in self.claim.letters:
            if not letter.pmf or key_of(letter) in self.claim.positive:
                continue
            needed = f"{GREEK.get(letter.name, letter.name)} > 0"
            try:
                if any(self.differs_with_zeros(letter, size) for size in sizes[-2:]):
                    found = next(f for size in sizes if (f := self.differs_with_zeros(letter, size)))
                    return self.refutation(found, needed)
            except Unevaluable as fault:
                return self.report("unknown", f"needs {needed}: {fault}")
        return None

    def differs_with_zeros(self, letter: Letter, size: Size) -> _Found | None:
        """A model on which a distribution has zero entries and the sides differ."""
        numbers = RATIONALS if self.numbers is RESIDUES else self.numbers
        for attempt in range(4):
            others = {letter: (VANISHING, SPARSE)[attempt % 2]}
            model = self.draw(f"zeros/{attempt}", POSITIVE, size, others=others, numbers=numbers)
            if model and difference(self.claim, model, size, numbers):
                return _Found(model, size)
        return None

    # refutation

    def refutation(self, found: _Found, true_if: str | None = None) -> Outcome:
        """The verdict with a counterexample, as simple as it can be made."""
        claim, size, world = self.claim, found.size, found.world
        numbers = RATIONALS if self.numbers is RESIDUES else self.numbers
        model = found.model if self.numbers is not RESIDUES or true_if else self.in_fractions(found)
        first = difference(claim, model, size, numbers, world) if model else None
        if model is None or first is None:
            return self.report(
                "unknown", f"false with {words(size)}, but no small model was found to show it"
            )
        place, policies = first.place, [f for f in claim.policies if _positive(model, f)]
        sure = difference_at(claim, model, numbers, place, claim.paths) is not None
        possible = claim.paths if sure else claim.possible

        def still(candidate: Model) -> bool:
            if not world.has(claim.cast, size, candidate, claim.letters):
                return False
            if not all(_positive(candidate, f) for f in policies):
                return False  # what is false for positive policies is shown with such policies
            try:
                ready = complete(claim, candidate, numbers)
                differ = difference_at(claim, ready, numbers, place, possible) is not None
                return differ and admits(claim, ready, size, numbers)
            except Unevaluable:
                return False

        small = complete(claim, shrink(model, letters_left(claim), still), numbers)
        last = difference_at(claim, small, numbers, place)
        if last is None:
            return self.report("unknown", f"false with {words(size)}, but by less than the precision")
        condition = true_if or self.true_if(small)
        example = show(claim, place.on(small), size, last, condition, world.note)
        sizes = ((size.states, size.actions, size.horizon),)
        return Outcome("refuted", "", sizes, self.points + 1, "", example)

    def in_fractions(self, found: _Found) -> Model | None:
        """A model in small fractions at the size where residues differ."""
        for attempt in range(TRIES):
            source = (POSITIVE, SIGNED)[attempt % 2]
            model = self.draw(f"fractions/{attempt}", source, found.size, found.world, numbers=RATIONALS)
            try:
                if model and difference(self.claim, model, found.size, RATIONALS, found.world):
                    return model
            except Unevaluable:
                continue
        return None

    def true_if(self, model: Model) -> str | None:
        """A value of one real symbol at which the claim holds on all models tried."""
        for name, value in model.reals.items():
            for choice in (1, 0):
                if not isinstance(value, LogOf) and value != choice and self.holds_with(name, choice):
                    return f"{GREEK.get(name, name)} = {choice}"
        return None

    def holds_with(self, name: str, choice: int) -> bool:
        fixed = {name: self.numbers.of(choice)}
        for size in self.sizes:
            try:
                model = (
                    self.draw(f"{name}/{choice}", self.source(0), size, fixed=fixed) if size.horizon else None
                )
                if model and self.differs(model, size):
                    return False
            except Unevaluable:
                return False
        return True


def _positive(model: Model, letter: Letter) -> bool:
    return all(v > 0 for v in model.letters[key_of(letter)].values.values())
