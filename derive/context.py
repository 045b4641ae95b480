"""What a rule may use: the hypotheses it was given, and which of them it did use. TRUSTED.

Each question either answers yes, and notes the hypotheses that it rests on, or raises Refused with what could
not be shown and from what.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache

from sympy import Add, Basic, Expr, Integer, Max, Min, Mul, Pow, Rational, Symbol, Tuple

from derive.binding import bound_name, drawn, free, fresh, is_random, meaning, substitute
from derive.errors import Refused
from derive.ring import (
    denominators,
    divides,
    equal_by_arithmetic,
    positive_by_coefficients,
    roots,
    symbolic_powers,
    taken_nonzero,
)
from derive.terms import (
    AVERAGES_PATHS,
    ONE,
    Action,
    Apply,
    At,
    AtMost,
    Defined,
    Definition,
    Exp,
    Expectation,
    Given,
    Gradient,
    History,
    Hypothesis,
    Inequality,
    Letter,
    Maximum,
    Mean,
    PathProbability,
    PathSum,
    Positive,
    Possible,
    Process,
    Samples,
    State,
    SumOver,
    TimeProduct,
    TimeSum,
)
from derive.timeline import Linear, is_linear, linear, needed


class Listing(tuple[Hypothesis, ...]):
    """Hypotheses as an error shows them."""

    def __str__(self) -> str:
        return ", ".join(map(str, self)) or "nothing"


@lru_cache(maxsize=10_000)
def _spelling(hypothesis: Hypothesis) -> str:
    return str(hypothesis)


class Context:
    """Hypotheses on offer (`given`), those that were needed (`used`), and the numbers γ that must not be zero."""

    def __init__(self, given: Iterable[Hypothesis] = ()) -> None:
        self.given = tuple(sorted(given, key=_spelling))  # they come from sets, and what is used must not hang on that
        self.used: set[Hypothesis] = set()
        self.nonzero: set[Symbol] = set()
        self._local: list[Linear] = []

    def at_most(self, lesser: Expr, greater: Expr) -> None:
        """lesser ≤ greater."""
        facts = [h for h in self.given if isinstance(h, AtMost)]
        found = needed(facts, self._local, linear(greater - lesser))
        if found is None:
            raise Refused("cannot show {} <= {} from {}", lesser, greater, Listing(facts))
        self.used.update(found)

    def shows(self, lesser: Expr, greater: Expr) -> bool:
        """Whether lesser ≤ greater can be shown."""
        try:
            self.at_most(lesser, greater)
        except Refused:
            return False
        return True

    @contextmanager
    def opened(self, node: TimeSum | TimeProduct, beside: Basic | None = None) -> Iterator[tuple[Symbol, Expr]]:
        """The body of a sum over time, its index fresh (in what stands beside it too) and known to be in its range."""
        taken = free(node).union(*(free(p) for h in self.given for p in vars(h).values()))
        taken |= frozenset() if beside is None else free(beside)
        taken |= {s for _, terms in self._local for s, _ in terms}
        index = fresh(node.index, taken)
        facts = [linear(f) for f in (index - node.lower, node.upper - index) if is_linear(f)]
        before = self._local
        self._local = before + facts
        try:
            yield index, substitute(node.body, {node.index: index})
        finally:
            self._local = before

    def known(self, term: Basic, position: Expr | None) -> None:
        """The term is a function of the trajectory up to `position` (None: of nothing on it)."""
        if not is_random(term):
            return
        if isinstance(term, (State, Action, History)):
            self._not_later(term, 2 * term.time + (1 if isinstance(term, Action) else 0), position)
        elif isinstance(term, PathProbability):
            self._not_later(term, 2 * term.process.horizon, position)
        elif isinstance(term, Given) and position is not None and self.shows(term.position, position):
            return
        elif isinstance(term, Given):
            self.known(term.body, position)
        elif isinstance(term, Defined):
            self.known(meaning(term), position)
        elif isinstance(term, (TimeSum, TimeProduct)):
            for bound in (term.lower, term.upper):
                self.known(bound, position)
            with self.opened(term, position) as (_, body):
                self.known(body, position)
        else:
            for part in term.args:
                self.known(part, position)

    def knows(self, term: Basic, position: Expr | None) -> bool:
        """Whether `known` can be shown; leaves no trace when it cannot."""
        before = set(self.used)
        try:
            self.known(term, position)
        except Refused:
            self.used = before
            return False
        return True

    def _not_later(self, term: Basic, place: Expr, position: Expr | None) -> None:
        if position is None:
            raise Refused("{} depends on the trajectory", term)
        try:
            self.at_most(place, position)
        except Refused as refusal:
            raise Refused("{} is not known at position {} of the time line: {}", term, position, refusal) from None

    def defined(self, term: Basic) -> None:
        """Whatever stands in a denominator, anywhere in the term, is positive; γ ≠ 0 is noted where γ^k needs it."""
        if not denominators(term) and not symbolic_powers(term):
            return
        if isinstance(term, Pow):
            self.power(term)
        if isinstance(term, Defined):
            self._use_defined(term)
        elif isinstance(term, (TimeSum, TimeProduct)):
            for bound in (term.lower, term.upper):
                self.defined(bound)
            with self.opened(term) as (_, body):
                self.defined(body)
        elif isinstance(term, At):
            self._defined_elsewhere(term)
        else:
            with self.inside(term):
                for part in term.args:
                    self.defined(part)

    def _defined_elsewhere(self, term: At) -> None:
        outside, self.nonzero = self.nonzero, set()
        with self.inside(term):
            for part in term.args:
                self.defined(part)
        self.nonzero = outside | self.nonzero_at(frozenset(self.nonzero), {term.parameter: term.value})

    def nonzero_at(self, names: frozenset[Symbol], values: Mapping[Basic, Basic]) -> frozenset[Symbol]:
        """What must not be zero when names that must not be are replaced: by another name, or by what is positive."""
        found = names - set(values)
        for name in names & set(values):
            value = values[name]
            if isinstance(value, Symbol) and not value.is_integer:
                found |= {value}
            else:
                self.positive(value)
        return found

    def power(self, power: Pow) -> None:
        """A power is no division by zero, or is one by a number that is noted to be other than zero."""
        if divides(power):
            self.divisor(power)
        taken = taken_nonzero(power)
        if taken and not (is_linear(power.exp) and self.shows(Integer(0), power.exp)):
            self.nonzero |= taken

    def divisor(self, power: Pow) -> None:
        """A power that may divide does not divide by zero."""
        if not (is_linear(power.exp) and not isinstance(power.exp, Integer) and self.shows(Integer(0), power.exp)):
            self.positive(power.base)

    def _use_defined(self, term: Defined) -> None:
        """A definition at arguments: what it divides by is positive there."""
        for part in term.args[1:]:
            self.defined(part)
        if all(map(self._is_real, term.args[1:])) and self._whatever_the_arguments(term.definition):
            return
        values = dict(zip(term.definition.params, term.args[1:], strict=True))
        self._defined_at(term.definition.body, values, frozenset())

    def _defined_at(self, term: Basic, values: Mapping[Basic, Basic], bound: frozenset[Basic]) -> None:
        """As `defined`, of the term with values put in: what SymPy cancels then is looked at before."""
        if not denominators(term) and not symbolic_powers(term):
            return
        if isinstance(term, Pow):
            base, exponent = (substitute(part, values) for part in term.args)
            power = Pow(base, exponent, evaluate=False)
            if divides(power) and free(power) & bound:  # below a sum of the definition
                raise Refused("cannot show that {} divides by nothing that vanishes", term)
            self.power(power)
        if isinstance(term, Defined):
            inner = dict(zip(term.definition.params, (substitute(a, values) for a in term.args[1:]), strict=True))
            self._defined_at(term.definition.body, {**values, **inner}, bound)
        if isinstance(term, (TimeSum, TimeProduct)):
            self._defined_in_range(term, values, bound)
            return
        name = bound_name(term)
        unbound = {k: v for k, v in values.items() if k != name}
        with self.inside(term):
            for i, part in enumerate(term.args):
                if isinstance(part, Definition):
                    continue
                if name is not None and i in term.binds[1]:
                    self._defined_at(part, unbound, bound | {name})
                else:
                    self._defined_at(part, values, bound)

    def _defined_in_range(
        self, term: TimeSum | TimeProduct, values: Mapping[Basic, Basic], bound: frozenset[Basic]
    ) -> None:
        for end in (term.lower, term.upper):
            self._defined_at(end, values, bound)
        ends = (substitute(end, values) for end in (term.lower, term.upper))
        with self.opened(term.func(term.body, term.index, *ends), Tuple(*values.values())) as (index, body):
            self._defined_at(body, {k: v for k, v in values.items() if k != index}, bound)

    def _whatever_the_arguments(self, definition: Definition) -> bool:
        used, nonzero = set(self.used), self.nonzero
        self.nonzero = set()
        try:
            with self.inside(definition):
                self.defined(definition.body)
            if not self.nonzero & set(definition.params):
                nonzero = nonzero | self.nonzero
                return True
        except Refused:
            pass
        finally:
            self.nonzero = nonzero
        self.used = used
        return False

    @contextmanager
    def inside(self, node: Basic) -> Iterator[None]:
        """Only those hypotheses that hold there: not of one trajectory, sample or element where all are run through."""
        before, local = self.given, self._local
        if isinstance(node, AVERAGES_PATHS):
            self.given = tuple(h for h in before if not isinstance(h, (Possible, Inequality)))
        if isinstance(node, Samples) or bound_name(node) is not None:
            self.given = tuple(h for h in before if not isinstance(h, Inequality) or _speaks_of_all(h, node))
        if isinstance(node, (Gradient, At)):
            always = (Positive, Possible)
            self.given = tuple(h for h in before if isinstance(h, always) or not _mentions(h, node.parameter))
        if isinstance(node, Definition):
            self.given, self._local = tuple(h for h in before if isinstance(h, Positive)), []
        try:
            yield
        finally:
            self.given, self._local = before, local

    def positive(self, term: Basic) -> None:
        """term > 0."""
        if not self._is_positive(term):
            raise Refused("cannot show {} > 0 from {}", term, Listing(self.given))

    def _is_positive(self, term: Basic) -> bool:
        if isinstance(term, Rational):
            return bool(term > 0)
        if isinstance(term, Exp):
            return self._is_real(term.body)
        if isinstance(term, Apply):
            return self._positive_letter(term)
        if isinstance(term, PathProbability):
            return self._use(Possible(term.process))
        if isinstance(term, TimeProduct):
            with self.opened(term) as (_, body):
                return self._is_positive(body)
        if isinstance(term, TimeSum) and self.shows(term.lower, term.upper):
            with self.opened(term) as (_, body):
                return self._is_positive(body)
        if isinstance(term, Mean):
            with self.inside(term):
                return self._is_positive(term.weight) and self._is_positive(term.body)
        if isinstance(term, SumOver):  # a domain is never empty
            with self.inside(term):
                return self._is_positive(term.body)
        if isinstance(term, Defined):
            return self._is_positive(meaning(term))
        if isinstance(term, Add) and self._is_positive_sum(term):
            return True
        if isinstance(term, (Mul, Min)) and all(self._is_positive(a) for a in term.args):
            return True
        if isinstance(term, Pow) and self._is_positive(term.base) and self._is_real(term.exp):
            return True
        if isinstance(term, Expr) and is_linear(term) and not isinstance(term, Integer):
            return self.shows(Integer(1), term)
        return isinstance(term, (Add, Mul, Pow)) and self._positive_quotient(term)

    def _is_positive_sum(self, term: Add) -> bool:
        """One summand is positive, and none is negative."""
        rest = [a for a in term.args if not self._is_positive(a)]
        return len(rest) < len(term.args) and all(map(self._is_not_negative, rest))

    def _positive_quotient(self, term: Expr) -> bool:
        """1 − 1/(1+e) is e/(1+e): look through definitions and cancel."""
        opened = _unfolded(term)
        atom = lambda a: not isinstance(a, (Add, Mul, Pow)) and self._is_positive(a)  # noqa: E731
        return positive_by_coefficients(opened, atom)

    def _positive_letter(self, term: Apply) -> bool:
        if self._use(Positive(term.letter)):
            return True
        for hypothesis in self.given:
            if isinstance(hypothesis, Possible) and self._on_the_path(term, hypothesis):
                self.used.add(hypothesis)
                return True
        return False

    def _on_the_path(self, term: Apply, possible: Possible) -> bool:
        """A factor of P(τ): ρ_0(s_0), π(a_t|s_t) or P(s_{t+1}|s_t,a_t) for 0 ≤ t < horizon."""
        process = possible.process
        if term == process.initial(State(0, process.states)):
            return True
        times = [a.time for a in term.args[1:] if isinstance(a, (State, Action))]
        for time in times:
            here, act = State(time, process.states), Action(time, process.actions)
            factors = (
                process.policy(act, here),
                process.transition(State(time + 1, process.states), here, act),
            )
            if term in factors and self.shows(Integer(0), time) and self.shows(time, process.horizon - 1):
                return True
        return False

    def nonnegative(self, term: Basic) -> None:
        """term ≥ 0."""
        before = set(self.used)
        if not self._is_nonnegative(term):
            self.used = before
            raise Refused("cannot show {} >= 0 from {}", term, Listing(self.given))

    def _is_nonnegative(self, term: Basic) -> bool:
        return self._is_positive(term) or self._is_not_negative(term)

    def _is_not_negative(self, term: Basic) -> bool:
        if self._is_assumed_nonnegative(term):
            return True
        if isinstance(term, Rational):
            return bool(term >= 0)
        if isinstance(term, Apply):
            return term.letter.pmf
        if isinstance(term, PathProbability):
            return self.draws_from_laws(term.process)
        if isinstance(term, (Expectation, Given)) and not self.draws_from_laws(term.process):
            return False
        if isinstance(term, (TimeSum, TimeProduct)):
            with self.opened(term) as (_, body):
                return self._is_nonnegative(body)
        if isinstance(term, (Expectation, Given, Mean, Samples, SumOver, PathSum, Maximum)):
            with self.inside(term):
                return self._is_nonnegative(term.body) and self._is_nonnegative(getattr(term, "weight", ONE))
        if isinstance(term, Defined):
            return self._is_nonnegative(meaning(term))
        if isinstance(term, Pow) and isinstance(term.exp, Integer) and term.exp >= 0 and term.exp % 2 == 0:
            return self._is_real(term.base)
        if isinstance(term, Pow):
            return self._is_nonnegative(term.base) and self._is_no_inverse(term.exp)
        if isinstance(term, Max):
            size = any(-a in term.args for a in term.args)  # max(x, −x, …)
            return (size or any(map(self._is_nonnegative, term.args))) and self._is_real(term)
        if isinstance(term, Mul) and self._is_double_negative(term):
            return True
        if isinstance(term, (Add, Mul, Min)):
            return all(map(self._is_nonnegative, term.args))
        return isinstance(term, Expr) and is_linear(term) and self.shows(Integer(0), term)

    def _is_double_negative(self, term: Mul) -> bool:
        """A negative number times a factor that is at most zero, and others that are at least zero."""
        number, factors = term.as_coeff_mul()
        if number >= 0 or (number == -1 and len(factors) == 1):
            return False
        negated = ((-f, *(g for g in factors if g is not f)) for f in factors)
        return any(all(map(self._is_nonnegative, parts)) for parts in negated)

    def _is_no_inverse(self, exponent: Expr) -> bool:
        """Whether a number ≥ 0 has a power ≥ 0 with this exponent, 0^0 being 1."""
        if isinstance(exponent, Rational):
            return bool(exponent > 0)
        return is_linear(exponent) and self.shows(Integer(0), exponent)

    def _is_assumed_nonnegative(self, term: Basic) -> bool:
        for hypothesis in self.given:
            if isinstance(hypothesis, Inequality) and isinstance(term, Expr):
                gap = hypothesis.greater - hypothesis.lesser
                if term == gap or (free(term) == free(gap) and equal_by_arithmetic(term, gap)):
                    return self._use(hypothesis)
        return False

    def real(self, *terms: Basic) -> None:
        """No root of what may be negative: the order says nothing of such."""
        everywhere = Context(h for h in self.given if isinstance(h, Positive))
        for root in set().union(*map(roots, terms)):
            everywhere.nonnegative(root.base)
        self.used |= everywhere.used

    def _is_real(self, term: Basic) -> bool:
        try:
            self.real(term)
        except Refused:
            return False
        return True

    def draws_from_laws(self, process: Process) -> bool:
        """Whether all that the process draws from is a distribution by declaration."""
        parts = (process.initial, process.policy, process.transition)
        return all(isinstance(p, Letter) and p.pmf for p in parts)

    def rises(self, node: Basic, place: int) -> None:
        """The node does not fall when its argument at this place rises."""
        if isinstance(node, Mul):
            self.nonnegative(Mul(*(a for i, a in enumerate(node.args) if i != place)))
        elif isinstance(node, (Mean, Samples)) and place == 0:
            with self.inside(node):  # its variable is bound there
                self.nonnegative(node.weight)
        elif isinstance(node, (Expectation, Given)) and place == 0:
            if not self.draws_from_laws(node.process):
                raise Refused("{} is no average by declaration", node)
        elif not (
            isinstance(node, (Add, Max, Min, Exp))
            or (isinstance(node, (SumOver, TimeSum, PathSum, Maximum)) and place == 0)
        ):
            raise Refused("{} need not rise with its argument {}", node, node.args[place])

    def _use(self, hypothesis: Hypothesis) -> bool:
        if hypothesis not in self.given:
            return False
        self.used.add(hypothesis)
        return True

    def constant(self, term: Basic, parameter: Symbol) -> None:
        """The term does not depend on the parameter."""
        if parameter in free(term):
            raise Refused("{} depends on {}", term, parameter)


def _mentions(hypothesis: Hypothesis, name: Symbol) -> bool:
    return any(name in free(part) for part in vars(hypothesis).values())


def _speaks_of_all(hypothesis: Inequality, node: Basic) -> bool:
    parts = vars(hypothesis).values()
    if isinstance(node, Samples) and any(map(drawn, parts)):
        return False
    return not any(bound_name(node) in free(part) for part in parts)


def _unfolded(term: Expr) -> Expr:
    if isinstance(term, Defined):
        return _unfolded(meaning(term))
    if isinstance(term, (Add, Mul, Pow)):
        return term.func(*(_unfolded(a) for a in term.args))
    return term
