"""Expectations over independent samples x_1, …, x_N. TRUSTED."""

from __future__ import annotations

from sympy import Expr

from derive.axioms.conditions import apart, need, sums_to_one, with_body
from derive.binding import drawn, free, fresh, meaning, substitute
from derive.context import Context
from derive.errors import Refused
from derive.kernel import axiom
from derive.terms import (
    ONE,
    Defined,
    Definition,
    Draw,
    Gradient,
    Log,
    Process,
    Samples,
    SumOver,
    TimeProduct,
    TimeSum,
    Var,
    time_symbol,
)
from derive.timeline import linear


@axiom
def draw_sample(context: Context, term: Expr, index: Expr) -> Expr:
    """E[X] = E[Σ_x p(x) X with x_i = x] for x_1, …, x_N ∼ p and 1 ≤ i ≤ N, where no other x_j of X may be x_i."""
    need(isinstance(term, Samples), "{} is no expectation over samples", term)
    need(sums_to_one(term.weight, term.var), "{} is not known to be a distribution of {}", term.weight, term.var)
    _independent(term)
    context.at_most(ONE, index)
    context.at_most(index, term.count)
    x = fresh(term.var, free(term))
    weight = substitute(term.weight, {term.var: x})
    return with_body(term, SumOver(weight * _put(context, term.body, Draw(index, x.domain), x), x))


@axiom
def gradient_of_samples(context: Context, term: Expr) -> Expr:
    """∇E[X] = E[∇X + X Σ_{i=1}^{N} ∇log p(x_i)] for x_1, …, x_N ∼ p > 0 and an N that does not depend on θ."""
    need(isinstance(term, Gradient) and isinstance(term.body, Samples), "{} is no gradient over samples", term)
    theta, samples = term.parameter, term.body
    _independent(samples)
    context.positive(samples.weight)
    context.constant(samples.count, theta)
    i = fresh(time_symbol("i"), free(term))
    chance = substitute(samples.weight, {samples.var: Draw(i, samples.var.domain)})
    scores = TimeSum(Gradient(Log(chance), theta), i, ONE, samples.count)
    return with_body(samples, Gradient(samples.body, theta) + samples.body * scores)


def _independent(samples: Samples) -> None:
    """What the samples are drawn with does not hang on other samples of the set, for which x_i stands outside."""
    weight = samples.weight
    need(samples.var.domain not in drawn(weight), "{} depends on samples of {}", weight, samples.var.domain)


def _put(context: Context, term: Expr, sample: Draw, value: Var) -> Expr:
    """Replace one sample by a value, in a term whose other samples of the set are others."""
    if sample.domain not in drawn(term):
        return term
    if isinstance(term, Draw):
        return value if _is_same(context, term, sample) else term
    if isinstance(term, Defined) and sample.domain in drawn(term.definition):
        return _put(context, meaning(term), sample, value)
    if isinstance(term, (Process, Definition)) or (isinstance(term, Samples) and term.var.domain == sample.domain):
        raise Refused("nothing can be put inside {}", term)
    if isinstance(term, (TimeSum, TimeProduct)):
        lower, upper = (_put(context, bound, sample, value) for bound in (term.lower, term.upper))
        with context.opened(term, sample.index) as (k, body):
            return term.func(_put(context, body, sample, value), k, lower, upper)
    term = apart(term, free(value))
    return term.func(*(_put(context, a, sample, value) for a in term.args))


def _is_same(context: Context, one: Draw, other: Draw) -> bool:
    """Whether two samples are one; refused where that cannot be told."""
    if linear(one.index - other.index) == (0, ()):
        return True
    if context.shows(one.index + 1, other.index) or context.shows(other.index + 1, one.index):
        return False
    raise Refused("cannot tell whether {} is another sample than {}", one, other)
