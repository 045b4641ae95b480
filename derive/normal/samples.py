"""Expectations over samples brought to one form: sums over pairs told apart, samples drawn one by one. Untrusted.

E[(Σ_i f(x_i))²] = Σ_i (Σ_{j<i} (E f)² + E f² + Σ_{j>i} (E f)²) = N (N−1) (E f)² + N E f²
"""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Expr, Pow

from derive.binding import drawn, free, subterms
from derive.context import Context
from derive.errors import IllFormed, Refused
from derive.kernel import Theorem
from derive.normal.elements import constant_terms, sum_of_gradients
from derive.rewriting import Given, below
from derive.rules import RULES, Rule, gradient_of_samples, independence, linearity, square_of_sum
from derive.terms import Draw, Samples, SumOver, TimeSum
from derive.timeline import is_linear


def _square_of_samples(node: Expr, given: Given) -> Theorem:
    """(Σ_i f(x_i))² = Σ_i Σ_j f(x_i) f(x_j)."""
    if not drawn(node):
        raise Refused("{} looks at no samples", node)
    return square_of_sum.apply(node, given)


def _pairs_apart(node: Expr, given: Given) -> Theorem:
    """Σ_j E[f(x_i) g(x_j)] split at j = i, where it is not known that j ≠ i."""
    context = Context(below(node, 0, given))
    for other in _beside(node):
        if context.shows(node.index + 1, other) or context.shows(other + 1, node.index):
            continue
        return RULES["one_apart"](other).apply(node, given)
    raise Refused("the samples of {} are told apart", node)


def _beside(node: TimeSum) -> Iterator[Expr]:
    """The indices of other samples beside x_j, j the index of the sum, below an expectation."""
    for samples in (s for s in subterms(node.body) if isinstance(s, Samples)):
        named = {d.index for d in subterms(samples.body) if isinstance(d, Draw) and d.domain == samples.var.domain}
        indices = {i for i in named if is_linear(i) and free(i) <= free(samples.body)}
        if node.index in indices:
            yield from sorted((i for i in indices if node.index not in free(i)), key=str)


def _drawn(node: Expr, given: Given) -> Theorem:
    """E[f(x_i) g(x_j)] = Σ_x p f · Σ_x p g, and Σ_x ∇p = 0."""
    if isinstance(node, SumOver):
        try:
            return sum_of_gradients(node, given)
        except (Refused, IllFormed):
            pass
    return independence.apply(node, given)


ABOUT_SAMPLES: tuple[Rule, ...] = (
    gradient_of_samples,
    Rule("square_of_samples", "", _square_of_samples, (Pow,)),
    linearity,
    Rule("pairs_apart", "", _pairs_apart, (TimeSum,)),
    Rule("drawn", "", _drawn, (Samples, SumOver)),
    Rule("constant_terms", "", constant_terms, (TimeSum,)),
)
