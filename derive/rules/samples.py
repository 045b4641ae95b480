"""Expectations over independent samples."""

from __future__ import annotations

from sympy import Expr

from derive.binding import free, subterms
from derive.errors import IllFormed, Refused
from derive.kernel import Theorem, law
from derive.rewriting import Given
from derive.rules.rule import first_of, rule
from derive.terms import Draw, Gradient, Samples, SumOver


@rule("draw a sample", Samples)
def draw_sample(node: Expr, given: Given, *indices: Expr) -> Theorem:
    """E[X] = E[Σ_x p(x) X with x_i = x], for the samples named or the first that can be."""
    refusal: Exception = Refused("{} looks at no sample", node)
    for index in _indices(node):
        if indices and index not in indices:
            continue
        try:
            return law("draw_sample", node, index, given=given)
        except (Refused, IllFormed) as fault:
            refusal = fault
    raise refusal


def _indices(node: Samples) -> list[Expr]:
    """The indices of the samples that the body looks at by name, not as terms of a sum."""
    found = {d.index for d in subterms(node.body) if isinstance(d, Draw) and d.domain == node.var.domain}
    return sorted((i for i in found if free(i) <= free(node.body)), key=str)


@rule("independent samples", Samples, SumOver)
def independence(node: Expr, given: Given) -> Theorem:
    """E[f(x_i) g(x_j)] = Σ_x p(x) f(x) · Σ_x p(x) g(x) for i ≠ j, what does not depend on x standing before Σ_x."""
    if isinstance(node, SumOver):
        return first_of("vanishing", "normalisation", "additivity", "homogeneity")(node, given)
    try:
        return first_of("vanishing", "additivity", "homogeneity", "average_of_one", "exchange")(node, given)
    except (Refused, IllFormed):
        return draw_sample.apply(node, given)


@rule("the other samples do not matter", Samples, once=True)
def fewer_samples(node: Expr, given: Given, count: Expr) -> Theorem:
    """E[X] over N samples is E[X] over the first n, where X looks at those alone."""
    return law("fewer_samples", node, count, given=given)


@rule("∇ of the probability of each sample", Gradient)
def gradient_of_samples(node: Expr, given: Given) -> Theorem:
    """∇E[X] = E[∇X + X Σ_i ∇log p(x_i)]."""
    return law("gradient_of_samples", node, given=given)
