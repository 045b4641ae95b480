"""A chain of lines, each with its reason: prev = line (or prev ≤ line), because of a rule or a theorem.

A line is accepted when the line before it and the line itself, each rewritten by the reasons it names, meet in terms
that are equal by arithmetic. So a reason may be read from left to right or from right to left, and every reason named
must have done something. What comes out is a theorem of the kernel; nothing here need be trusted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product

from sympy import Basic, Expr, Mul, sympify

from derive import kernel
from derive.binding import alike, parameters, substitute
from derive.errors import DeriveError, Endless, IllFormed, Refused, WrongLine
from derive.kernel import Theorem
from derive.matching import matches
from derive.printing import text
from derive.rewriting import HOLE, Given, Refusals, each_place, everywhere
from derive.rules import RULES, Rule
from derive.terms import ZERO, Always, AtMost, Equation, Hypothesis, Inequality, Statement

MAX_CANDIDATES = 60


@dataclass(frozen=True)
class Lemma:
    """A theorem as a reason: its left side is replaced by its right side, at any values of its free names."""

    theorem: Theorem
    name: str
    words: str
    once: bool = False
    outside_in: bool = False

    def apply(self, node: Expr, given: Given) -> Theorem:
        """⊢ node = the right side of the lemma, where the node is an instance of its left side."""
        if type(node) is not type(self.theorem.lhs):
            raise Refused("{} speaks of another kind of term", self.name)
        fixed = parameters(self.theorem.lhs) | parameters(self.theorem.rhs)
        refusal: DeriveError = Refused("{} is not an instance of {}", node, self.theorem.lhs)
        for values in matches(self.theorem.lhs, node, fixed):
            try:
                return self._instance(node, values, given)
            except (Refused, IllFormed) as fault:
                refusal = fault
        if isinstance(node, Mul) and set(self.theorem.lhs.args) < set(node.args):
            return self._beside(Mul(*(f for f in node.args if f not in self.theorem.lhs.args)), given)
        raise refusal

    def _beside(self, others: Expr, given: Given) -> Theorem:
        """The lemma, as it stands, for some of the factors of a product."""
        inner = self._instance(self.theorem.lhs, {}, given)
        inside = kernel.cong if inner.relation == Equation.relation else kernel.monotone
        return inside(inner, others * HOLE, HOLE, given)

    def _instance(self, node: Expr, values: dict[Basic, Basic], given: Given) -> Theorem:
        changed = {k: v for k, v in values.items() if k != v}
        instance = kernel.weaken(kernel.inst(self.theorem, changed) if changed else self.theorem, given)
        for hypothesis in instance.hypotheses:
            if not isinstance(hypothesis, AtMost) and hypothesis not in given:
                raise Refused("{} needs the hypothesis {}", self.name, hypothesis)
        return kernel.trans(kernel.refl(node), instance)


Reason = Rule | Lemma


@dataclass(frozen=True)
class Line:
    """One line: the term, and the reasons for which it equals (or is at least) the line before."""

    term: Expr
    reasons: tuple[Reason, ...]
    theorem: Theorem = field(repr=False)

    @property
    def relation(self) -> str:
        """How the line before stands to it: "=" or "<="."""
        return self.theorem.relation

    @property
    def words(self) -> str:
        """The reasons as a sheet prints them."""
        return ", ".join(r.words for r in self.reasons)

    @property
    def rule(self) -> str:
        """The reasons as the source names them."""
        return ", ".join(r.name for r in self.reasons)


@dataclass(frozen=True)
class Chain:
    """start = line = line …, under the hypotheses on offer."""

    start: Expr
    given: Given
    lines: tuple[Line, ...] = ()
    title: str | None = None

    @property
    def last(self) -> Expr:
        """Where the chain stands."""
        return self.lines[-1].term if self.lines else self.start

    def eq(self, line: Expr | int, by: object) -> Chain:
        """The chain, one line longer. Raises WrongLine where the reasons do not give the line."""
        return self._longer(line, by, Equation.relation)

    def le(self, line: Expr | int, by: object) -> Chain:
        """The chain, longer by a line that is at least the last. Raises WrongLine where the reasons do not show it."""
        return self._longer(line, by, Inequality.relation)

    def _longer(self, line: Expr | int, by: object, relation: str) -> Chain:
        term, reasons = sympify(line, strict=True), as_reasons(by, self.given)
        refusals = Refusals()
        theorem = justify(self.last, term, reasons, self.given, refusals, relation)
        if theorem is None:
            raise WrongLine(self._complaint(term, reasons, refusals))
        if alike(term, self.last):
            raise WrongLine(f"{self._where()}: the line repeats the line before it: {text(term)}")
        return Chain(self.start, self.given, (*self.lines, Line(term, reasons, theorem)), self.title)

    def _complaint(self, term: Expr, reasons: tuple[Reason, ...], refusals: Refusals) -> str:
        reached = self.last
        for reason in reasons:
            steps = list(_options(reached, reason, self.given, refusals))
            reached = steps[0].rhs if steps else reached
        names = ", ".join(r.name for r in reasons)
        what = "leaves the line before as it is" if reached == self.last else f"gives {text(reached)}"
        if refusals.idle and reached != self.last:
            return f"{self._where()}: {', '.join(refusals.idle)} does nothing here; the line follows without"
        notes = [
            n for n in dict.fromkeys(explain(r) for r in refusals.last) if n.startswith(("cannot show", "log", "needs"))
        ]
        why = "".join(f"\n  note: {n}" for n in notes[-2:])
        says = f"  the line says {text(term)}\n  the line before it is {text(self.last)}"
        return f"{self._where()}: {names} {what}\n{says}{why}"

    def _where(self) -> str:
        return f"{self.title}, line {len(self.lines) + 1}" if self.title else f"line {len(self.lines) + 1}"

    @property
    def theorem(self) -> Theorem:
        """⊢ start = last line."""
        theorem = kernel.refl(self.start)
        for line in self.lines:
            theorem = kernel.trans(theorem, line.theorem)
        return theorem

    @property
    def blocks(self) -> tuple[Chain, ...]:
        """What a sheet prints: this chain."""
        return (self,)


@dataclass(frozen=True)
class Induction:
    """A claim for every n ≥ 0: the base case, and the step from n to n+1."""

    claim: Statement
    index: Basic
    base: Chain
    step: Chain

    @property
    def theorem(self) -> Theorem:
        """0 ≤ n ⊢ claim."""
        return kernel.induct(self.base.theorem, self.step.theorem, self.claim, self.index)

    @property
    def blocks(self) -> tuple[Chain, ...]:
        """What a sheet prints: the base case and the step."""
        return self.base, self.step


@dataclass(frozen=True)
class Either:
    """A claim in two cases: x ≤ y, and y ≤ x."""

    claim: Statement
    order: Inequality
    first: Proof
    second: Proof
    given: Given

    @property
    def theorem(self) -> Theorem:
        """⊢ claim."""
        first, second = (kernel.trans(case.theorem, kernel.refl(self.claim.rhs)) for case in (self.first, self.second))
        return kernel.either(first, second, self.order, self.given)

    @property
    def blocks(self) -> tuple[Chain, ...]:
        """What a sheet prints: both cases."""
        return *self.first.blocks, *self.second.blocks


Proof = Chain | Induction | Either


@dataclass(frozen=True)
class Start:
    """What a derivation is given: the left side of its claim, and its assumptions."""

    claim: Statement
    given: Given
    title: str | None = None

    def eq(self, line: Expr | int, by: object) -> Chain:
        """The first line after the left side of the claim."""
        return Chain(self.claim.lhs, self.given, title=self.title).eq(line, by)

    def le(self, line: Expr | int, by: object) -> Chain:
        """The first line after the left side of the claim, which is at least that."""
        return Chain(self.claim.lhs, self.given, title=self.title).le(line, by)

    def either(self, order: Inequality, *, first: Callable[[Start], Proof], second: Callable[[Start], Proof]) -> Either:
        """A proof in two cases: `first` may use x ≤ y, `second` y ≤ x."""
        orders = (order, Inequality(order.greater, order.lesser))
        cases = (Start(self.claim, (*self.given, case), self._where(case)) for case in orders)
        return Either(self.claim, order, first(next(cases)), second(next(cases)), self.given)

    def _where(self, case: Inequality) -> str:
        return f"{self.title}, {text(case)}" if self.title else f"where {text(case)}"

    def induction(
        self, index: Basic, *, base: Callable[[Chain], Chain], step: Callable[[Chain, Lemma], Chain]
    ) -> Induction:
        """A proof by induction; `step` receives the induction hypothesis, to be used as a reason."""
        rest = tuple(h for h in self.given if index not in kernel.free_in(h))
        hypothesis = Lemma(kernel.assume(self.claim), "induction_hypothesis", "induction hypothesis")
        first = Chain(_at(self.claim, index, ZERO).lhs, rest, title="base case")
        then = Chain(_at(self.claim, index, index + 1).lhs, (*rest, AtMost(ZERO, index), self.claim), title="step")
        return Induction(self.claim, index, base(first), step(then, hypothesis))


def explain(error: Exception) -> str:
    """An error's message, the terms in it in the field's notation."""
    if not isinstance(error, DeriveError) or not error.parts:
        return str(error)
    shown = (text(p) if isinstance(p, Expr) else explain(p) if isinstance(p, Exception) else p for p in error.parts)
    return error.message.format(*shown)


def _at(claim: Statement, index: Basic, value: Expr) -> Statement:
    return type(claim)(substitute(claim.lhs, {index: value}), substitute(claim.rhs, {index: value}))


def as_reasons(by: object, given: Given = ()) -> tuple[Reason, ...]:
    """Reasons as they may be given: a rule or its name, a derivation, a theorem, an assumption, or several of them."""
    if isinstance(by, (list, tuple)):
        return tuple(r for part in by for r in as_reasons(part, given))
    if isinstance(by, str) and by in RULES:
        return (RULES[by],)
    if isinstance(by, (Rule, Lemma)):
        return (by,)
    if isinstance(by, Theorem):
        return (Lemma(by, "theorem", "a theorem"),)
    if isinstance(by, Always):
        return (Lemma(kernel.always(by, given), "assumed_equation", f"equation of {text(by.lhs)}", once=True),)
    if isinstance(by, (Equation, Inequality)):
        return (Lemma(kernel.assume(by), "assumption", "assumption", once=True),)
    lemma = getattr(by, "lemma", None)
    if isinstance(lemma, Lemma):
        return (lemma,)
    raise WrongLine(f"{by!r} is no reason: give a rule of derive.rules, a derivation or a theorem")


def justify(
    before: Expr,
    line: Expr,
    reasons: Sequence[Reason],
    given: Sequence[Hypothesis],
    refusals: Refusals | None = None,
    relation: str = Equation.relation,
) -> Theorem | None:
    """⊢ before = line (or before ≤ line) by these reasons, or None."""
    given, refusals = tuple(given), refusals or Refusals()
    wanted = frozenset(r.name for r in reasons if r.name != "arithmetic")
    for theorem, used in _joined(before, line, reasons, given, refusals):
        if theorem.relation != relation:
            continue
        if used == wanted:
            return kernel.weaken(theorem, given)
        refusals.idle = refusals.idle or sorted(wanted - used)
    return None


def _joined(
    before: Expr, line: Expr, reasons: Sequence[Reason], given: Given, refusals: Refusals
) -> Iterator[tuple[Theorem, frozenset[str]]]:
    """⊢ before = line, with the names of the reasons that did something; first where fewest did."""
    rewriting = [r for r in reasons if r.name != "arithmetic"]
    left = list(_reached(before, rewriting, given, refusals))
    right = list(_reached(line, rewriting, given, refusals))
    for (first, used), (second, also) in sorted(product(left, right), key=lambda pair: -len(pair[0][1] | pair[1][1])):
        joined = _join(first, second, given)
        if joined is not None:
            yield joined, frozenset(rewriting[i].name for i in used | also)


def _join(first: Theorem, second: Theorem, given: Given) -> Theorem | None:
    if second.relation != Equation.relation:
        return None
    try:
        middle = kernel.ring(first.rhs, second.rhs, given)
    except Refused:
        return None
    return kernel.trans(kernel.trans(first, middle), kernel.sym(second))


def _reached(
    term: Expr, reasons: Sequence[Reason], given: Given, refusals: Refusals
) -> Iterator[tuple[Theorem, frozenset[int]]]:
    """What the term becomes under the reasons in their order, after each of them, and which did something."""
    current: list[tuple[Theorem, frozenset[int]]] = [(kernel.refl(term), frozenset())]
    yield from current
    for i, reason in enumerate(reasons):
        after = []
        for theorem, used in current:
            steps = [
                (kernel.trans(theorem, step), used | {i}) for step in _options(theorem.rhs, reason, given, refusals)
            ]
            yield from steps
            after += steps if steps and not reason.once else [*steps, (theorem, used)]
        current = after[:MAX_CANDIDATES]


def _options(term: Expr, reason: Reason, given: Given, refusals: Refusals) -> Iterator[Theorem]:
    if reason.once:
        yield from each_place(term, reason, given, refusals)
        return
    try:
        theorem = everywhere(term, reason, given, refusals)
    except Endless as refusal:
        refusals.note(refusal)
        return
    if theorem.rhs != term:
        yield theorem
