"""What may be used of P(τ) without being told: ∇P(τ) = P(τ) Σ_t ∇ log π(a_t|s_t), by induction on the horizon.

Untrusted: each is a theorem of the kernel, proved when it is first asked for.
"""

from __future__ import annotations

from functools import lru_cache

from sympy import Expr, Mul, Symbol

from derive import kernel
from derive.binding import fresh, names
from derive.calc import Chain
from derive.errors import Refused
from derive.kernel import Theorem
from derive.rewriting import HOLE, Given
from derive.rules import RULES, path_probability, product_rule, write_out
from derive.terms import (
    Action,
    AtMost,
    Equation,
    Gradient,
    Log,
    PathProbability,
    Positive,
    Process,
    State,
    TimeProduct,
    TimeSum,
    time_symbol,
)

MAX_INDUCTIONS = 500


def _horizon(process: Process) -> Symbol:
    return fresh(time_symbol("n"), names(process))


def _step_of(process: Process, index: Symbol) -> tuple[Expr, Expr]:
    """π(a_k|s_k), and P(s_{k+1}|s_k,a_k)."""
    here, act = State(index, process.states), Action(index, process.actions)
    return process.policy(act, here), process.transition(State(index + 1, process.states), here, act)


@lru_cache(maxsize=MAX_INDUCTIONS)
def product_of_steps(process: Process) -> Theorem:
    """0 ≤ n ⊢ P(τ) = ρ_0(s_0) ∏_{k<n} π(a_k|s_k) P(s_{k+1}|s_k,a_k)."""
    n, k = _horizon(process), time_symbol("k")
    choice, move = _step_of(process, k)

    def product(steps: Expr) -> Expr:
        return process.initial(State(0, process.states)) * TimeProduct(choice * move, k, 0, steps - 1)

    def path(steps: Expr) -> Expr:
        return PathProbability(process.until(steps))

    claim = Equation(path(n), product(n))
    hypothesis = kernel.assume(claim)
    base = Chain(path(0 * n), ()).eq(product(0 * n), by=[path_probability, RULES["empty"]])
    given = (AtMost(0, n), claim)
    here = Mul(*_step_of(process, n))
    step = (
        Chain(path(n + 1), given)
        .eq(path(n) * here, by=path_probability)
        .eq(product(n) * here, by=hypothesis)
        .eq(product(n + 1), by="last_apart")
    )
    return kernel.induct(base.theorem, step.theorem, claim, n)


@lru_cache(maxsize=MAX_INDUCTIONS)
def slope_of_path(process: Process, parameter: Symbol) -> Theorem:
    """0 ≤ n, π > 0 ⊢ ∇P(τ) = P(τ) Σ_{k<n} ∇π(a_k|s_k) / π(a_k|s_k)."""
    n, k = _horizon(process), time_symbol("k")
    choice, _ = _step_of(process, k)
    score = Gradient(choice, parameter) / choice

    def path(steps: Expr) -> Expr:
        return PathProbability(process.until(steps))

    def sloped(steps: Expr) -> Expr:
        return path(steps) * TimeSum(score, k, 0, steps - 1)

    claim = Equation(Gradient(path(n), parameter), sloped(n))
    positive = Positive(process.policy)
    base = Chain(Gradient(path(0 * n), parameter), (positive,)).eq(
        sloped(0 * n), by=[path_probability, RULES["constant"], write_out]
    )
    now, move = _step_of(process, n)
    given = (AtMost(0, n), positive, claim)
    step = (
        Chain(Gradient(path(n + 1), parameter), given)
        .eq(Gradient(path(n) * now * move, parameter), by=path_probability)
        .eq(Gradient(path(n), parameter) * now * move + path(n) * move * Gradient(now, parameter), by=product_rule)
        .eq(sloped(n) * now * move + path(n) * move * Gradient(now, parameter), by=kernel.assume(claim))
        .eq(path(n + 1) * (TimeSum(score, k, 0, n - 1) + Gradient(now, parameter) / now), by=path_probability)
        .eq(sloped(n + 1), by="last_apart")
    )
    return kernel.induct(base.theorem, step.theorem, claim, n)


def slope(node: Gradient, given: Given) -> Theorem:
    """∇P(τ) = P(τ) Σ_t ∇π/π, for π > 0 and a symbolic horizon."""
    if not isinstance(node.body, PathProbability):
        raise Refused("{} is no gradient of the probability of a trajectory", node)
    process = node.body.process
    if Positive(process.policy) not in given:
        raise Refused("nothing says that {} is positive", process.policy)
    return _at_horizon(slope_of_path(process.until(0), node.parameter), process, given)


def log_of_path(node: Log, given: Given) -> Theorem:
    """log P(τ) = log (ρ_0(s_0) ∏_k π(a_k|s_k) P(s_{k+1}|s_k,a_k))."""
    if not isinstance(node.body, PathProbability):
        raise Refused("{} is no logarithm of the probability of a trajectory", node)
    return kernel.cong(step_by_step(node.body, given), Log(HOLE), HOLE, given)


def step_by_step(node: PathProbability, given: Given) -> Theorem:
    """P(τ) = ρ_0(s_0) ∏_k π(a_k|s_k) P(s_{k+1}|s_k,a_k)."""
    return _at_horizon(product_of_steps(node.process.until(0)), node.process, given)


def _at_horizon(theorem: Theorem, process: Process, given: Given) -> Theorem:
    """The theorem for any horizon at this one, which is known not to be negative."""
    return kernel.weaken(kernel.inst(theorem, {_horizon(process.until(0)): process.horizon}), given)
