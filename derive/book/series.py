"""Sums without an end: series of powers, and sums that end with the episode."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Add, Basic, Expr, Integer, Symbol
from sympy import Mul as Mul_

from derive.binding import free, subterms
from derive.book.context import Context
from derive.context import Context as Known
from derive.terms import (
    Apply,
    AtMost,
    Defined,
    Definition,
    Letter,
    State,
    Term,
    TimeSum,
)
from derive.timeline import is_linear


def _geometric(body: Expr, index: Symbol, lower: Expr) -> Expr | None:
    """Σ_{k=a}^∞ c x^{k+b} = c x^{a+b} / (1 - x), for a letter x, which is then less than 1; None for another sum."""
    powers = [f for f in Mul_.make_args(body) if index in f.free_symbols]
    base, exponent = powers[0].as_base_exp() if len(powers) == 1 else (None, None)
    if not isinstance(base, Symbol) or base.is_integer or any(isinstance(n, Term) for n in subterms(body)):
        return None
    if exponent is None or not is_linear(exponent) or (exponent - index).expand().has(index):
        return None
    rest = Mul_(*(f for f in Mul_.make_args(body) if f not in powers))
    found: Expr = rest * base ** (exponent - index + lower).expand() / (1 - base)
    return found


def endless(cls: type, body: Expr, index: Symbol, lower: Expr, ctx: Context) -> Expr:
    """A sum to infinity in an episode: it ends with the episode, where every term after that is a reward's multiple."""
    if cls is TimeSum and (series := _geometric(body, index, lower)) is not None:
        ctx.notes.used.add("geometric")
        return series
    known = Known((*ctx.facts, AtMost(index, index)))
    outside = free(body) - {index}
    shifts = [
        s - index for s in _starts(body) if (s - index).free_symbols <= outside
    ]  # t, of r_{t+k}: it ends t earlier
    shift = min(shifts, key=lambda s: s.as_coeff_Add()[0], default=None)
    if cls is not TimeSum or shift is None or not pays(body, index + shift, known):
        ctx.notes.assumed.add("an infinite sum or product cut at the end of an episode")
        shift = shift if shift is not None and cls is TimeSum else Integer(0)
    ctx.notes.used.add("endless")
    found: Expr = cls(body, index, lower, ctx.horizon - 1 - shift)
    return found


def _starts(term: Basic) -> Iterator[Expr]:
    """The times of the states in a term, and those at which it uses a definition."""
    if isinstance(term, State):
        yield term.time
    elif isinstance(term, Defined):
        yield from (a for a in term.args[1:] if isinstance(a, Expr) and is_linear(a))
    elif not isinstance(term, (Definition, Letter)):
        for part in term.args:
            yield from _starts(part)


def pays(term: Expr, at: Expr, known: Known) -> bool:
    """Whether a term is zero once the episode has ended before `at`: each of its summands has a later reward in it."""
    if isinstance(term, (Mul_, TimeSum)):
        parts = term.args if isinstance(term, Mul_) else (term.body,)
        return any(pays(p, at, known) for p in parts)
    if isinstance(term, Add):
        return all(pays(p, at, known) for p in term.args)
    if isinstance(term, Apply) and term.letter.name in ("r", "R"):
        return known.shows(at, term.args[1].time) if isinstance(term.args[1], State) else False
    return False
