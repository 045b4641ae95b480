"""The field's order of factors and terms, where SymPy's is alphabetical.

A product: number, discount γ^t, probabilities, importance ratios, rewards and other letters, expectations,
sums, and last the gradients of log π. A sum: what is added before what is taken away, the nearest first.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from sympy import Add, Basic, Integer, Max, Min, Mul, Pow, Rational, Symbol

from derive.binding import free, subterms
from derive.terms import (
    ONE,
    Action,
    Apply,
    At,
    Cases,
    Defined,
    Definition,
    Draw,
    Exp,
    Expectation,
    Given,
    Gradient,
    Letter,
    Log,
    Maximum,
    Mean,
    PathProbability,
    PathSum,
    Process,
    Samples,
    State,
    SumOver,
    TimeProduct,
    TimeSum,
    Variance,
)

Text = Callable[[Basic], str]
_PARAMETERS = ("theta", "phi", "psi")  # names that are parameters wherever they are free
_INDICES = "Ttkjilnm"  # T - t - 1, t + n
_VARIABLES = "sa"  # s + a


class Quotient(NamedTuple):
    """The factors above and below one fraction bar."""

    above: tuple[Basic, ...]
    below: tuple[Basic, ...]
    rank: int


@lru_cache(maxsize=2_000)
def parameters(head: Letter | Definition) -> tuple[Symbol, ...]:
    """The parameters that a letter or a definition depends on, by name."""
    if isinstance(head, Letter):
        return () if head.parameter is None else (head.parameter,)
    inside = list(subterms(head.body))
    known = {n.parameter for n in inside if isinstance(n, (Letter, Gradient))}
    found = {x for x in free(head) if isinstance(x, Symbol) and not x.is_integer}
    named = {x for x in found if x.name.split("_")[0] in _PARAMETERS}
    return tuple(sorted(found & (known | named), key=lambda x: natural(x.name)))


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """A sorting key: 2 before 10, numbers before letters, and what is fenced last."""
    pieces = re.findall(r"[0-9]+|[^0-9]+", text)
    return tuple((0, int(p), "") if p.isdecimal() else (1 + p.startswith("("), 0, p) for p in pieces)


# Terms of a sum


def term_key(term: Basic, is_index: bool, text: Text) -> tuple[Any, ...]:
    """Positive first; in an index the number last (T - 1), elsewhere 1 first, then r_t, γ r_{t+1}, …"""
    coefficient, rest = term.as_coeff_Mul()
    number, name = rest == 1, text(rest)
    if is_index:
        index = _INDICES.find(name) if len(name) == 1 else -1
        return (coefficient.is_negative, number, index if index >= 0 else len(_INDICES), natural(name))
    factors = Mul.make_args(rest)
    nearness = (max(map(_discount, factors)), any(map(_is_big, factors)), len(factors))
    return (
        coefficient.is_negative,
        not number,
        *nearness,
        _chance(rest),
        _VARIABLES.find(name),
        natural(name),
    )


def _discount(factor: Basic) -> int:
    base, exponent = (factor.base, factor.exp) if isinstance(factor, Pow) else (factor, ONE)
    if not (isinstance(base, Symbol) and base.name == "gamma"):
        return 0
    return int(exponent) if isinstance(exponent, Integer) else 1_000


# Factors of a product


def arranged(product: Basic, text: Text) -> list[Basic | Quotient]:
    """The factors of a positive product in order, negative powers gathered below fraction bars."""
    number, rest = product.as_coeff_Mul()
    above, below = list[Basic](), list[Basic]()
    for factor in Mul.make_args(rest) if rest != 1 else ():
        under = isinstance(factor, Pow) and isinstance(factor.exp, Rational) and factor.exp < 0
        (below.append(Pow(factor.base, -factor.exp)) if under else above.append(factor))
    above.sort(key=lambda f: _factor_key(f, text))
    below.sort(key=lambda f: _factor_key(f, text))
    parts: list[Basic | Quotient] = [*_ratios(above, below)]
    parts += _gathered(number, above, below)
    return sorted(parts, key=lambda p: _factor_key(p, text))


def _ratios(above: list[Basic], below: list[Basic]) -> list[Quotient]:
    """Takes out each π(a|s)/μ(a|s) and each ∇p/p."""
    found = []
    for under in [b for b in below if _is_probability(b)]:
        pairs = [f for f in above if isinstance(f, Gradient) and f.body == under]
        pairs += sorted((f for f in above if _is_probability(f)), key=lambda f: f.args[1:] != under.args[1:])
        if pairs:
            above.remove(pairs[0])
            below.remove(under)
            found.append(Quotient((pairs[0],), (under,), 3))
    return found


def _gathered(number: Rational, above: list[Basic], below: list[Basic]) -> list[Basic | Quotient]:
    """What is left, in one fraction; a long factor stays beside 1/N, not above it."""
    over = (Integer(number.p),) if number.p != 1 else ()
    under = (Integer(number.q),) if number.q != 1 else ()
    if not below and not under:
        return [*over, *above]
    light = all(isinstance(b.base if isinstance(b, Pow) else b, Symbol) for b in below)
    if not below or (light and any(_rank(f) >= 6 for f in above)):
        return [Quotient(over or (ONE,), (*under, *below), 0), *above]
    return [Quotient((*over, *above) or (ONE,), (*under, *below), 4)]


def _factor_key(factor: Basic | Quotient, text: Text) -> tuple[Any, ...]:
    if isinstance(factor, Quotient):
        return (factor.rank, (), natural(text(factor.below[0])))
    base = factor.base if isinstance(factor, Pow) else factor
    if isinstance(base, Symbol):
        return (1, base.name != "gamma", natural(text(factor)))
    if isinstance(base, (Add, Mul)) and _is_number(base):  # (γλ)^k, 1 - p
        return (1, True, natural("(" + text(factor)))
    if _is_probability(base):
        return (2, _chance(base), natural(text(base)))
    return (_rank(factor), (), natural(text(factor)))


def _chance(node: Basic) -> tuple[Any, ...]:
    """Where a probability stands: ρ_0(s_0), π(a_0|s_0), P(s_1|s_0,a_0) as things happen, and ∏ after them."""
    match node:
        case Log():
            return _chance(node.body)
        case TimeProduct():
            return (True, (), _chance(node.body)[2:])
        case Mul():
            return min(filter(None, map(_chance, node.args)), default=())
    if not _is_probability(node):
        return ()
    args = [x for x in node.args[1:] if isinstance(x, (State, Action, Draw))]
    times = [natural(str(x.args[0])) for x in args]
    return (False, min(times, default=()), (len(node.args),))


def _is_number(node: Basic) -> bool:
    """Made of numbers and plain letters alone."""
    if isinstance(node, (Add, Mul, Pow)):
        return all(map(_is_number, node.args))
    return isinstance(node, (Rational, Symbol))


def _is_probability(node: Basic) -> bool:
    match node:
        case Apply():
            return node.letter.pmf
        case Defined():
            return node.definition.form == "given"
    return isinstance(node, (PathProbability, TimeProduct))


def _rank(factor: Basic) -> float:
    base = factor.base if isinstance(factor, Pow) else factor
    for classes, rank in _RANKS:
        if isinstance(base, classes):
            return rank + 2 if rank == 7 and _has_gradient(base) else rank
    return 4


_RANKS: tuple[tuple[type | tuple[type, ...], float], ...] = (
    (Integer, 0),
    (Exp, 4.1),
    ((Min, Max), 4.2),
    (Add, 4.3),
    ((Cases, At), 4.4),
    (Log, 5),
    ((Expectation, Mean, Samples, Variance, Given), 6),
    ((TimeSum, SumOver, PathSum, Maximum), 7),
    (Gradient, 8),
)


def _is_big(factor: Basic) -> bool:
    return isinstance(factor, (Expectation, Mean, Samples, Variance, Given, TimeSum, SumOver, PathSum, Maximum))


def _has_gradient(node: Basic) -> bool:
    if isinstance(node, (Definition, Process)):
        return False
    return isinstance(node, Gradient) or any(map(_has_gradient, node.args))
