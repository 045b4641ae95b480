"""decide(claim, hypotheses) -> Outcome: an identity on all finite models of given sizes, or the smallest counterexample.

* holds    both sides are equal at independent random residues modulo 2^61 - 1, at every size. Two rational functions
           that differ agree at one such point with probability at most degree / prime (Schwartz-Zippel), with the
           degree bounded from the form of the claim (derive/degree.py); the bound printed is its power over the points
           of one size. Where numbers are compared (min, max) the points are random fractions and no bound is known.
           Where log, exp or a root has a value both sides are balls: they agree to the digits that are printed.
* refuted  a model in small fractions on which every hypothesis is true and the sides differ, as simple as it was found
* unknown  everything else, with the reason. Both sides zero on every model is unknown, unless summands inside are not
           zero: then that they cancel is what the claim says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random
from typing import Any

from flint import arb, ctx, fmpq

from derive.claims import Claim, Difference
from derive.environment import OutsideTrajectory, TooLong
from derive.degree import degree
from derive.draw import LAYERED, PLAIN, POSITIVE, RESIDUE, SIGNED, SPARSE, Size, Source, World, draw
from derive.errors import IllFormed, Refused, Unevaluable
from derive.interpretation import LogOf, Model, key_of
from derive.models import compiled, run
from derive.numbers import BALLS, PRIME, RATIONALS, RESIDUES, Numbers, as_fraction, as_rational
from derive.shrink import shrink
from derive.terms import Equation, Hypothesis

POINTS = 2  # independent random points at every size
TRIES = 40  # small rational models drawn at a size where the sides differ
FILTERED = 400  # sparse models drawn to satisfy an equation that cannot be solved
PRECISIONS = (128, 512)
GREEK = {
    "gamma": "γ",
    "lambda": "λ",
    "theta": "θ",
    "pi": "π",
    "rho_0": "ρ_0",
    "mu": "μ",
    "alpha": "α",
    "beta": "β",
}


@dataclass(frozen=True)
class Counterexample:
    """A model on which the two sides differ, and what they are there."""

    states: int
    actions: int
    horizon: int
    model: Model
    lhs: str
    rhs: str
    assignment: Mapping[str, str]
    true_if: str | None
    text: str


@dataclass(frozen=True)
class Outcome:
    """What testing a claim on finite models gave."""

    verdict: str
    reason: str = ""
    sizes: tuple[tuple[int, int, int], ...] = ()
    points: int = 0
    error_bound: Fraction | str = ""
    counterexample: Counterexample | None = None

    def __post_init__(self) -> None:
        if self.verdict not in ("holds", "refuted", "unknown"):
            raise Unevaluable(f"a verdict is 'holds', 'refuted' or 'unknown', not {self.verdict!r}")
        if (self.verdict == "refuted") != (self.counterexample is not None):
            raise Unevaluable("a refutation has a counterexample, and nothing else has one")


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
        return _Trial(ready, sizes, seed, stationary_only).outcome()
    except (Unevaluable, IllFormed, Refused) as fault:
        return Outcome("unknown", str(fault))


@dataclass(frozen=True)
class _Found:
    model: Model
    size: Size
    world: World
    numbers: Numbers


class _Trial:
    """One claim on its way to a verdict."""

    def __init__(self, claim: Claim, sizes: Sequence[Size], seed: int, stationary_only: bool) -> None:
        self.claim, self.sizes, self.seed, self.stationary_only = claim, sizes, seed, stationary_only
        exact = claim.numbers is RESIDUES and not claim.unsolved
        self.numbers = RESIDUES if exact else BALLS if claim.numbers is BALLS else RATIONALS
        self.points, self.radius = 0, arb(0)
        self.tested: list[Size] = []
        self.skipped: list[str] = []

    def outcome(self) -> Outcome:
        sizes = [s for s in self.sizes if self.claim.indices(s)]
        if not sizes:
            return Outcome("unknown", "vacuous: no times within the horizon satisfy the hypotheses")
        positive = [s for s in sizes if s.horizon > 0] or sizes
        found = self.search(positive, PLAIN)
        if found is None and not self.stationary_only:
            found = self.search(self.layered_sizes(positive), LAYERED)
        if found is not None:
            return self.refutation(found)
        if not self.tested:
            return Outcome(
                "unknown", self.skipped[0] if self.skipped else "no model satisfies the hypotheses"
            )
        if (at_zero := self.search([s for s in sizes if s.horizon == 0], PLAIN)) is not None:
            return self.support("unknown", f"false at horizon {at_zero.size.horizon}; true on longer ones")
        if self.trivial():
            return self.support("unknown", "both sides are zero on every model: nothing was tested")
        return self.with_zeros() or self.support("holds", "")

    def support(self, verdict: str, reason: str) -> Outcome:
        sizes = tuple((s.states, s.actions, s.horizon) for s in self.tested)
        return Outcome(verdict, reason, sizes, self.points, self.error_bound())

    # -- search ------------------------------------------------------------------------------------------------

    def search(self, sizes: Sequence[Size], world: World) -> _Found | None:
        """The first size at which the sides differ, with a model."""
        for size in sizes:
            try:
                found = self.at_size(size, world)
            except TooLong as fault:
                self.skipped.append(str(fault))
                continue
            if found is not None:
                return found
        return None

    def at_size(self, size: Size, world: World) -> _Found | None:
        tested, wanted = 0, POINTS if self.numbers is RESIDUES else 4 * POINTS
        for attempt in range(FILTERED if self.claim.unsolved else wanted + 4):
            rng = Random(f"{self.seed}/{world.name}/{size}/{attempt}")
            model = self.draw(rng, self.source(attempt), size, world)
            try:
                found = model and self.differs(model, size, world)
            except OutsideTrajectory:
                if size.horizon == 0 or world is LAYERED:
                    return None
                raise
            except TooLong:
                raise
            except Unevaluable as fault:
                self.skipped.append(f"{fault} (on the models with {_words(size)})")
                continue
            if found:
                return _Found(found, size, world, self.numbers)
            tested += model is not None
            if tested == wanted:
                break
        if tested and world is PLAIN:
            self.tested.append(size)
        self.points += tested
        return None

    def source(self, attempt: int) -> Source:
        if self.numbers is RESIDUES:
            return RESIDUE
        if self.claim.unsolved and attempt % 4 != 3:
            return SPARSE
        return (POSITIVE, SIGNED)[attempt % 2]

    def draw(
        self,
        rng: Random,
        source: Source,
        size: Size,
        world: World,
        numbers: Numbers | None = None,
        zeros: Any = None,
    ) -> Model | None:
        """A model that satisfies the hypotheses, or None."""
        numbers = numbers or self.numbers
        c = self.claim
        exped = [x for x in c.exped if x not in c.plain]
        model = draw(rng, source, world, c.cast, size, c.letters, c.plain, exped, zeros)
        try:
            model = c.complete(model, numbers)
            return model if c.admits(model, size, numbers) else None
        except Unevaluable:
            return None

    def differs(self, model: Model, size: Size, world: World) -> Model | None:
        """The model, if the sides certainly differ on it."""
        if self.numbers is not BALLS:
            return model if self.claim.difference(model, size, self.numbers, world) else None
        for precision in PRECISIONS:
            with ctx.workprec(precision):
                if self.claim.difference(model, size, BALLS, world):
                    return model
        return None

    def layered_sizes(self, sizes: Sequence[Size]) -> list[Size]:
        """Small layered processes, where transitions and initial law may have zeros and are letters."""
        c = self.claim
        fixed = {key_of(f) for f in (*c.cast.initial, *c.cast.transition)}
        processes = c.processes and all(
            p.initial in c.cast.initial and p.transition in c.cast.transition for p in c.processes
        )
        if not processes or c.positive & fixed:
            return []
        return [
            s
            for s in sizes
            if s.states == min(2, max(t.states for t in sizes)) and s.actions == 2 and s.horizon == 2
        ]

    # -- verdicts ----------------------------------------------------------------------------------------------

    def error_bound(self) -> Fraction | str:
        if self.numbers is BALLS:
            digits = self.digits()
            return f"agrees to {digits} digits"
        if self.numbers is RATIONALS:
            return "equal at random fractions"
        worst = 0
        for size in self.tested:
            elements = max(
                size.states, size.actions, *(len(d.elements or ()) for d in self.claim.program.domains), 1
            )
            e = self.claim.equation
            a, b = degree(e.lhs, elements, size.horizon)
            c, d = degree(e.rhs, elements, size.horizon)
            worst = max(worst, a + d, b + c)
        return min(Fraction(1), Fraction(worst, PRIME)) ** POINTS

    def digits(self) -> int:
        """How many digits the two sides share on a random model of the largest size."""
        size, worst = self.tested[-1], 10_000
        for attempt in range(8):
            model = self.draw(Random(f"{self.seed}/digits/{attempt}"), POSITIVE, size, PLAIN)
            if model is None:
                continue
            with ctx.workprec(PRECISIONS[-1]):
                env = self.claim.program.env(model, BALLS)
                for _ in self.claim.places(self.claim.program, env, model, size, PLAIN):
                    try:
                        lhs, rhs = (run(f, env) for f in self.claim.program.functions)
                    except Unevaluable:
                        continue
                    gap = (lhs - rhs).abs_upper()
                    worst = min(worst, int(-float(gap.log() / arb(10).log())) if gap > 0 else worst)
        return worst if worst < 10_000 else 0

    def trivial(self) -> bool:
        """Whether both sides vanish on every model, and so does everything that they sum."""
        c, size = self.claim, self.tested[-1]
        e = c.equation
        watched = [compiled((side,), True) for side in (e.lhs, e.rhs) if side != 0]
        touched = [False] * len(watched)
        for size in reversed(self.tested):
            model = self.draw(Random(f"{self.seed}/watch"), self.source(0), size, PLAIN)
            if model is None:
                continue
            for n, program in enumerate(watched):
                env = program.env(model, self.numbers)
                for _ in c.places(program, env, model, size, PLAIN):
                    if not same_zero(run(program.functions[0], env)):
                        return False
                    if env.touched:
                        touched[n] = True
                        break
            if touched and all(touched):
                return False
        return True

    def with_zeros(self) -> Outcome | None:
        """Distributions with zero entries, where no hypothesis forbids them."""
        for letter in self.claim.letters:
            if not letter.pmf or key_of(letter) in self.claim.positive:
                continue
            name = GREEK.get(letter.name, letter.name)
            for size in self.zero_sizes():
                for attempt in range(6):
                    rng = Random(f"{self.seed}/zeros/{letter.name}/{attempt}")
                    numbers = RATIONALS if self.numbers is RESIDUES else self.numbers
                    model = self.draw(rng, POSITIVE, size, PLAIN, numbers, {letter: SPARSE})
                    if model is None:
                        continue
                    try:
                        different = self.claim.difference(model, size, numbers, PLAIN)
                    except Unevaluable as fault:
                        return self.support("unknown", f"needs {name} > 0: {fault}")
                    if different:
                        return self.refutation(_Found(model, size, PLAIN, numbers), f"{name} > 0")
        return None

    def zero_sizes(self) -> list[Size]:
        return [s for s in self.tested if s.states <= 2 and s.actions == min(2, self.tested[-1].actions)][-2:]

    def refutation(self, found: _Found, true_if: str | None = None) -> Outcome:
        numbers = RATIONALS if found.numbers is RESIDUES else found.numbers
        model = self.rational(found) if found.numbers is RESIDUES else found.model
        if model is None:
            return self.support(
                "unknown", f"differs modulo 2^61 - 1 with {_words(found.size)}; no small model was found"
            )
        size, world, claim = found.size, found.world, self.claim
        first = claim.difference(model, size, numbers, world)
        if first is None:
            return self.support("unknown", "the sides differ by less than the precision")

        def still(candidate: Model) -> bool:
            try:
                ready = claim.complete(candidate, numbers)
                return claim.admits(ready, size, numbers) and bool(
                    claim.difference(ready, size, numbers, world, first.place)
                )
            except Unevaluable:
                return False

        free_letters = [
            f
            for f in claim.letters
            if key_of(f) not in {key_of(t.letter) for t, _ in claim.definitions if hasattr(t, "letter")}
        ]
        small = claim.complete(shrink(model, free_letters, still), numbers)
        final = claim.difference(small, size, numbers, world, first.place)
        assert final is not None
        condition = true_if or self.true_if(found, claim.at(small, first.place))
        example = _counterexample(claim, claim.at(small, final.place), size, final, condition)
        return Outcome("refuted", "", (tuple(vars(size).values()),), self.points + 1, "", example)  # type: ignore[arg-type]

    def rational(self, found: _Found) -> Model | None:
        """A model in small fractions at the size where residues differ."""
        for attempt in range(TRIES):
            rng = Random(f"{self.seed}/rational/{attempt}")
            source = (POSITIVE, SIGNED)[attempt % 2]
            model = self.draw(rng, source, found.size, found.world, RATIONALS)
            try:
                if model and self.claim.difference(model, found.size, RATIONALS, found.world):
                    return model
            except Unevaluable:
                continue
        return None

    def true_if(self, found: _Found, model: Model) -> str | None:
        """A value of one real symbol at which the claim holds on all models tried."""
        for name, value in model.reals.items():
            if isinstance(value, LogOf):
                continue
            for choice in (1, 0):
                if value != choice and self.holds_with(name, choice):
                    return f"{GREEK.get(name, name)} = {choice}"
        return None

    def holds_with(self, name: str, choice: int) -> bool:
        numbers = RESIDUES if self.numbers is RESIDUES else self.numbers
        for size in self.sizes:
            if size.horizon == 0 or not self.claim.indices(size):
                continue
            model = self.draw(Random(f"{self.seed}/{name}/{choice}"), self.source(0), size, PLAIN, numbers)
            if model is None:
                continue
            fixed = replace(model, reals={**model.reals, name: numbers.of(fmpq(choice))})
            try:
                fixed = self.claim.complete(fixed, numbers)
                if self.claim.difference(fixed, size, numbers, PLAIN):
                    return False
            except Unevaluable:
                return False
        return True


def same_zero(value: Any) -> bool:
    return bool(value.overlaps(arb(0))) if isinstance(value, arb) else bool(value == 0)


def _words(size: Size) -> str:
    def count(n: int, what: str) -> str:
        return f"{n} {what}" + ("" if n == 1 else "s")

    return f"{count(size.states, 'state')}, {count(size.actions, 'action')}, horizon {size.horizon}"


# -- how a counterexample is shown -------------------------------------------------------------------------------


def _counterexample(
    claim: Claim, model: Model, size: Size, found: Difference, true_if: str | None
) -> Counterexample:
    assignment = _assignment(claim, model)
    lhs, rhs = _shown(found.lhs), _shown(found.rhs)
    lines = [_words(size)]
    lines += [f"  {name} = {value}" for name, value in assignment.items()]
    lines += [f"  left side  = {lhs}", f"  right side = {rhs}"]
    lines += [f"  true if {true_if}"] if true_if else []
    return Counterexample(
        size.states, size.actions, size.horizon, model, lhs, rhs, assignment, true_if, "\n".join(lines)
    )


def _assignment(claim: Claim, model: Model) -> dict[str, str]:
    """Every value that is not zero, by name."""
    found: dict[str, str] = {}
    found |= {name: str(v) for name, v in sorted(model.indices.items())}
    found |= {name: str(v) for name, v in sorted(model.elements.items())}
    if model.trajectory is not None:
        states, actions = model.trajectory
        found |= {f"s_{i}": str(x) for i, x in enumerate(states)} | {
            f"a_{i}": str(x) for i, x in enumerate(actions)
        }
    for name, value in sorted(model.reals.items()):
        found[name] = (
            f"log {as_fraction(value.argument)}" if isinstance(value, LogOf) else str(as_fraction(value))
        )
    for letter in claim.letters:
        table = model.letters[key_of(letter)]
        for k, v in sorted(table.values.items()):
            if v != 0:
                found[_entry(letter.name, k, letter.pmf)] = str(as_fraction(v))
        for k, v in sorted(table.tangents.items()):
            if v != 0:
                found["∇" + _entry(letter.name, k, letter.pmf)] = str(as_fraction(v))
    return found


def _entry(name: str, key: tuple[int, ...], pmf: bool) -> str:
    bar = "|" if pmf and len(key) > 1 else "," if len(key) > 1 else ""
    return f"{name}({key[0] if key else ''}{bar}{','.join(map(str, key[1:]))})"


def _shown(value: Any) -> str:
    if isinstance(value, arb):
        return f"[{value.lower().str(12, radius=False)}, {value.upper().str(12, radius=False)}]"
    return str(as_fraction(as_rational(value) if not isinstance(value, fmpq) else value))
