"""Rules that lead to a line which is at least the one before."""

from __future__ import annotations

from sympy import Add, Expr

from derive import kernel
from derive.binding import substitute
from derive.errors import Refused
from derive.kernel import Theorem, law
from derive.rewriting import HOLE, Given
from derive.rules.rule import first_of, rule
from derive.terms import ZERO, Log, Maximum


@rule("what is added is at least zero", once=True)
def adding(node: Expr, given: Given, more: Expr) -> Theorem:
    """X ≤ X + Y for Y ≥ 0."""
    return kernel.monotone(law("nonnegative", ZERO, more, given=given), node + HOLE, HOLE, given)


@rule("no value is above the maximum", once=True)
def below_maximum(node: Expr, given: Given, maximum: Expr, at: Expr) -> Theorem:
    """f(v) ≤ max_x f(x)."""
    return law("below_maximum", node, maximum, at, given=given)


@rule("no difference is above the greatest", once=True)
def below_by(node: Expr, given: Given, maximum: Maximum, at: Expr) -> Theorem:
    """f(v) ≤ g(v) + max_x (f(x) − g(x))."""
    value = substitute(maximum.body, {maximum.var: at})
    if node not in Add.make_args(value):
        raise Refused("{} is no part of {}", node, value)
    return kernel.monotone(law("below_maximum", value, maximum, at, given=given), node - value + HOLE, HOLE, given)


@rule("constants out of the maximum", Maximum)
def constant_maximum(node: Expr, given: Given) -> Theorem:
    """max_x c = c and max_x (c + f(x)) = c + max_x f(x)."""
    return first_of("maximum_constant", "maximum_shift")(node, given)


@rule("neither is above the larger", once=True)
def below_larger(node: Expr, given: Given, larger: Expr) -> Theorem:
    """X ≤ max(X, Y)."""
    return law("below_larger", node, larger, given=given)


@rule("the smaller is below both", once=True)
def smaller_below(node: Expr, given: Given, part: Expr) -> Theorem:
    """min(X, Y) ≤ X."""
    return law("smaller_below", node, part, given=given)


@rule("log x ≤ x − 1", Log, once=True)
def log_at_most(node: Expr, given: Given) -> Theorem:
    """log x ≤ x − 1 for x > 0."""
    return law("log_at_most", node, given=given)


@rule("1 − x ≤ −log x", Add, once=True)
def log_at_least(node: Expr, given: Given) -> Theorem:
    """1 − x ≤ −log x for x > 0."""
    inner = 1 - node
    below = kernel.monotone(law("log_at_most", Log(inner), given=given), node - Log(inner) + HOLE, HOLE, given)
    return kernel.trans(below, kernel.ring(below.rhs, -Log(inner), given))
