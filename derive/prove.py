"""A proof of a claim, found without help: both sides are brought to one form, in kernel steps, and compared.

    prove(equation, hypotheses, lemmas) -> Theorem | None

None means "not found", never "false". The form: names and averages over a variable written out; logarithms of products,
gradients and constants pushed as far down as they go; ∇ log p as ∇p / p; Σ_x ∇p(x) = 0; expectations over trajectories
as sums of expectations of products, sums over time split where a score meets a past reward, and those terms zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sympy import Expr, Integer, Mul

from derive import kernel
from derive.binding import canonical, free, sampled
from derive.calc import Lemma, Reason
from derive.errors import Endless, IllFormed, Refused
from derive.kernel import Theorem, law
from derive.rewriting import HOLE, Given, everywhere
from derive.rules import (
    RULES,
    Rule,
    chain_rule,
    enumerate_cases,
    first_of,
    linearity,
    log_derivative,
    log_of_product,
    normalised,
    product_rule,
    unfold,
    variance,
)
from derive.sampled import ABOUT_SAMPLES, sum_of_gradients
from derive.terms import (
    Action,
    Equation,
    Expectation,
    Gradient,
    Hypothesis,
    Letter,
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
    ordered = everywhere(term, Rule("in_order", "", _in_order, (SumOver,)), given)
    return kernel.trans(ordered, everywhere(ordered.rhs, RULES["factor_out"], given))


def _in_order(node: Expr, given: Given) -> Theorem:
    """Σ_x Σ_t = Σ_t Σ_x; of two sums over elements that one is outside which comes first in print."""
    exchanged = law("exchange", node, given=given)
    if isinstance(node.body, TimeSum) or str(canonical(exchanged.rhs)) < str(canonical(node)):
        return exchanged
    raise Refused("the sums of {} stand in their order", node)


def _normal(term: Expr, given: Given, lemmas: Sequence[Lemma]) -> Theorem:
    theorem = kernel.refl(term)
    samples = ABOUT_SAMPLES if sampled(term) else ()
    for _ in range(MAX_ROUNDS):
        before = theorem.rhs
        for reason in (*map(_used_at, lemmas), *SIMPLIFICATIONS, *samples, *TRAJECTORIES):
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


# averages and gradients over variables


def _mean_written_out(node: Expr, given: Given) -> Theorem:
    """E_x[X] = Σ_x p X."""
    return kernel.define(node, given)


# expectations over trajectories


def _paths_folded(node: Expr, given: Given) -> Theorem:
    """Σ_τ P(τ) X = E[X]."""
    here = PathProbability(node.process)
    rest = Mul(*(f for f in Mul.make_args(node.body) if f != here))
    if rest * here != node.body:
        raise Refused("{} is no factor of {}", here, node.body)
    return kernel.sym(kernel.define(Expectation(rest, node.process), given))


def _gradient_of_expectation(node: Expr, given: Given) -> Theorem:
    """∇ E[X] = ∇ Σ_τ P(τ) X."""
    if not isinstance(node.body, Expectation):
        raise Refused("{} is no gradient of an expectation", node)
    return kernel.cong(kernel.define(node.body, given), Gradient(HOLE, node.parameter), HOLE, given)


def _few_paths(node: Expr, given: Given) -> Theorem:
    """The trajectories of a process whose laws are listed and whose horizon is a number, one by one."""
    if isinstance(node.process.initial, Letter) or not isinstance(node.process.horizon, Integer):
        raise Refused("the trajectories of {} cannot be listed", node.process)
    return kernel.define(node, given) if isinstance(node, Expectation) else first_of(*_PATH_LAWS)(node, given)


_PATH_LAWS = ("path_start", "path_step", "paths_start", "paths_step")


def _score_outside(node: Expr, given: Given) -> Theorem:
    """Σ_k Σ_t E[r_k z_t] = Σ_t Σ_k E[r_k z_t]; without a score to tell, the order that comes first in print."""
    if not isinstance(node.body, TimeSum):
        raise Refused("{} is no double sum", node)
    exchanged = law("exchange", node, given=given)
    scored = {name for time in _score_times(_innermost(node)) for name in free(time)}
    outer, inner = node.index in scored, node.body.index in scored
    if inner and not outer:
        return exchanged
    if outer == inner and str(canonical(exchanged.rhs)) < str(canonical(node)):
        return exchanged
    raise Refused("the sums of {} stand in their order", node)


def _innermost(node: Expr) -> Expr:
    return _innermost(node.body) if isinstance(node, TimeSum) else node


def _split_at_the_score(node: Expr, given: Given) -> Theorem:
    """Σ_k E[r_k z_t] split at k = t, so that the past stands alone."""
    for time in _score_times(node.body):
        if time == node.index or node.index in free(time):
            continue
        theorem = law("split", node, time, given=given)
        if theorem.rhs != node and not _is_edge(node, time):
            return theorem
    raise Refused("{} has no score to be split at", node)


def _is_edge(node: TimeSum, time: Expr) -> bool:
    return time in (node.lower, node.upper + 1)


def _score_times(body: Expr) -> list[Expr]:
    """The times t of the scores ∇ log π(a_t|s_t), or of ∇π/π, below an expectation."""
    found = []
    for factor in Mul.make_args(body):
        for inner in Mul.make_args(factor.body) if isinstance(factor, Expectation) else ():
            if isinstance(inner, Gradient) and not isinstance(inner.body, Log):
                found += [a.time for a in inner.body.args if isinstance(a, Action)]
    return found


def _past_vanishes(node: Expr, given: Given) -> Theorem:
    """E[X z_t] = E[X E[z_t | h_t]] = 0 for X known before a_t."""
    for time in _score_times(node):
        try:
            towered = law("tower", node, 2 * time, given=given)
            theorem = kernel.trans(towered, everywhere(towered.rhs, RULES["known"], given))
            theorem = kernel.trans(theorem, everywhere(theorem.rhs, _scored, given))
            theorem = kernel.trans(theorem, everywhere(theorem.rhs, linearity, given))
        except (Refused, IllFormed):
            continue
        if theorem.rhs == 0:
            return theorem
    raise Refused("no score of {} has everything else in its past", node)


def _score_of_quotient(node: Expr, given: Given) -> Theorem:
    """E[∇π/π | h_t] = 0: as the score identity, with ∇ log π written ∇π/π."""
    drawn = law("draw_action", node, given=given)
    cancelled = kernel.ring(drawn.rhs, _without_quotient(drawn.rhs), given)
    return kernel.trans(kernel.trans(drawn, cancelled), sum_of_gradients(cancelled.rhs, given))


def _without_quotient(total: Expr) -> Expr:
    gradients = [f for f in Mul.make_args(total.body) if isinstance(f, Gradient)]
    if len(gradients) != 1:
        raise Refused("{} is no sum of scores", total)
    return SumOver(gradients[0], total.var)


_scored = Rule("score", "", _score_of_quotient, RULES["known"].nodes)

SIMPLIFICATIONS: tuple[Reason, ...] = (
    variance,
    Rule("mean_written_out", "", _mean_written_out, (Mean,)),
    Rule("few_paths", "", _few_paths, (Expectation, PathProbability, PathSum)),
    unfold,
    RULES["write_out"],
    enumerate_cases,
    log_of_product,
    Rule("gradient_of_expectation", "", _gradient_of_expectation, (Gradient,)),
    linearity,
    product_rule,
    chain_rule,
    log_derivative,
    normalised,
    Rule("sum_of_gradients", "", sum_of_gradients, (SumOver,)),
    RULES["evaluate_at"],
    RULES["at_old"],
)
TRAJECTORIES: tuple[Reason, ...] = (
    linearity,
    Rule("sums_outside_paths", "", first_of("vanishing", "additivity", "homogeneity", "exchange"), (PathSum,)),
    Rule("paths_folded", "", _paths_folded, (PathSum,)),
    linearity,
    Rule("score_outside", "", _score_outside, (TimeSum,)),
    Rule("split_at_the_score", "", _split_at_the_score, (TimeSum,)),
    linearity,
    Rule("past_vanishes", "", _past_vanishes, (Expectation,)),
    linearity,
)
