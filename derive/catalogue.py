"""The catalogue: each derivation is one file of proofs/, stated first, then proved line by line.

    @derivation(title=…, claim=Equation(…), assuming=[…], source="…")
    def name_of_the_conclusion(start):
        return start.eq(line, by=reason).eq(…)

A derivation is proved when it is first asked for its theorem: the chain must begin with the left side of the claim, end
with the right side, and use every assumption and no other.
"""

from __future__ import annotations

import hashlib
import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from types import ModuleType
from typing import Any

from derive import kernel
from derive.binding import alike, is_random, subterms
from derive.calc import Lemma, Proof, Start, explain
from derive.context import Context
from derive.errors import DeriveError, WrongClaim, WrongLine, unknown_name
from derive.kernel import Theorem
from derive.printing import text
from derive.terms import AtMost, Equation, Hypothesis, Log, Statement
from derive.timeline import as_linear, needed
from derive.wire import encode


@dataclass(frozen=True)
class Falsehood:
    """What people write instead, and why it is false, in words; under the claim's assumptions unless it has its own."""

    claim: Statement
    words: str
    assuming: tuple[Hypothesis, ...] = ()


@dataclass(frozen=True)
class Cited:
    """A statement that is admitted without proof: an axiom beyond the laws, with where its proof is to be found.

    It is true where its own assumptions are. The falsehood is like it, and false: what the models are able to refute.
    """

    name: str
    claim: Statement
    assuming: tuple[Hypothesis, ...]
    source: str
    falsehood: Falsehood


@dataclass(frozen=True)
class Derivation:
    """A statement with its assumptions and source, the lines that prove it, and the world of its worked example.

    `admitting` are the axioms beyond the laws that the lines may use; they are counted wherever the theorem is shown.
    """

    name: str
    title: str
    claim: Statement
    assuming: tuple[Hypothesis, ...]
    source: str
    build: Callable[[Start], Proof]
    falsehood: Falsehood
    world: str
    defining: tuple[Equation, ...] = ()
    admitting: tuple[Cited, ...] = ()

    @property
    def given(self) -> tuple[Hypothesis, ...]:
        """What the lines may use: the assumptions, and what is admitted."""
        return *self.assuming, *(axiom.claim for axiom in self.admitting)

    @cached_property
    def proof(self) -> Proof:
        """The lines. Raises WrongLine at the first that its reason does not give."""
        try:
            return self.build(Start(self.claim, self.given))
        except WrongLine:
            raise
        except DeriveError as fault:
            raise WrongLine(f"{self.name}: {explain(fault)}") from fault

    @cached_property
    def theorem(self) -> Theorem:
        """assuming, admitting ⊢ claim. Raises WrongClaim where the lines prove something else, or assume otherwise."""
        if self.claim in self.given:
            raise WrongClaim(f"{self.name}: the claim is assumed or admitted, and nothing is left to prove")
        theorem = self.proof.theorem
        if theorem.relation != self.claim.relation:
            shown = f"{theorem.relation!r}, the claim says {self.claim.relation!r}"
            raise WrongClaim(f"{self.name}: the lines prove {shown}")
        for side, found, wanted in (
            ("begin", theorem.lhs, self.claim.lhs),
            ("end", theorem.rhs, self.claim.rhs),
        ):
            if not alike(found, wanted):
                raise WrongClaim(f"{self.name}: the lines {side} with {text(found)}, the claim with {text(wanted)}")
        meant = _for_meaning(self.claim, self.assuming)
        meant |= {h for axiom in self.admitting if axiom.claim in theorem.hypotheses for h in axiom.assuming}
        _same_hypotheses(self.name, theorem.hypotheses, self.given, meant)
        self._may_admit()
        return kernel.weaken(theorem, self.given)

    def _may_admit(self) -> None:
        for axiom in self.admitting:
            lacking = [h for h in axiom.assuming if h not in self.assuming]
            if lacking:
                shown = ", ".join(map(text, lacking))
                raise WrongClaim(f"{self.name}: {axiom.name} is true where {shown}; add that to `assuming`")

    @property
    def rests_on(self) -> tuple[str, ...]:
        """The derivations that the lines name as reasons, in the order of their first use."""
        reasons = (r for block in self.proof.blocks for line in block.lines for r in line.reasons)
        named = (r.name for r in reasons if isinstance(r, Lemma) and r.name in _COLLECTED)
        return tuple(dict.fromkeys(named))

    @property
    def lemma(self) -> Lemma:
        """This derivation as a reason in another."""
        return Lemma(self.theorem, self.name, self.title[0].lower() + self.title[1:])

    @property
    def fingerprint(self) -> str:
        """A short digest of the statement, its assumptions and every line with its reason."""
        lines = [(encode(line.term), line.rule) for block in self.proof.blocks for line in block.lines]
        whole = (encode(self.claim), sorted(map(str, map(encode, self.given))), lines)
        return hashlib.sha256(repr(whole).encode()).hexdigest()[:16]


def _for_meaning(claim: Statement, assumed: tuple[Hypothesis, ...]) -> set[Hypothesis]:
    """The assumptions without which a logarithm of the claim has no value, or a time is not on the trajectory."""
    context = Context(assumed)
    if is_random(claim.lhs) or is_random(claim.rhs):
        context.used |= {h for h in assumed if isinstance(h, AtMost)}
    for side in (claim.lhs, claim.rhs):
        for node in subterms(side):
            if isinstance(node, Log):
                with suppress(DeriveError):
                    context.positive(node.body)
    return context.used


def _same_hypotheses(
    name: str, used: Iterable[Hypothesis], assumed: tuple[Hypothesis, ...], meant: set[Hypothesis]
) -> None:
    for hypothesis in used:
        if hypothesis in assumed:
            continue
        facts = [h for h in assumed if isinstance(h, AtMost)]
        if not isinstance(hypothesis, AtMost) or needed(facts, (), as_linear(hypothesis)) is None:
            raise WrongClaim(f"{name}: the lines use {text(hypothesis)}, which is not assumed; add it to `assuming`")
    leaned = _leaned_on(used, assumed) | meant
    superfluous = [h for h in assumed if h not in leaned]
    if superfluous:
        shown = ", ".join(map(text, superfluous))
        raise WrongClaim(f"{name}: {shown} is assumed and never used; take it out of `assuming`")


def _leaned_on(used: Iterable[Hypothesis], assumed: tuple[Hypothesis, ...]) -> set[Hypothesis]:
    leaned: set[Hypothesis] = set()
    facts = [h for h in assumed if isinstance(h, AtMost)]
    for hypothesis in used:
        leaned.update((hypothesis,) if hypothesis in assumed else needed(facts, (), as_linear(hypothesis)) or ())  # type: ignore[arg-type]
    return leaned


_COLLECTED: dict[str, Derivation] = {}


def derivation(
    *,
    title: str,
    claim: Statement,
    assuming: Iterable[Hypothesis] = (),
    source: str,
    falsehood: Falsehood,
    world: str,
    defining: Iterable[Equation] = (),
    admitting: Iterable[Cited] = (),
) -> Callable[[Callable[[Start], Proof]], Derivation]:
    """Enter a derivation under its function's name; a name is entered once."""

    given = tuple(assuming)

    def enter(build: Callable[[Start], Proof]) -> Derivation:
        name = build.__name__
        if name in _COLLECTED:
            raise WrongClaim(f"there is a derivation named {name} already; a name is entered once")
        variant = replace(falsehood, assuming=falsehood.assuming or given)
        admitted = tuple(admitting)
        made = Derivation(name, title, claim, given, source, build, variant, world, tuple(defining), admitted)
        _COLLECTED[name] = made
        return made

    return enter


@dataclass(frozen=True)
class Catalogue:
    """All derivations of a package, in the order of their files, and the files that did not load."""

    derivations: Mapping[str, Derivation]
    faults: Mapping[str, str]

    def named(self, names: Iterable[str]) -> list[Derivation]:
        """The derivations of these names, or all when there are none. Raises UnknownName with the nearest."""
        chosen = list(names) or list(self.derivations)
        for name in chosen:
            if name not in self.derivations:
                raise unknown_name("derivation", name, self.derivations)
        return [self.derivations[name] for name in chosen]


def load(package: ModuleType) -> Catalogue:
    """Import every file of a package; one that fails is named with its fault, and the rest still loads."""
    found: dict[str, Derivation] = {}
    faults: dict[str, str] = {}
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
        try:
            loaded: Any = importlib.import_module(f"{package.__name__}.{module.name}")
        except Exception as fault:
            faults[module.name] = f"{type(fault).__name__}: {fault}"
            continue
        own = (v for v in vars(loaded).values() if isinstance(v, Derivation) and v.build.__module__ == loaded.__name__)
        found.update((d.name, d) for d in own)
    return Catalogue(found, faults)
