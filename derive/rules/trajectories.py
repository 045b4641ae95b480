"""Expectations over trajectories, and their probabilities."""

from __future__ import annotations

from sympy import Expr

from derive import kernel
from derive.errors import Refused
from derive.kernel import Theorem, law
from derive.rewriting import Given, everywhere
from derive.rules.calculus import log_derivative
from derive.rules.linear import normalised
from derive.rules.rule import first_of, rule
from derive.terms import Expectation, Gradient, PathSum, Process, SumOver
from derive.terms import Given as Conditional


@rule("tower property", Expectation, Conditional, once=True)
def tower(node: Expr, given: Given, position: Expr) -> Theorem:
    """E[X] = E[E[X | up to position]]."""
    return law("tower", node, position, given=given)


@rule("already known: a constant", Conditional)
def known(node: Expr, given: Given) -> Theorem:
    """E[c X | h] = c E[X | h] for c known given h."""
    return first_of("vanishing", "homogeneity", "average_of_one")(node, given)


@rule("what comes later does not matter", Expectation, once=True)
def marginal(node: Expr, given: Given, steps: Expr) -> Theorem:
    """E[X] over T steps is E[X] over the first n, for X known at s_n."""
    return law("marginal", node, steps, given=given)


@rule("no action is drawn in between", Conditional, Expectation, once=True)
def transport(node: Expr, given: Given, other: Expr) -> Theorem:
    """E_π[X | h_t, a_t] = E_μ[X | h_t, a_t] for X known at s_{t+1}; E_π[X] = E_μ[X] for X known at s_0."""
    return law("transport", node, other, given=given)


@rule("draw the action", Conditional)
def draw_action(node: Expr, given: Given) -> Theorem:
    """E[f(h_t, a_t) | h_t] = Σ_a π(a|s_t) f(h_t, a)."""
    return law("draw_action", node, given=given)


@rule("draw the next state", Conditional)
def draw_state(node: Expr, given: Given) -> Theorem:
    """E[f | h_t, a_t] = Σ_s' P(s'|s_t, a_t) f."""
    return law("draw_state", node, given=given)


@rule("draw the first state", Expectation)
def draw_start(node: Expr, given: Given) -> Theorem:
    """E[f(s_0)] = Σ_s ρ_0(s) f(s)."""
    return law("draw_start", node, given=given)


@rule("score function identity", Conditional)
def score_vanishes(node: Expr, given: Given) -> Theorem:
    """E[∇log π(a_t|s_t) | h_t] = Σ_a π ∇log π = ∇ Σ_a π = ∇1 = 0."""
    drawn = law("draw_action", node, given=given)
    opened = kernel.trans(drawn, everywhere(drawn.rhs, log_derivative, given))
    return kernel.trans(opened, _sum_of_gradients(opened.rhs, given))


def _sum_of_gradients(total: Expr, given: Given) -> Theorem:
    if not (isinstance(total, SumOver) and isinstance(total.body, Gradient)):
        raise Refused("{} is not a sum of gradients of probabilities", total)
    outside = Gradient(SumOver(total.body.body, total.var), total.body.parameter)
    exchanged = kernel.sym(law("exchange", outside, given=given))
    one = everywhere(outside, normalised, given)
    return kernel.trans(exchanged, kernel.trans(one, law("gradient_constant", one.rhs, given=given)))


@rule("multiplication rule of probability")
def path_probability(node: Expr, given: Given) -> Theorem:
    """P(τ) step by step: the first state, then each action and the state it leads to."""
    return first_of("path_start", "path_step")(node, given)


@rule("the same trajectories", PathSum, once=True)
def same_paths(node: Expr, given: Given, process: Process) -> Theorem:
    """Σ_τ X does not depend on what the trajectories are drawn with."""
    return law("paths_alike", node, process, given=given)


@rule("sum over the last step first", PathSum)
def sum_last_step(node: Expr, given: Given) -> Theorem:
    """Σ_τ over n+1 steps is Σ_τ over n steps of the sums over the last action and state."""
    return first_of("paths_start", "paths_step")(node, given)
