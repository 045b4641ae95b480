"""Definitions unfolded, and what is linear: sums, averages, gradients."""

from __future__ import annotations

from sympy import Add, Expr, Mul

from derive import kernel
from derive.binding import bound_name, fresh, names, substitute
from derive.errors import IllFormed, Refused
from derive.kernel import Theorem, law
from derive.rewriting import HOLE, Given
from derive.rules.rule import AVERAGES, SUMS, first_of, rule
from derive.terms import Apply, Cases, Defined, Definition, Expectation, Gradient, Mean, SumOver, Variance

# definitions


@rule("definition", Defined)
def unfold(node: Expr, given: Given, *only: Definition) -> Theorem:
    """A name is what it stands for: every name, or only those given."""
    if only and node.definition not in only:
        raise Refused("{} is not to be unfolded here", node)
    return kernel.define(node, given)


@rule("definition of expectation", Mean, Expectation)
def expectation(node: Expr, given: Given) -> Theorem:
    """E[X] = Σ_x p(x) X, or Σ_τ P(τ) X."""
    return kernel.define(node, given)


@rule("definition of variance", Variance)
def variance(node: Expr, given: Given) -> Theorem:
    """Var X = E[X²] − (E X)²."""
    return kernel.define(node, given)


@rule("arithmetic")
def arithmetic(node: Expr, given: Given) -> Theorem:
    """Both lines are the same rational function of their atoms."""
    raise Refused("arithmetic only compares two lines")


# linear operators


@rule("linearity")
def linearity(node: Expr, given: Given) -> Theorem:
    """L(X + Y) = L X + L Y, L(c X) = c L(X) for averages and gradients, which pass through finite sums."""
    if isinstance(node, SUMS):
        return number_out(node, given)
    if isinstance(node, Mul):
        return into_sums(node, given)
    return first_of("vanishing", "gradient_constant", "additivity", "homogeneity", "average_of_one", "exchange")(
        node, given
    )


def number_out(node: Expr, given: Given) -> Theorem:
    """Σ (f + g) = Σ f + Σ g and Σ 2 f = 2 Σ f: numbers stand before a sum, all else in it."""
    number, rest = node.body.as_coeff_Mul()
    if number in (0, 1):
        return first_of("vanishing", "additivity")(node, given)
    return law("homogeneity", node, number, rest, given=given)


def into_sums(node: Expr, given: Given) -> Theorem:
    """c Σ_k f(k) = Σ_k c f(k), for a c that is no number."""
    number, rest = node.as_coeff_Mul()  # at once, for SymPy makes γ - 1 of -1 times 1 - γ
    factors = Mul.make_args(rest)
    for total in (a for a in factors if isinstance(a, SUMS)):
        others = Mul(*(a for a in factors if a is not total))
        inner = _apart(total, others)
        merged = inner.func(others * inner.body, *inner.args[1:])
        if others == 1:
            continue
        try:
            entered = kernel.sym(law("homogeneity", merged, others, inner.body, given=given))
        except (Refused, IllFormed):
            continue
        return entered if number == 1 else kernel.cong(entered, number * HOLE, HOLE, given)
    return distributed(node, given)


def distributed(node: Expr, given: Given) -> Theorem:
    """c (Σ f + g) = c Σ f + c g."""
    for several in (a for a in node.args if isinstance(a, Add) and any(map(_has_sum, a.args))):
        number, others = node.as_coeff_Mul()[0], Mul(*(a for a in node.args if a is not several and not a.is_Rational))
        return kernel.ring(node, Add(*(number * (others * part) for part in several.args)), given)
    raise Refused("no factor is a sum that the others may enter")


def _has_sum(part: Expr) -> bool:
    return any(isinstance(factor, SUMS) for factor in Mul.make_args(part))


def _apart(total: Expr, others: Expr) -> Expr:
    name = bound_name(total)
    if name is None or name not in names(others):
        return total
    new = fresh(name, names(others) | names(total))
    return total.func(substitute(total.body, {name: new}), new, *total.args[2:])


@rule("constants out of the sum", *SUMS, *AVERAGES)
def factor_out(node: Expr, given: Given) -> Theorem:
    """Σ_k c f(k) = c Σ_k f(k)."""
    return first_of("vanishing", "homogeneity", "average_of_one")(node, given)


@rule("order of summation", *SUMS, once=True)
def reorder(node: Expr, given: Given) -> Theorem:
    """Σ_t Σ_k = Σ_k Σ_t."""
    return law("exchange", node, given=given)


@rule("probabilities sum to one", SumOver)
def normalised(node: Expr, given: Given) -> Theorem:
    """Σ_x p(x) = 1 for a probability mass function."""
    return law("normalisation", node, given=given)


@rule("derivative and finite sum exchanged", Gradient)
def gradient_of_sum(node: Expr, given: Given) -> Theorem:
    """∇ Σ_x f = Σ_x ∇f."""
    return first_of("exchange", "additivity")(node, given)


@rule("case by case", SumOver, Cases, outside_in=True)
def enumerate_cases(node: Expr, given: Given) -> Theorem:
    """A sum over a listed set written out, and its case distinctions decided."""
    return first_of("case", "sift", "enumeration")(node, given)


@rule("at the old policy", Apply)
def at_old(node: Expr, given: Given) -> Theorem:
    """π_θ = π_old at the parameter in question; not under a gradient."""
    return law("coincidence", node, given=given)


@rule("each case by itself", once=True)
def distinguish(node: Expr, given: Given, subject: Expr, *values: Expr) -> Theorem:
    """X is, case by case, what X is in that case."""
    return law("distinguish", node, subject, *values, given=given)
