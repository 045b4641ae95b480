"""Expectations and sums over trajectories brought to one form."""

from __future__ import annotations

from sympy import Expr, Integer, Mul

from derive import kernel
from derive.binding import canonical, free
from derive.errors import IllFormed, Refused
from derive.kernel import Theorem, law
from derive.normal.elements import sum_of_gradients
from derive.rewriting import HOLE, Given, everywhere
from derive.rules import RULES, Rule, first_of, linearity
from derive.terms import (
    Action,
    Expectation,
    Gradient,
    Letter,
    Log,
    PathProbability,
    PathSum,
    SumOver,
    TimeSum,
)


def _paths_folded(node: Expr, given: Given) -> Theorem:
    """Σ_τ P(τ) X = E[X]."""
    here = PathProbability(node.process)
    rest = Mul(*(f for f in Mul.make_args(node.body) if f != here))
    if rest * here != node.body:
        raise Refused("{} is no factor of {}", here, node.body)
    return kernel.sym(kernel.define(Expectation(rest, node.process), given))


def _gradients_of_paths(node: Expr, given: Given) -> Theorem:
    """Σ_τ c ∇P(τ) = c ∇E[1] = 0."""
    gradients = [f for f in Mul.make_args(node.body) if isinstance(f, Gradient)]
    if len(gradients) != 1 or gradients[0].body != PathProbability(node.process):
        raise Refused("{} is no sum of gradients of the probabilities of its paths", node)
    if gradients[0] != node.body:
        return law("homogeneity", node, Mul(*(f for f in Mul.make_args(node.body) if f not in gradients)), gradients[0],
                   given=given)  # fmt: skip
    outside = Gradient(PathSum(node.body.body, node.process), node.body.parameter)
    exchanged = kernel.sym(law("exchange", outside, given=given))
    one = kernel.trans(
        kernel.sym(kernel.define(Expectation(1, node.process), given)),
        law("average_of_one", Expectation(1, node.process), given=given),
    )
    whole = kernel.cong(one, Gradient(HOLE, node.body.parameter), HOLE, given)
    return kernel.trans(kernel.trans(exchanged, whole), law("gradient_constant", whole.rhs, given=given))


def gradient_of_expectation(node: Expr, given: Given) -> Theorem:
    """∇ E[X] = ∇ Σ_τ P(τ) X."""
    if not isinstance(node.body, Expectation):
        raise Refused("{} is no gradient of an expectation", node)
    return kernel.cong(kernel.define(node.body, given), Gradient(HOLE, node.parameter), HOLE, given)


def few_paths(node: Expr, given: Given) -> Theorem:
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

ALONG_PATHS: tuple[Rule, ...] = (
    linearity,
    Rule("sums_outside_paths", "", first_of("vanishing", "additivity", "homogeneity", "exchange"), (PathSum,)),
    Rule("gradients_of_paths", "", _gradients_of_paths, (PathSum,)),
    Rule("paths_folded", "", _paths_folded, (PathSum,)),
    linearity,
    Rule("score_outside", "", _score_outside, (TimeSum,)),
    Rule("split_at_the_score", "", _split_at_the_score, (TimeSum,)),
    linearity,
    Rule("past_vanishes", "", _past_vanishes, (Expectation,)),
    linearity,
)
