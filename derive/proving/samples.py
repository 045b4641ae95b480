"""Expectations over samples brought to one form: sums over pairs told apart, samples drawn one by one. Untrusted.

E[(Σ_i f(x_i))²] = Σ_i (Σ_{j<i} (E f)² + E f² + Σ_{j>i} (E f)²) = N (N−1) (E f)² + N E f²
"""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Expr, Pow

from derive.binding import drawn, free, subterms
from derive.context import Context
from derive.errors import Refused
from derive.kernel import Theorem
from derive.rewriting import Conversion, Given, below
from derive.rules import RULES, gradient_of_samples, independence, square_of_sum
from derive.terms import Draw, Gradient, Samples, TimeSum
from derive.timeline import is_linear


def square_of_samples(node: Pow, given: Given) -> Theorem:
    """(Σ_i f(x_i))² = Σ_i Σ_j f(x_i) f(x_j)."""
    if not drawn(node):
        raise Refused("{} looks at no samples", node)
    return square_of_sum.apply(node, given)


def pairs_apart(node: TimeSum, given: Given) -> Theorem:
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


ABOUT_SAMPLES: dict[type, tuple[Conversion, ...]] = {
    Gradient: (gradient_of_samples.apply,),
    Pow: (square_of_samples,),
    TimeSum: (pairs_apart,),
    Samples: (independence.apply,),
}
