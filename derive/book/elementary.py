"""σ'(u): the derivative of a function of a number that the text defines, from sums, products, powers, e^x and log x."""

from __future__ import annotations

from sympy import Add, Expr, Integer, Mul, Pow, Symbol

from derive.binding import free, meaning
from derive.terms import Defined, Definition, Exp, Log


def derived(definition: Definition) -> Definition | None:
    """f' of f(x) := …; None where the body is made of anything else."""
    if len(definition.params) != 1 or not isinstance(definition.params[0], Symbol):
        return None
    x = definition.params[0]
    slope = _slope(definition.body, x)
    return Definition(f"{definition.name}'", (x,), slope, "call") if slope is not None else None


def _slope(term: Expr, x: Symbol) -> Expr | None:
    if isinstance(term, Defined) and (value := meaning(term)) is not None:
        return _slope(value, x)
    if x not in free(term):
        return Integer(0)
    if term == x:
        return Integer(1)
    if isinstance(term, Add):
        return _sum([_slope(part, x) for part in term.args])
    if isinstance(term, Mul):
        slopes = [_slope(part, x) for part in term.args]
        rest = [Mul(*(p for m, p in enumerate(term.args) if m != n)) for n in range(len(term.args))]
        return _sum([None if s is None else s * other for s, other in zip(slopes, rest, strict=True)])
    outer: Expr
    if isinstance(term, Pow) and x not in free(term.exp):
        inner, outer = _slope(term.base, x), term.exp * Pow(term.base, term.exp - 1)
    elif isinstance(term, Exp):
        inner, outer = _slope(term.body, x), term
    elif isinstance(term, Log):
        inner, outer = _slope(term.body, x), Pow(term.body, Integer(-1))
    else:
        return None
    return None if inner is None else inner * outer


def _sum(parts: list[Expr | None]) -> Expr | None:
    known = [part for part in parts if part is not None]
    return Add(*known) if len(known) == len(parts) else None
