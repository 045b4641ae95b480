"""Integer order on the time line: what follows from k ≤ t-1, and how late a term looks.

A linear form is `(constant, ((symbol, coefficient), …))` and stands for "this is ≥ 0". Entailment is
Fourier-Motzkin elimination with integer tightening: a proof by contradiction over the rationals, so that
"yes" is always right; a "no" may be a miss.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import gcd

from sympy import Add, Basic, Expr, Integer, Mul, Symbol

from derive.errors import Refused
from derive.terms import AtMost

Linear = tuple[int, tuple[tuple[Symbol, int], ...]]


@lru_cache(maxsize=100_000)
def linear(expr: Expr) -> Linear:
    """An integer expression as a linear form in its symbols; refused when it is not one."""
    constant, coefficients = 0, dict[Symbol, int]()
    for term in Add.make_args(expr.expand() if isinstance(expr, (Mul, Add)) else expr):
        c, rest = term.as_coeff_Mul()
        if not isinstance(c, Integer):
            raise Refused("{} is not an integer linear form: {} is no integer", expr, c)
        if rest == 1:
            constant += int(c)
        elif isinstance(rest, Symbol) and rest.is_integer:
            coefficients[rest] = coefficients.get(rest, 0) + int(c)
        else:
            raise Refused("{} is not linear in time symbols: {} is none", expr, rest)
    return constant, _sorted(coefficients)


def _sorted(coefficients: dict[Symbol, int]) -> tuple[tuple[Symbol, int], ...]:
    return tuple(sorted(((s, c) for s, c in coefficients.items() if c), key=lambda sc: sc[0].name))


def _tighten(form: Linear) -> Linear:
    constant, terms = form
    g = gcd(*(c for _, c in terms)) if terms else 0
    return form if g <= 1 else (constant // g, tuple((s, c // g) for s, c in terms))


def _combine(a: Linear, m: int, b: Linear, n: int) -> Linear:
    total = {s: m * c for s, c in a[1]}
    for s, c in b[1]:
        total[s] = total.get(s, 0) + n * c
    return _tighten((m * a[0] + n * b[0], _sorted(total)))


def _eliminate(forms: set[Linear], symbol: Symbol) -> set[Linear]:
    ups, downs, rest = [], [], set()
    for form in forms:
        c = dict(form[1]).get(symbol, 0)
        (ups.append((c, form)) if c > 0 else downs.append((c, form)) if c < 0 else rest.add(form))
    for c, up in ups:
        for d, down in downs:
            rest.add(_combine(up, -d, down, c))
    return rest


@lru_cache(maxsize=50_000)
def infeasible(forms: frozenset[Linear]) -> bool:
    """No rational point satisfies all forms ≥ 0 (after integer tightening)."""
    current = {_tighten(f) for f in forms}
    while True:
        if any(not terms and constant < 0 for constant, terms in current):
            return True
        symbols = sorted({s for _, terms in current for s, _ in terms}, key=lambda s: s.name)
        if not symbols or len(current) > 400:
            return False
        current = _eliminate(current, symbols[0])


def entailed(facts: Iterable[Linear], goal: Linear) -> bool:
    """facts ⊢ goal ≥ 0."""
    constant, terms = goal
    if not terms:
        return constant >= 0
    return infeasible(frozenset(facts) | {(-constant - 1, tuple((s, -c) for s, c in terms))})


def needed(facts: Sequence[AtMost], local: Sequence[Linear], goal: Linear) -> list[AtMost] | None:
    """A smallest part of `facts` that entails the goal together with `local`, or None when they do not.

    Of several parts the same one is found in whatever order the facts come, for they come from sets; a fact that speaks
    of fewer symbols is kept rather than one that speaks of more.
    """
    if entailed(local, goal):
        return []
    if not entailed([*local, *map(as_linear, facts)], goal):
        return None
    kept = sorted(facts, key=_place)
    for fact in tuple(kept):
        fewer = [f for f in kept if f is not fact]
        if entailed([*local, *map(as_linear, fewer)], goal):
            kept = fewer
    return kept


@lru_cache(maxsize=10_000)
def _place(fact: AtMost) -> tuple[int, str]:
    return -len(as_linear(fact)[1]), str(fact)


def as_linear(fact: AtMost) -> Linear:
    """greater - lesser."""
    return linear(fact.greater - fact.lesser)


def is_linear(expr: Basic) -> bool:
    """Whether an expression is an integer linear form in time symbols."""
    try:
        linear(expr)
    except Refused:
        return False
    return True
