"""Sums of gradients of probabilities: Σ_x ∇p(x) = ∇ Σ_x p(x) = 0. Untrusted."""

from __future__ import annotations

from sympy import Expr, Mul

from derive import kernel
from derive.errors import Refused
from derive.kernel import Theorem, law
from derive.rewriting import HOLE, Given
from derive.terms import Gradient, SumOver


def slopes_vanish(node: SumOver, given: Given) -> Theorem:
    """Σ_x c ∇p(x) = c ∇ Σ_x p(x) = 0, and Σ_x ∇²p(x) = 0, for a distribution p."""
    factors = Mul.make_args(node.body)
    slopes = [f for f in factors if isinstance(f, Gradient)]
    rest = Mul(*(f for f in factors if f not in slopes))
    if len(slopes) != 1 or rest * slopes[0] != node.body:
        raise Refused("{} is no sum of gradients", node)
    vanished = _vanished(SumOver(slopes[0], node.var), given)
    if rest == 1:
        return vanished
    out = law("homogeneity", node, rest, slopes[0], given=given)
    return kernel.trans(out, kernel.cong(vanished, rest * HOLE, HOLE, given))


def _vanished(total: SumOver, given: Given) -> Theorem:
    """Σ_x ∇p(x) = ∇ Σ_x p(x) = ∇ 1 = 0."""
    slope = total.body
    outside = Gradient(SumOver(slope.body, total.var), slope.parameter)
    exchanged = kernel.sym(law("exchange", outside, given=given))
    inner = _vanished if isinstance(slope.body, Gradient) else _one
    settled = kernel.cong(inner(outside.body, given), Gradient(HOLE, slope.parameter), HOLE, given)
    zero = kernel.trans(settled, law("gradient_constant", settled.rhs, given=given))
    return kernel.trans(exchanged, zero)


def _one(total: Expr, given: Given) -> Theorem:
    return law("normalisation", total, given=given)
