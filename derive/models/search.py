"""Looking for a model on which a claim is false: size by size, class by class, with numbers of one kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from derive.errors import Unevaluable
from derive.models.claims import Claim
from derive.models.comparison import admits, complete, difference
from derive.models.counterexample import words
from derive.models.draw import PLAIN, Size, World, draw
from derive.models.environment import OutsideTrajectory, TooLong
from derive.models.interpretation import Model, key_of
from derive.models.numbers import RATIONALS, RESIDUES, Numbers
from derive.models.sources import EXTREME, POSITIVE, RESIDUE, SIGNED, SPARSE, VANISHING, Source
from derive.terms import Letter

POINTS = 2  # independent random residues at every size
SMOOTH = 3  # random models in fractions at every size, where log, exp and roots of them have values
FRACTIONS = 12  # the same, where numbers are compared, so that a difference may show on some models only
ORDERED = 32  # random models in fractions at every size for an inequality
TRIES = 40  # models in small fractions drawn at a size where residues differ
SELECTED = 400  # models drawn to satisfy an equation that does not define anything


@dataclass(frozen=True)
class Found:
    """A model on which the sides differ."""

    model: Model
    size: Size
    world: World = PLAIN


class Search:
    """One claim, the sizes at which it means something, and what has been tested so far."""

    def __init__(self, claim: Claim, sizes: Sequence[Size], seed: int) -> None:
        self.claim, self.seed, self.numbers = claim, seed, claim.numbers
        self.exact: Numbers = RATIONALS if self.numbers is RESIDUES else self.numbers  # numbers to be shown
        self.sizes = [s for s in sizes if claim.indices(s.horizon)]
        self.tested: list[Size] = []
        self.points = 0
        self.obstacle = ""  # why a model could not be evaluated

    def copy(self) -> Search:
        """The same search, to be gone on with."""
        other = copy(self)
        other.tested = list(self.tested)
        return other

    def sizes_in(self, world: World) -> list[Size]:
        """The sizes to search in a class of models; none of layered ones where hypotheses forbid zeros."""
        sizes, claim = [s for s in self.sizes if s.horizon > 0], self.claim
        if world is PLAIN:
            return sizes
        if claim.always:  # what is always true is not of one time: the process is recurrent
            return []
        laws = {f for p in claim.processes for f in (p.initial, p.transition)}
        free_laws = all(isinstance(f, Letter) and key_of(f) not in claim.positive for f in laws)
        if not (laws and free_laws and claim.cast.states):
            return []
        return [s for s in sizes if s.states <= 2 and s.actions <= 2 and s.horizon <= 2]

    def first(self, sizes: Sequence[Size], world: World = PLAIN) -> Found | None:
        """The first size at which the sides differ, with a model."""
        for size in sizes:
            try:
                if found := self.at(size, world):
                    return found
            except TooLong as fault:
                self.obstacle = str(fault)
        return None

    def at(self, size: Size, world: World) -> Found | None:
        """A model of one size on which the sides differ."""
        tested, wanted = 0, self._wanted(world)
        for attempt in range(SELECTED if self.claim.unsolved else wanted + FRACTIONS):
            try:
                model = self.draw(f"{world.name}/{attempt}", self._source(attempt), size, world)
                if model is None:
                    continue
                if self.differs(model, size, world):
                    return Found(model, size, world)
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

    def _wanted(self, world: World) -> int:
        """How many models of one size are tested."""
        if self.claim.is_order:
            return ORDERED
        if self.numbers is RESIDUES or world is not PLAIN:
            return POINTS
        return SMOOTH if self.claim.smooth else FRACTIONS

    def _source(self, attempt: int) -> Source:
        if self.numbers is RESIDUES:
            return RESIDUE
        if self.claim.is_order:
            return (POSITIVE, SIGNED, EXTREME, SPARSE)[attempt % 4]
        if self.claim.unsolved and attempt % 4 != 3:
            return SPARSE
        return (POSITIVE, SIGNED)[attempt % 2]

    def draw(
        self,
        label: str,
        source: Source | None,
        size: Size,
        world: World = PLAIN,
        *,
        fixed: Mapping[str, Any] | None = None,
        others: Mapping[str, Source] | None = None,
        numbers: Numbers | None = None,
    ) -> Model | None:
        """A model that satisfies the hypotheses, or None; the same for the same label."""
        claim, numbers, rng = self.claim, numbers or self.numbers, Random(f"{self.seed}/{label}/{size}")
        source = source or self._source(0)
        others = self._sources(source) | dict(others or {}) if numbers is not RESIDUES else {}
        exped = [x for x in claim.exped if x not in claim.plain]
        model = draw(rng, source, world, claim.cast, size, claim.letters, claim.plain, exped, others)
        model = replace(model, reals={**model.reals, **(fixed or {})})
        try:
            model = complete(claim, model, numbers)
            return model if admits(claim, model, size, numbers) else None
        except OutsideTrajectory:
            raise
        except Unevaluable as fault:
            self.obstacle = f"{fault} ({words(size)})"
            return None

    def _sources(self, source: Source) -> dict[str, Source]:
        """Sources of the letters and reals that hypotheses call positive or bounded."""
        whole = POSITIVE if source in (SPARSE, VANISHING) else source
        found = {key_of(f): whole for f in self.claim.letters if key_of(f) in self.claim.positive}
        return found | {name: source.within(*ends) for name, ends in self.claim.bounds.items()}

    def differs(self, model: Model, size: Size, world: World = PLAIN) -> bool:
        """Whether the sides certainly differ on a model."""
        return difference(self.claim, model, size, self.numbers, world) is not None

    def in_fractions(self, found: Found) -> Model | None:
        """A model in small fractions at a size where the sides differ."""
        if self.numbers is not RESIDUES:
            return found.model
        for attempt in range(TRIES):
            source = (POSITIVE, SIGNED)[attempt % 2]
            model = self.draw(f"fractions/{attempt}", source, found.size, found.world, numbers=RATIONALS)
            try:
                if model and difference(self.claim, model, found.size, RATIONALS, found.world):
                    return model
            except Unevaluable:
                continue
        return None

    def with_zeros(self, letter: Letter) -> Found | None:
        """The smallest model on which a distribution has zero entries and the sides differ."""
        fewest = max(2, min(s.actions for s in self.tested))
        sizes = [s for s in self.tested if s.actions <= fewest and s.horizon > 0]
        if not any(self._with_zeros_at(letter, size) for size in sizes[-2:]):
            return None
        return next(found for size in sizes if (found := self._with_zeros_at(letter, size)))

    def _with_zeros_at(self, letter: Letter, size: Size) -> Found | None:
        for attempt in range(4):
            others = {key_of(letter): (VANISHING, SPARSE)[attempt % 2]}
            model = self.draw(f"zeros/{attempt}", POSITIVE, size, others=others, numbers=self.exact)
            if model and difference(self.claim, model, size, self.exact):
                return Found(model, size)
        return None

    def holds_with(self, name: str, choice: int) -> bool:
        """Whether the claim holds on all models tried when one real has a value."""
        fixed, tested = {name: self.numbers.of(choice)}, False
        for size in self.sizes:
            try:
                model = self.draw(f"{name}/{choice}", None, size, fixed=fixed) if size.horizon else None
                if model and self.differs(model, size):
                    return False
                tested = tested or model is not None
            except Unevaluable:
                return False
        return tested
