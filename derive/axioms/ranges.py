"""Sums and products over time. TRUSTED."""

from __future__ import annotations

from sympy import Add, Expr, Integer, Mul, Pow

from derive.axioms.conditions import need, with_body
from derive.binding import free, substitute
from derive.context import Context
from derive.kernel import axiom
from derive.terms import (
    ONE,
    ZERO,
    TimeProduct,
    TimeSum,
)
from derive.timeline import linear


@axiom
def split(context: Context, term: Expr, middle: Expr) -> Expr:
    """Σ_{k=a}^{b} f = Σ_{k=a}^{m-1} f + Σ_{k=m}^{b} f for a ≤ m ≤ b+1; products likewise."""
    need(isinstance(term, (TimeSum, TimeProduct)), "{} is no sum or product over time", term)
    context.at_most(term.lower, middle)
    context.at_most(middle, term.upper + 1)
    parts = (
        term.func(term.body, term.index, term.lower, middle - 1),
        term.func(term.body, term.index, middle, term.upper),
    )
    return Add(*parts) if isinstance(term, TimeSum) else Mul(*parts)


@axiom
def single(context: Context, term: Expr) -> Expr:
    """Σ_{k=a}^{a} f(k) = f(a); products likewise."""
    need(isinstance(term, (TimeSum, TimeProduct)), "{} is no sum or product over time", term)
    need(linear(term.upper - term.lower) == (0, ()), "{} has not exactly one index", term)
    linear(term.lower)  # a time: what stands for an index is an integer
    return substitute(term.body, {term.index: term.lower})


@axiom
def empty(context: Context, term: Expr) -> Expr:
    """Σ_{k=a}^{b} f = 0 and ∏_{k=a}^{b} f = 1 for b < a."""
    need(isinstance(term, (TimeSum, TimeProduct)), "{} is no sum or product over time", term)
    context.at_most(term.upper + 1, term.lower)
    return ZERO if isinstance(term, TimeSum) else ONE


@axiom
def shift(context: Context, term: Expr, by: Expr) -> Expr:
    """Σ_{k=a}^{b} f(k) = Σ_{k=a+c}^{b+c} f(k-c); products likewise."""
    need(isinstance(term, (TimeSum, TimeProduct)), "{} is no sum or product over time", term)
    need(term.index not in free(by), "the shift {} mentions {}", by, term.index)
    linear(by)
    body = substitute(term.body, {term.index: term.index - by})
    return term.func(body, term.index, term.lower + by, term.upper + by)


@axiom
def count(context: Context, term: Expr) -> Expr:
    """Σ_{k=a}^{b} 1 = b - a + 1 for a ≤ b+1."""
    need(isinstance(term, TimeSum) and term.body == 1, "{} is no sum of ones over time", term)
    context.at_most(term.lower, term.upper + 1)
    return term.upper - term.lower + 1


@axiom
def product_of_ones(context: Context, term: Expr) -> Expr:
    """∏_k 1 = 1."""
    need(isinstance(term, TimeProduct) and term.body == 1, "{} is no product of ones", term)
    return ONE


@axiom
def product_of_products(context: Context, term: Expr) -> Expr:
    """∏_k f(k) g(k) = ∏_k f(k) ∏_k g(k)."""
    need(isinstance(term, TimeProduct) and isinstance(term.body, Mul), "{} is no product of products", term)
    return Mul(*(with_body(term, factor) for factor in term.body.args))


@axiom
def product_of_powers(context: Context, term: Expr) -> Expr:
    """∏_k f(k)^n = (∏_k f(k))^n for an integer n; f > 0 where n < 0."""
    need(isinstance(term, TimeProduct) and isinstance(term.body, Pow), "{} is no product of powers", term)
    base, n = term.body.args
    need(isinstance(n, Integer), "the exponent {} is no integer", n)
    return with_body(term, base) ** n
