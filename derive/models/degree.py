"""deg(term): how large the numerator and the denominator of a term are, as polynomials in a model's numbers.

A bound from the form alone, for the Schwartz-Zippel lemma: two different rational functions of degree at
most d agree at a random residue with probability at most d / p. Every sum is counted as if no two of its
denominators were equal, and nothing is cancelled, so that the bound is far too large, never too small.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from sympy import Add, Basic, Integer, Max, Min, Mul, Pow, Symbol

from derive.binding import meaning
from derive.models.equations import Fixed, System
from derive.models.evaluation import FUEL
from derive.models.forms import exponents, whole
from derive.models.interpretation import key_of
from derive.terms import (
    Apply,
    At,
    Cases,
    Defined,
    Exp,
    Expectation,
    Given,
    Gradient,
    Log,
    Maximum,
    Mean,
    PathProbability,
    PathSum,
    Process,
    Samples,
    SumOver,
    TimeProduct,
    TimeSum,
    Var,
    Variance,
)

Degree = tuple[int, int]
NOTHING: Mapping[str, Degree] = MappingProxyType({})


def degree(node: Basic, elements: int, horizon: int, known: Mapping[str, Degree] = NOTHING) -> Degree:
    """Bounds on the degrees of numerator and denominator, for domains of at most `elements` elements.

    `known` has those of the reals and letters that hypotheses fix, by name and key; every other one is a number drawn.
    """

    def of(n: Basic) -> Degree:
        return degree(n, elements, horizon, known)

    if isinstance(node, Apply):
        return known.get(key_of(node.letter), (1, 0))
    if isinstance(node, Symbol) and not node.is_integer:
        return known.get(node.name, (1, 0))
    if isinstance(node, Add):
        return _total([of(a) for a in node.args])
    if isinstance(node, Mul):
        return _product([of(a) for a in node.args])
    if isinstance(node, Pow):
        if not whole(node.exp):  # a root: no residue is ever asked for its value
            return of(node.base)
        base, n = of(node.base), _magnitude(node.exp, horizon)
        return _power(base, n) if isinstance(node.exp, Integer) and node.exp > 0 else _either(base, n)
    if isinstance(node, (Defined, Variance)):
        return of(meaning(node))
    if isinstance(node, Gradient):
        a, b = of(node.body)
        return a + b, 2 * b
    if isinstance(node, Log):
        a, b = of(node.body)
        return a + b, a + b
    if isinstance(node, Exp):
        return _either((1, 0), sum(abs(c) for _, c in exponents(node.body) or ()))
    if isinstance(node, At):
        a, b = of(node.body)
        c, d = of(node.value)
        return (a + b) * (c + d + 1), (a + b) * (c + d + 1)
    if isinstance(node, Cases):
        parts = [of(e) for _, e in node.branches] + [of(node.default)]
        return max(a for a, _ in parts), max(b for _, b in parts)
    if isinstance(node, TimeSum):
        return _repeated(of(node.body), _terms(node, horizon))
    if isinstance(node, TimeProduct):
        return _power(of(node.body), _terms(node, horizon))
    if isinstance(node, (Min, Max)):
        parts = [of(a) for a in node.args]
        return max(a for a, _ in parts), max(b for _, b in parts)
    if isinstance(node, Maximum):
        return of(node.body)
    if isinstance(node, SumOver):
        return _repeated(of(node.body), elements)
    if isinstance(node, Mean):
        return _repeated(_product([of(node.weight), of(node.body)]), elements)
    if isinstance(node, Samples):
        return _of_samples(of(node.weight), of(node.body), elements, _magnitude(node.count, horizon))
    if isinstance(node, PathProbability):
        return _of_path(node.process, elements, horizon, known)
    if isinstance(node, PathSum):
        return _repeated(of(node.body), elements ** (2 * horizon + 1))
    if isinstance(node, (Expectation, Given)):
        one = _product([_of_path(node.process, elements, horizon, known), of(node.body)])
        return _repeated(one, elements ** (2 * horizon + 1))
    return 0, 0


def degrees_of(items: Sequence[Fixed | System], elements: int, horizon: int) -> dict[str, Degree]:
    """Bounds for what hypotheses fix, one after the other.

    The unknowns of n linear equations, each multiplied by its denominator, are quotients of two determinants of n rows
    (Cramer): n times the degree of a row bounds both, with one more for an unknown that is kept as it was drawn.
    """
    known: dict[str, Degree] = {}
    for item in items:
        parts = item.parts if isinstance(item, System) else (item,)
        found = {p.name: degree(p.body, elements, horizon, known) for p in parts}
        if isinstance(item, System) and item.circular:
            size = sum(elements ** (len(p.target.args) - 1) for p in parts)
            row = max(max(d) for d in found.values())
            found = dict.fromkeys(found, (size * (row + 1), size * (row + 1)))
        known |= found
    return known


def _of_samples(weight: Degree, body: Degree, elements: int, count: int) -> Degree:
    """Σ Π_i weight(x_i) · body over all tuples: no more of them than an evaluation may visit."""
    tuples = elements**count if elements**count <= FUEL else FUEL
    count = min(count, FUEL.bit_length()) if elements > 1 else count
    return _repeated(_product([_power(weight, count), body]), tuples)


def _of_path(process: Process, elements: int, horizon: int, known: Mapping[str, Degree]) -> Degree:
    factors = []
    for f, arity, times in (
        (process.initial, 1, 1),
        (process.policy, 2, horizon),
        (process.transition, 3, horizon),
    ):
        sorts = (process.actions if arity == 2 else process.states, process.states, process.actions)
        call = f(*(Var(f"x{i}", sort) for i, sort in enumerate(sorts[:arity])))
        factors.append(_power(degree(call, elements, horizon, known), times))
    return _product(factors)


def _product(parts: list[Degree]) -> Degree:
    return sum(a for a, _ in parts), sum(b for _, b in parts)


def _total(parts: list[Degree]) -> Degree:
    below = sum(b for _, b in parts)
    return max((a + below - b for a, b in parts), default=0), below


def _repeated(one: Degree, times: int) -> Degree:
    return one[0] + (times - 1) * one[1], times * one[1]


def _power(base: Degree, n: int) -> Degree:
    return base[0] * n, base[1] * n


def _either(base: Degree, n: int) -> Degree:
    """A power whose exponent may be negative: numerator and denominator may change places."""
    return max(base) * n, max(base) * n


def _terms(node: TimeSum | TimeProduct, horizon: int) -> int:
    """At most how many values an index takes."""
    return _magnitude(node.upper - node.lower, horizon) + 1


def _magnitude(exponent: Basic, horizon: int) -> int:
    """At most how large an exponent is: every time counts as four times the horizon and more."""
    size = 0
    for term in Add.make_args(exponent):
        c, rest = term.as_coeff_Mul()
        size += abs(int(c)) * (1 if rest == 1 else (4 * (horizon + 2)) ** len(Mul.make_args(rest)))
    return size
