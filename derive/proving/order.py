"""Claims lhs ≤ rhs that follow by one rule of order, at one place. Untrusted."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Add, Basic, Expr, Max, Min

from derive.binding import subterms
from derive.calc import as_reasons, justify
from derive.errors import Refused
from derive.kernel import Theorem
from derive.proving.normal import Effort
from derive.rewriting import Given
from derive.rules import (
    Rule,
    adding,
    below_by,
    below_larger,
    below_maximum,
    log_at_least,
    log_at_most,
    smaller_below,
)
from derive.terms import Inequality, Log, Maximum, sort_of

COST = 150  # of one rule, in attempts at a rule of the form


def one_step(claim: Inequality, given: Given, effort: Effort) -> Theorem:
    """lesser ≤ greater by one of the rules of order, with what it needs read off the two sides."""
    for reasons in _reasons(claim, given):
        effort.spend(COST)
        theorem = justify(claim.lesser, claim.greater, as_reasons(reasons, given), given, relation=claim.relation)
        if theorem is not None:
            return theorem
    raise Refused("no rule of order leads from {} to {}", claim.lesser, claim.greater)


def _reasons(claim: Inequality, given: Given) -> Iterator[object]:
    yield from (h for h in given if isinstance(h, Inequality))
    left, right = (list(dict.fromkeys(subterms(side))) for side in (claim.lesser, claim.greater))
    if any(isinstance(node, Log) for node in (*left, *right)):
        yield from (log_at_most, log_at_least)
    for larger in _of(Max, right):
        yield from ([rule, rule] if twice else rule for rule in (below_larger(larger),) for twice in (False, True))
    for smaller in _of(Min, left):
        yield from (smaller_below(part) for part in smaller.args)
    yield from _maxima(left, right)
    for more in _added(claim):
        yield adding(more)


def _of(kind: type, nodes: list[Basic]) -> list[Expr]:
    return [node for node in nodes if isinstance(node, kind)]


def _maxima(left: list[Basic], right: list[Basic]) -> Iterator[Rule]:
    """Every element of the left side put into every maximum of the right."""
    for maximum in _of(Maximum, right):
        elements = [e for e in left if isinstance(e, Expr) and e.is_commutative and sort_of(e) == maximum.var.domain]
        for element in elements:
            yield below_maximum(maximum, element)
            yield below_by(maximum, element)


def _added(claim: Inequality) -> Iterator[Expr]:
    """What the right side has beyond the left, as it stands."""
    here = set(Add.make_args(claim.lesser))
    more = [part for part in Add.make_args(claim.greater) if part not in here]
    if more:
        yield Add(*more)
