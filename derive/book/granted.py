"""What a text takes for granted: times lie in the trajectory; what stands under log or in a denominator is positive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sympy import Basic, Expr, Integer, Pow, Symbol

from derive.binding import free, meaning, subterms
from derive.terms import (
    Action,
    Apply,
    AtMost,
    Cases,
    Defined,
    Expectation,
    Given,
    Hypothesis,
    Letter,
    Log,
    PathProbability,
    PathSum,
    Positive,
    Possible,
    State,
    Statement,
    TimeProduct,
    TimeSum,
)
from derive.timeline import as_linear, entailed, is_linear

_COUNTS = frozenset({"n", "N"})  # how many there are of something: n steps


def hypotheses(equation: Statement, first: int, horizon: Expr) -> tuple[Hypothesis, ...]:
    """The hypotheses under which a text states an equation, for actions `first` … first + horizon - 1."""
    sides = (equation.lhs, equation.rhs)
    orders = [*_free_times(equation, first, horizon), *_of_sequences(equation)]
    for side in sides:
        for fact in _moments(side, horizon):
            if not entailed(map(as_linear, orders), as_linear(fact)):
                orders.append(fact)
    for fact in list(orders):
        rest = [o for o in orders if o is not fact]
        orders = rest if entailed(map(as_linear, rest), as_linear(fact)) else orders
    sums_paths = any(isinstance(n, PathSum) for side in sides for n in unfolded(side))
    positive = [h for side in sides for n in unfolded(side) for h in _positive_at(n, sums_paths)]
    return tuple(dict.fromkeys([*orders, *positive]))


def unfolded(term: Basic) -> Iterator[Basic]:
    """Every node of a term and of the definitions it uses."""
    for node in subterms(term):
        yield node
        if isinstance(node, Defined):
            value = meaning(node)
            if value is not None:
                yield from unfolded(value)


def _free_times(equation: Statement, first: int, horizon: Expr) -> Iterator[AtMost]:
    names = free(equation.lhs) | free(equation.rhs)
    for name in sorted((n for n in names if isinstance(n, Symbol) and n.is_integer), key=str):
        if name not in horizon.free_symbols:
            yield AtMost(Integer(1) if name.name in _COUNTS else Integer(first), name)
            yield AtMost(name, horizon + first - 1)


def _of_sequences(equation: Statement) -> Iterator[AtMost]:
    """1 ≤ i ≤ n for the i of z_i, where the statement sums z_j from 1 to n: there is no other z."""
    names = free(equation.lhs) | free(equation.rhs)
    nodes = [n for side in (equation.lhs, equation.rhs) for n in unfolded(side)]
    ends: dict[tuple[Letter, int], set[tuple[Expr, Expr]]] = {}
    for node in nodes:
        if isinstance(node, TimeSum) and free(node.lower) | free(node.upper) <= names:
            for k, one in _places(subterms(node.body)):
                if one.args[k] == node.index:
                    ends.setdefault((one.letter, k), set()).add((node.lower, node.upper))
    for k, one in _places(nodes):
        found = ends.get((one.letter, k), set())
        if len(found) == 1 and one.args[k] in names and isinstance(one.args[k], Symbol):
            ((lower, upper),) = found
            if one.args[k] in lower.free_symbols | upper.free_symbols:  # R_n beside Σ_{i=1}^{n-1} R_i
                continue
            yield from (AtMost(lower, one.args[k]), AtMost(one.args[k], upper))


def _places(nodes: Iterable[Basic]) -> Iterator[tuple[int, Apply]]:
    return ((k, n) for n in nodes if isinstance(n, Apply) for k in range(1, len(n.args)))


def _moments(term: Basic, horizon: Expr) -> Iterator[AtMost]:
    """s_2, a_{t+1}, where no sum runs over the index: a text that names them has that many steps."""
    if isinstance(term, (TimeSum, TimeProduct)):
        for fact in _moments(term.body, horizon):
            if term.index not in fact.lesser.free_symbols | fact.greater.free_symbols:
                yield fact
        return
    if isinstance(term, (State, Action)) and is_linear(term.time):
        yield AtMost(Integer(0), term.time)
        yield AtMost(term.time, horizon - int(isinstance(term, Action)))
    if isinstance(term, Given) and is_linear(term.position):
        odd = int(term.position.as_coeff_Add()[0] % 2)
        at = ((term.position - odd) / 2).expand()
        yield AtMost(Integer(0), at)
        yield AtMost(at, horizon - odd)
    if isinstance(term, Defined) and (value := meaning(term)) is not None:
        yield from _moments(value, horizon)
    for part in () if isinstance(term, Defined) else term.args:
        yield from _moments(part, horizon)


def _positive_at(node: Basic, sums_paths: bool) -> Iterator[Hypothesis]:
    """What has to be positive at a logarithm or a denominator."""
    if isinstance(node, Log):
        yield from _positive(node.body, sums_paths)
    elif isinstance(node, Pow) and node.exp.is_number and node.exp.is_negative:
        if is_linear(node.base) and not node.base.is_number:
            yield AtMost(Integer(1), node.base)
        yield from _positive(node.base, sums_paths)


def _positive(term: Basic, sums_paths: bool) -> Iterator[Hypothesis]:
    """The laws that a positive term is made of; in Σ_τ every trajectory counts, so that all have to be positive."""
    for node in unfolded(term):
        if isinstance(node, Apply) and (node.letter.pmf or not node.letter.domains):
            yield Positive(node.letter)
        elif isinstance(node, Expectation) and any(isinstance(n, Cases) for n in subterms(node.body)):
            of = node.process  # P(C), of a condition C
            yield from (Positive(law) for law in (of.policy, of.initial, of.transition) if isinstance(law, Letter))
        elif isinstance(node, PathProbability):
            process = node.process
            laws = (process.policy, process.initial, process.transition) if sums_paths else (process.policy,)
            yield from (Positive(law) for law in laws if isinstance(law, Letter))
            yield Possible(process)
