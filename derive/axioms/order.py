"""What is at most what: squares, maxima and logarithms. TRUSTED.

A law of this file gives term ≤ result.
"""

from __future__ import annotations

from sympy import Expr, Max, Min

from derive.axioms.conditions import need
from derive.binding import substitute
from derive.context import Context
from derive.kernel import axiom
from derive.terms import ONE, ZERO, Inequality, Log, Maximum, is_element


@axiom
def nonnegative(context: Context, term: Expr, greater: Expr) -> Inequality:
    """0 ≤ X, where X is built of squares, probabilities and what is assumed to be at least zero."""
    need(term == ZERO, "{} is not zero", term)
    context.nonnegative(greater)
    return Inequality(ZERO, greater)


@axiom
def below_maximum(context: Context, term: Expr, maximum: Expr, at: Expr) -> Inequality:
    """f(v) ≤ max_x f(x)."""
    need(isinstance(maximum, Maximum) and is_element(at, maximum.var.domain), "{} is no element of {}", at, maximum)
    need(substitute(maximum.body, {maximum.var: at}) == term, "{} is no value of {}", term, maximum)
    return Inequality(term, maximum)


@axiom
def below_larger(context: Context, term: Expr, larger: Expr) -> Inequality:
    """x ≤ max(x, y)."""
    need(isinstance(larger, Max) and term in larger.args, "{} is not among the arguments of {}", term, larger)
    return Inequality(term, larger)


@axiom
def smaller_below(context: Context, term: Expr, part: Expr) -> Inequality:
    """min(x, y) ≤ x."""
    need(isinstance(term, Min) and part in term.args, "{} is not among the arguments of {}", part, term)
    return Inequality(term, part)


@axiom
def log_at_most(context: Context, term: Expr) -> Inequality:
    """log x ≤ x − 1 for x > 0."""
    need(isinstance(term, Log), "{} is no logarithm", term)
    context.positive(term.body)
    return Inequality(term, term.body - ONE)
