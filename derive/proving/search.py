"""The ways to a proof, cheap ones first: one form for both sides, their difference to zero, cases. Untrusted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sympy import Expr, Symbol

from derive import kernel
from derive.binding import free, sampled, substitute
from derive.calc import Lemma, as_reasons
from derive.errors import DeriveError, Endless, IllFormed, Refused
from derive.kernel import Theorem
from derive.proving.difference import Leftover, vanishing
from derive.proving.form import APART, DRAWN, LINEAR, OPENED, PRENEX, form_with
from derive.proving.normal import Effort, Normaliser
from derive.proving.order import one_step
from derive.rewriting import HOLE, Given, each_place
from derive.terms import ZERO, Always, AtMost, Equation, Inequality, Statement
from derive.timeline import as_linear

COST = 25  # of one use of an equation, in attempts at a rule


@dataclass(frozen=True)
class Gap:
    """No proof was found: what remains of lhs − rhs, on which ranges of its indices, and why the search ended."""

    rest: Expr | None
    where: tuple[AtMost, ...]
    reason: DeriveError

    def __str__(self) -> str:
        if self.rest is None:
            return str(self.reason)
        ranges = ", ".join(map(str, self.where))
        return f"{self.rest} remains" + (f" for {ranges}" if ranges else "")


def found(claim: Statement, given: Given, lemmas: Sequence[Lemma], effort: int) -> Theorem | Gap:
    """A theorem given ⊢ claim, or what stands between the two sides."""
    left = Effort(effort)
    if isinstance(claim, Inequality):
        try:
            return _under(one_step(claim, given, left), given)
        except (Refused, IllFormed, Endless) as fault:
            return Gap(None, (), fault)
    return _equal(claim, given, lemmas, left)


def _equal(equation: Equation, given: Given, lemmas: Sequence[Lemma], left: Effort) -> Theorem | Gap:
    gap: Gap | None = None
    for way, styles in WAYS:
        for style in styles:
            try:
                return _under(way(equation, given, Searcher(lemmas, style, left)), given)
            except Leftover as leftover:
                if style != LINEAR and (gap is None or gap.rest is None):
                    gap = Gap(leftover.rest, leftover.where, leftover)
            except (Refused, IllFormed, Endless) as fault:
                gap = gap or Gap(None, (), fault)
    return gap or Gap(None, (), Refused("no way leads from {} to {}", equation.lhs, equation.rhs))


def _under(theorem: Theorem, given: Given) -> Theorem:
    """The theorem under hypotheses that were given, and no other."""
    weaker = kernel.weaken(theorem, given)
    for hypothesis in weaker.hypotheses:
        if hypothesis not in given:
            raise Refused("{} is not assumed", hypothesis)
    return weaker


@dataclass(frozen=True)
class Searcher:
    """The lemmas at hand, the style of the form, and how many more attempts at a rule there may be."""

    lemmas: Sequence[Lemma]
    style: str
    effort: Effort

    def form(self, *terms: Expr) -> Normaliser:
        return Normaliser(form_with(self.lemmas, any(map(sampled, terms)), self.style), self.effort)


def _directly(equation: Equation, given: Given, searcher: Searcher) -> Theorem:
    """Both sides brought to one form, and where arithmetic does not make them equal, their difference to zero."""
    form = searcher.form(equation.lhs, equation.rhs)
    left, right = (form.normal(side, given) for side in (equation.lhs, equation.rhs))
    return kernel.trans(kernel.trans(left, _joined(left.rhs, right.rhs, given, form)), kernel.sym(right))


def _joined(left: Expr, right: Expr, given: Given, form: Normaliser) -> Theorem:
    try:
        return kernel.ring(left, right, given)
    except Refused:
        zero = vanishing(left - right, given, form)
        return _from_difference(left, right, zero, given)


def _from_difference(left: Expr, right: Expr, zero: Theorem, given: Given) -> Theorem:
    """left − right = 0 ⊢ left = right."""
    added = kernel.cong(zero, HOLE + right, HOLE, given)
    return kernel.trans(kernel.ring(left, added.lhs, given), added)


def _by_an_assumed_equation(equation: Equation, given: Given, searcher: Searcher) -> Theorem:
    """One use, at one place or wherever it fits, of an equation that is assumed to hold always."""
    for reason in as_reasons([h for h in given if isinstance(h, Always)], given):
        for side, other in ((equation.lhs, equation.rhs), (equation.rhs, equation.lhs)):
            for opened in each_place(side, reason, given):
                searcher.effort.spend(COST)
                try:
                    rest = _directly(Equation(opened.rhs, other), given, searcher)
                except (Leftover, Refused, IllFormed):
                    continue
                theorem = kernel.trans(opened, rest)
                return theorem if side is equation.lhs else kernel.sym(theorem)
    raise Refused("no equation that holds always leads from one side to the other")


def _by_cases(equation: Equation, given: Given, searcher: Searcher) -> Theorem:
    """The claim at the least value of an index, and at every later one, from the value before where that helps."""
    fault: DeriveError = Refused("no index has a least value")
    for index, start in _beginnings(equation, given):
        rest = tuple(h for h in given if index not in kernel.free_in(h))
        try:
            base = kernel.weaken(_directly(_at(equation, index, start), rest, searcher), rest)
            bound = AtMost(start, index)
            step = _next(equation, index, (*rest, bound), searcher)
            return kernel.induct(base, step, equation, index, start)
        except (Refused, IllFormed, Leftover) as refusal:
            fault = refusal
    raise fault


def _beginnings(equation: Equation, given: Given) -> Iterator[tuple[Symbol, Expr]]:
    """Each index with its least value, where one hypothesis says all that is assumed of it."""
    names = free(equation.lhs) | free(equation.rhs)
    for fact in (h for h in given if isinstance(h, AtMost)):
        for index, times in as_linear(fact)[1]:
            if times == 1 and index in names and all(index not in kernel.free_in(h) for h in given if h != fact):
                start = index - (fact.greater - fact.lesser)
                yield index, start.expand()


def _at(equation: Equation, index: Symbol, value: Expr) -> Equation:
    return Equation(*(substitute(side, {index: value}) for side in (equation.lhs, equation.rhs)))


def _next(equation: Equation, index: Symbol, given: Given, searcher: Searcher) -> Theorem:
    """claim[n + 1], if need be from claim[n]: what is added on both sides is the same."""
    later = _at(equation, index, index + 1)
    try:
        return kernel.weaken(_directly(later, given, searcher), given)
    except Leftover:
        form = searcher.form(equation.lhs, equation.rhs)
        gained = (later.lhs - equation.lhs) - (later.rhs - equation.rhs)
        zero = vanishing(gained, given, form)
        held = kernel.cong(kernel.assume(equation), HOLE - equation.rhs, HOLE, given)  # lhs − rhs = 0
        same = kernel.trans(held, kernel.ring(held.rhs, ZERO, given))
        total = kernel.trans(
            kernel.cong(zero, HOLE + (equation.lhs - equation.rhs), HOLE, given),
            kernel.trans(kernel.ring(equation.lhs - equation.rhs, same.lhs, given), same),
        )
        whole = kernel.trans(kernel.ring(later.lhs - later.rhs, total.lhs, given), total)
        return kernel.weaken(_from_difference(later.lhs, later.rhs, whole, given), (*given, equation))


WAYS = (
    (_directly, (LINEAR, APART)),
    (_by_cases, (APART,)),
    (_directly, (PRENEX, DRAWN, OPENED)),
    (_by_an_assumed_equation, (APART, PRENEX)),
)
