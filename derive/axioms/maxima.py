"""Maxima over a finite set, which is never empty, and the larger or smaller of several numbers. TRUSTED."""

from __future__ import annotations

from sympy import Add, Expr, Integer, Max, Min, Mul, Pow, Symbol

from derive.axioms.conditions import need
from derive.binding import free
from derive.context import Context
from derive.kernel import axiom
from derive.ring import equal_by_arithmetic
from derive.terms import ZERO, Apply, Exp, Gradient, Maximum, SumOver, TimeSum


@axiom
def maximum_shift(context: Context, term: Expr) -> Expr:
    """max_x (c + f(x)) = c + max_x f(x), where c does not depend on x."""
    need(isinstance(term, Maximum), "{} is no maximum", term)
    parts = Add.make_args(term.body)
    constants = [p for p in parts if term.var not in free(p)]
    need(0 < len(constants) < len(parts), "{} is no constant plus what is not", term.body)
    return Add(*constants) + Maximum(Add(*(p for p in parts if p not in constants)), term.var)


@axiom
def maximum_constant(context: Context, term: Expr) -> Expr:
    """max_x c = c, where c does not depend on x."""
    need(isinstance(term, Maximum) and term.var not in free(term.body), "{} is no maximum of a constant", term)
    return term.body


@axiom
def extreme(context: Context, term: Expr, chosen: Expr, *gaps: Expr) -> Expr:
    """max(x, y) = x where y ≤ x, and min(x, y) = x where x ≤ y; `gaps` are the distances, where they must be told."""
    need(isinstance(term, (Max, Min)) and chosen in term.args, "{} is not among the arguments of {}", chosen, term)
    context.real(term)
    sign = 1 if isinstance(term, Max) else -1
    others = [a for a in term.args if a != chosen]
    told = gaps or tuple(sign * (chosen - other) for other in others)
    need(len(told) == len(others), "{} are not as many as the other arguments of {}", told, term)
    for gap, other in zip(told, others, strict=True):
        need(equal_by_arithmetic(gap, sign * (chosen - other)), "{} is not how far {} is from {}", gap, chosen, other)
        context.nonnegative(gap)
    return chosen


@axiom
def gradient_extreme(context: Context, term: Expr) -> Expr:
    """|x − y| ∇max(x, y) = max(x − y, 0) ∇x + max(y − x, 0) ∇y for differentiable x, y; for min, with ∇x for ∇y."""
    slopes = [f for f in Mul.make_args(term) if isinstance(f, Gradient) and isinstance(f.body, (Max, Min))]
    need(len(slopes) == 1 and len(slopes[0].body.args) == 2, "{} is no gradient of the extreme of two", term)
    (slope,) = slopes
    x, y = slope.body.args
    need(term == Max(x - y, y - x) * slope, "{} is not weighed with how far {} is from {}", slope, x, y)
    context.real(x, y)
    for part in (x, y):
        _moves_smoothly(context, part, slope)
    above, below = Max(x - y, ZERO), Max(y - x, ZERO)
    if isinstance(slope.body, Min):
        above, below = below, above
    return above * Gradient(x, slope.parameter) + below * Gradient(y, slope.parameter)


def _moves_smoothly(context: Context, term: Expr, slope: Gradient) -> None:
    """The term is a continuous function of the parameter: no case distinction, logarithm or gradient of an extreme."""
    if slope.parameter not in free(term):
        return
    if isinstance(term, Apply):
        need(all(slope.parameter not in free(a) for a in term.args[1:]), "{} may jump", term)
        return
    need(isinstance(term, (Symbol, Add, Mul, Pow, Max, Min, Exp, SumOver, TimeSum)), "{} may jump", term)
    if isinstance(term, TimeSum):
        need(all(slope.parameter not in free(end) for end in (term.lower, term.upper)), "{} may jump", term)
    if isinstance(term, Pow) and not (isinstance(term.exp, Integer) and term.exp > 0):
        with context.inside(slope):
            context.positive(term.base)
    for part in term.args:
        _moves_smoothly(context, part, slope)
