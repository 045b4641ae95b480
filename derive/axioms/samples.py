"""Expectations over independent samples x_1, …, x_N. TRUSTED."""

from __future__ import annotations

from collections.abc import Callable

from sympy import Basic, Expr, Tuple

from derive.axioms.conditions import apart, need, sums_to_one, with_body
from derive.binding import drawn, free, fresh, meaning, substitute
from derive.context import Context
from derive.errors import Refused
from derive.kernel import axiom
from derive.terms import (
    ONE,
    ZERO,
    Defined,
    Definition,
    Domain,
    Draw,
    Gradient,
    Log,
    Process,
    Samples,
    SumOver,
    TimeProduct,
    TimeSum,
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
    sample = Draw(index, x.domain)
    body = _each(context, term.body, x.domain, Tuple(x, index), lambda d: x if _is_same(context, d, sample) else d)
    return with_body(term, SumOver(weight * body, x))


@axiom
def fewer_samples(context: Context, term: Expr, count: Expr) -> Expr:
    """E_{x_1, …, x_N}[X] = E_{x_1, …, x_n}[X] for x_i ∼ p, 0 ≤ n ≤ N and an X that looks at x_1, …, x_n alone."""
    need(isinstance(term, Samples), "{} is no expectation over samples", term)
    need(sums_to_one(term.weight, term.var), "{} is not known to be a distribution of {}", term.weight, term.var)
    _independent(term)
    context.at_most(ZERO, count)
    context.at_most(count, term.count)
    _each(context, term.body, term.var.domain, count, lambda d: _among(context, d, count))
    return term.func(*term.args[:-1], count)


@axiom
def gradient_of_samples(context: Context, term: Expr) -> Expr:
    """∇E[X] = E[∇X + X Σ_{i=1}^{N} ∇log p(x_i)] for x_1, …, x_N ∼ p > 0 and an N that does not depend on θ."""
    need(isinstance(term, Gradient) and isinstance(term.body, Samples), "{} is no gradient over samples", term)
    theta, samples = term.parameter, term.body
    _independent(samples)
    with context.inside(samples):
        context.positive(samples.weight)
    context.constant(samples.count, theta)
    i = fresh(time_symbol("i"), free(term))
    chance = substitute(samples.weight, {samples.var: Draw(i, samples.var.domain)})
    scores = TimeSum(Gradient(Log(chance), theta), i, ONE, samples.count)
    return with_body(samples, Gradient(samples.body, theta) + samples.body * scores)


def _independent(samples: Samples) -> None:
    """What the samples are drawn with does not hang on other samples of the set, for which x_i stands outside."""
    for part in (samples.weight, samples.count):
        need(samples.var.domain not in drawn(part), "{} depends on samples of {}", part, samples.var.domain)


def _each(context: Context, term: Expr, domain: Domain, beside: Basic, change: Callable[[Draw], Expr]) -> Expr:
    """The term with each of its samples of the set changed; no name of what stands beside it is bound in it."""
    if domain not in drawn(term):
        return term
    if isinstance(term, Draw):
        need(domain not in drawn(term.index), "which sample {} is depends on samples of {}", term, domain)
        return change(term)
    if isinstance(term, Defined) and domain in drawn(term.definition):
        return _each(context, meaning(term), domain, beside, change)
    if isinstance(term, (Process, Definition)) or (isinstance(term, Samples) and term.var.domain == domain):
        raise Refused("nothing can be put inside {}", term)
    if isinstance(term, (TimeSum, TimeProduct)):
        lower, upper = (_each(context, bound, domain, beside, change) for bound in (term.lower, term.upper))
        with context.opened(term, beside) as (k, body):
            return term.func(_each(context, body, domain, beside, change), k, lower, upper)
    term = apart(term, free(beside))
    return term.func(*(_each(context, a, domain, beside, change) for a in term.args))


def _is_same(context: Context, one: Draw, other: Draw) -> bool:
    """Whether two samples are one; refused where that cannot be told."""
    if linear(one.index - other.index) == (0, ()):
        return True
    if context.shows(one.index + 1, other.index) or context.shows(other.index + 1, one.index):
        return False
    raise Refused("cannot tell whether {} is another sample than {}", one, other)


def _among(context: Context, sample: Draw, count: Expr) -> Draw:
    context.at_most(sample.index, count)
    return sample
