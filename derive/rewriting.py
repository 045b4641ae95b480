"""Rewriting inside a term: a rule proves `node = node'` for one node; here it is carried to every place.

A rule has `apply(node, given) -> Theorem`, which raises Refused where it does not apply. `given` are the hypotheses
on offer at that place: those of the whole, and the ranges of the sums above. Untrusted: all it makes are
theorems of the kernel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from sympy import Expr

from derive import kernel
from derive.binding import bound_name, drawn, free
from derive.errors import Endless, IllFormed, Refused
from derive.kernel import Theorem, free_in
from derive.terms import (
    AVERAGES_PATHS,
    At,
    AtMost,
    Coincide,
    Equation,
    Gradient,
    Hypothesis,
    Possible,
    Samples,
    TimeProduct,
    TimeSum,
    real_symbol,
)

Given = tuple[Hypothesis, ...]
Conversion = Callable[[Expr, Given], Theorem]
Place = tuple[int, ...]
MAX_STEPS = 2_000
HOLE = real_symbol("□")


class Applicable(Protocol):
    """What can be carried through a term; `outside_in` looks at the outermost place first."""

    @property
    def outside_in(self) -> bool: ...

    def apply(self, node: Expr, given: Given) -> Theorem:
        """⊢ node = node'."""


class Refusals:
    """The last few reasons for which a rule refused, so that an error can tell them."""

    def __init__(self) -> None:
        self.last: list[Exception] = []
        self.idle: list[str] = []  # reasons without which the line follows all the same

    def note(self, refusal: Exception) -> None:
        self.last = [*self.last[-7:], refusal]


def below(node: Expr, index: int, given: Given) -> Given:
    """The hypotheses on offer inside argument `index` of a node."""
    name = bound_name(node)
    if name is not None and index in node.binds[1]:
        given = tuple(h for h in given if name not in free_in(h))
        if isinstance(node, (TimeSum, TimeProduct)):
            ranges = ((node.lower, node.lower, name), (node.upper, name, node.upper))
            given = (*given, *(AtMost(low, high) for end, low, high in ranges if name not in free(end)))
    if isinstance(node, AVERAGES_PATHS):
        given = tuple(h for h in given if not isinstance(h, (Possible, Equation)))
    if isinstance(node, Samples):
        given = tuple(h for h in given if not any(map(drawn, vars(h).values())))
    if isinstance(node, (Gradient, At)):
        given = tuple(h for h in given if not isinstance(h, (Coincide, Equation)))
    return given


def places(node: Expr, given: Given, path: Place = ()) -> Iterator[tuple[Place, Expr, Given]]:
    """Every node that may be rewritten, innermost first, with the hypotheses on offer there."""
    for i, child in enumerate(node.args):
        if _rewritable(node, child):
            yield from places(child, below(node, i, given), (*path, i))
    yield path, node, given


def _rewritable(node: Expr, child: object) -> bool:
    return isinstance(child, Expr) and bool(child.args) and child != bound_name(node)


def _carry(theorem: Theorem, term: Expr, place: Place, given: Given) -> Theorem:
    """⊢ term = term with the node at `place` rewritten (≤, where the theorem about the node is an inequality)."""
    if not place:
        return theorem
    hole = HOLE
    above: list[tuple[Expr, int]] = []
    for i in place:
        above.append((term, i))
        term = term.args[i]
    context: Expr = hole
    for parent, i in reversed(above):
        context = parent.func(*(context if j == i else a for j, a in enumerate(parent.args)))
    rule = kernel.cong if theorem.relation == Equation.relation else kernel.monotone
    return rule(theorem, context, hole, given)


def each_place(term: Expr, rule: Applicable, given: Given, refusals: Refusals | None = None) -> Iterator[Theorem]:
    """⊢ term = term rewritten at one place, for each place where that changes anything."""
    for place, node, here in places(term, given):
        try:
            theorem = _carry(rule.apply(node, here), term, place, given)
        except (Refused, IllFormed) as refusal:
            if refusals is not None:
                refusals.note(refusal)
            continue
        if theorem.rhs != term:
            yield theorem


def everywhere(term: Expr, rule: Applicable, given: Given, refusals: Refusals | None = None) -> Theorem:
    """⊢ term = term rewritten again and again until the rule applies nowhere."""
    return _Sweep(rule, refusals or Refusals()).normal(term, given)


class _Sweep:
    """One rule carried through a term; what is settled below is not looked at twice."""

    def __init__(self, rule: Applicable, refusals: Refusals) -> None:
        self.rule, self.refusals = rule, refusals
        self.settled: set[tuple[Expr, Given]] = set()
        self.steps = 0

    def normal(self, term: Expr, given: Given) -> Theorem:
        theorem = kernel.refl(term)
        while (step := self._step(theorem.rhs, given)) is not None:
            theorem = kernel.trans(theorem, step)
        self.settled.add((theorem.rhs, given))
        return theorem

    def _step(self, node: Expr, given: Given) -> Theorem | None:
        if (node, given) in self.settled:
            return None
        first, then = (self._here, self._inside) if self.rule.outside_in else (self._inside, self._here)
        return first(node, given) or then(node, given)

    def _here(self, node: Expr, given: Given) -> Theorem | None:
        try:
            theorem = self.rule.apply(node, given)
        except (Refused, IllFormed) as refusal:
            self.refusals.note(refusal)
            return None
        if theorem.rhs == node:
            return None
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise Endless("rewriting by {} did not end within {} steps", self.rule, MAX_STEPS)
        return theorem

    def _inside(self, node: Expr, given: Given) -> Theorem | None:
        for i, child in enumerate(node.args):
            if not _rewritable(node, child):
                continue
            changed = self.normal(child, below(node, i, given))
            if changed.rhs == child:
                continue
            try:
                return _carry(changed, node, (i,), given)
            except (Refused, IllFormed) as refusal:
                self.refusals.note(refusal)
        return None
