"""A proof of a claim, found without help: both sides are brought to one form, in kernel steps, and compared.

    prove(equation, hypotheses, lemmas) -> Theorem | None

None means "not found", never "false". The form: names and averages over a variable written out; logarithms of products,
gradients and constants pushed as far down as they go; ∇ log p as ∇p / p; Σ_x ∇p(x) = 0; expectations over trajectories
as sums of expectations of products, sums over time split where a score meets a past reward, and those terms zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sympy import Expr

from derive import kernel
from derive.binding import sampled
from derive.calc import Lemma, Reason
from derive.errors import Endless, IllFormed, Refused
from derive.kernel import Theorem
from derive.normal.elements import constant_terms, in_order, mean_written_out, sum_of_gradients
from derive.normal.samples import ABOUT_SAMPLES
from derive.normal.trajectories import ALONG_PATHS, few_paths, gradient_of_expectation
from derive.rewriting import HOLE, Given, everywhere
from derive.rules import (
    RULES,
    Rule,
    chain_rule,
    enumerate_cases,
    linearity,
    log_derivative,
    log_of_product,
    normalised,
    product_rule,
    unfold,
    variance,
)
from derive.terms import (
    Equation,
    Expectation,
    Gradient,
    Hypothesis,
    Log,
    Mean,
    PathProbability,
    PathSum,
    SumOver,
    TimeSum,
)

MAX_ROUNDS = 8


def prove(equation: Equation, hypotheses: Iterable[Hypothesis] = (), lemmas: Sequence[Lemma] = ()) -> Theorem | None:
    """A theorem hypotheses ⊢ equation, or None where none was found."""
    given = tuple(hypotheses)
    try:
        left, right = (_normal(side, given, lemmas) for side in (equation.lhs, equation.rhs))
        return kernel.weaken(
            kernel.trans(kernel.trans(left, _joined(left.rhs, right.rhs, given)), kernel.sym(right)), given
        )
    except (Refused, Endless, IllFormed):
        return None


def _joined(left: Expr, right: Expr, given: Given) -> Theorem:
    """⊢ left = right by arithmetic, with what is constant before the sums where that is needed to see it."""
    try:
        return kernel.ring(left, right, given)
    except Refused:
        first, second = (_ordered(side, given) for side in (left, right))
        return kernel.trans(kernel.trans(first, kernel.ring(first.rhs, second.rhs, given)), kernel.sym(second))


def _ordered(term: Expr, given: Given) -> Theorem:
    """⊢ term = term with sums over time outside those over elements, and what is constant before the sums."""
    ordered = kernel.refl(term)
    for reason in (Rule("in_order", "", in_order, (SumOver,)), RULES["factor_out"], normalised):
        ordered = kernel.trans(ordered, everywhere(ordered.rhs, reason, given))
    return ordered


def _normal(term: Expr, given: Given, lemmas: Sequence[Lemma]) -> Theorem:
    theorem = kernel.refl(term)
    samples = ABOUT_SAMPLES if sampled(term) else ()
    for _ in range(MAX_ROUNDS):
        before = theorem.rhs
        for reason in (*map(_used_at, lemmas), *SIMPLIFICATIONS, *samples, *ALONG_PATHS):
            theorem = kernel.trans(theorem, everywhere(theorem.rhs, reason, given))
        if theorem.rhs == before:
            return theorem
    return theorem


def _used_at(lemma: Lemma) -> Reason:
    """A lemma that opens P(τ) is used below a logarithm only: elsewhere P(τ) belongs to an expectation."""
    if not isinstance(lemma.theorem.lhs, PathProbability):
        return lemma

    def opened(node: Expr, given: Given) -> Theorem:
        return kernel.cong(lemma.apply(node.body, given), Log(HOLE), HOLE, given)

    return Rule(lemma.name, lemma.words, opened, (Log,))


SIMPLIFICATIONS: tuple[Reason, ...] = (
    variance,
    Rule("mean_written_out", "", mean_written_out, (Mean,)),
    Rule("few_paths", "", few_paths, (Expectation, PathProbability, PathSum)),
    unfold,
    RULES["write_out"],
    Rule("constant_terms", "", constant_terms, (TimeSum,)),
    enumerate_cases,
    log_of_product,
    Rule("gradient_of_expectation", "", gradient_of_expectation, (Gradient,)),
    linearity,
    product_rule,
    chain_rule,
    log_derivative,
    normalised,
    Rule("sum_of_gradients", "", sum_of_gradients, (SumOver,)),
    RULES["evaluate_at"],
    RULES["at_old"],
    RULES["exp_of_sum"],
)
