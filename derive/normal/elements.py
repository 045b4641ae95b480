"""Averages and sums over elements brought to one form."""

from __future__ import annotations

from sympy import Expr, Mul

from derive import kernel
from derive.binding import canonical, free
from derive.errors import Refused
from derive.kernel import Theorem, law
from derive.rewriting import Given, everywhere
from derive.rules import (
    RULES,
    Rule,
    normalised,
)
from derive.terms import Gradient, SumOver, TimeSum


def mean_written_out(node: Expr, given: Given) -> Theorem:
    """E_x[X] = Σ_x p X."""
    return kernel.define(node, given)


def sum_of_gradients(node: Expr, given: Given) -> Theorem:
    """Σ_x c ∇p(x) = c ∇ Σ_x p(x) = 0, and Σ_x ∇²p(x) = 0."""
    gradients = [f for f in Mul.make_args(node.body) if isinstance(f, Gradient)]
    if len(gradients) != 1:
        raise Refused("{} is no sum of gradients", node)
    if gradients[0] != node.body:
        return law("homogeneity", node, given=given)
    outside = Gradient(SumOver(node.body.body, node.var), node.body.parameter)
    exchanged = kernel.sym(law("exchange", outside, given=given))
    one = everywhere(outside, Rule("one_or_zero", "", _one_or_zero, (SumOver,)), given)
    return kernel.trans(exchanged, kernel.trans(one, law("gradient_constant", one.rhs, given=given)))


def _one_or_zero(node: Expr, given: Given) -> Theorem:
    return (sum_of_gradients if isinstance(node.body, Gradient) else normalised.apply)(node, given)


def constant_terms(node: Expr, given: Given) -> Theorem:
    """Σ_{k=a}^{b} c = (b − a + 1) c."""
    if node.index in free(node.body):
        raise Refused("the terms of {} differ", node)
    return RULES["count"].apply(node, given)


def in_order(node: Expr, given: Given) -> Theorem:
    """Σ_x Σ_t = Σ_t Σ_x; of two sums over elements that one is outside which comes first in print."""
    exchanged = law("exchange", node, given=given)
    if isinstance(node.body, TimeSum) or str(canonical(exchanged.rhs)) < str(canonical(node)):
        return exchanged
    raise Refused("the sums of {} stand in their order", node)
