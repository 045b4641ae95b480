"""Broken laws: each with an altered equation or without its side condition, on an instance where that is false."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sympy import Add, Expr, Integer, Max, Min, Mul

from derive.binding import substitute
from derive.notation import T, a, density, gamma, k, policy, process, reward, s, s_next, t, theta, transition, x
from derive.terms import (
    Action,
    At,
    AtMost,
    Cases,
    Coincide,
    Equation,
    Exp,
    Expectation,
    Given,
    Gradient,
    Hypothesis,
    Inequality,
    Letter,
    Log,
    Maximum,
    Mean,
    PathProbability,
    PathSum,
    Positive,
    State,
    Statement,
    SumOver,
    TimeProduct,
    TimeSum,
)

from .instances import d, e, i
from .operators import INSIDE, c, f, g, u, v
from .samples import MUTANTS as OF_SAMPLES


@dataclass(frozen=True)
class Mutant:
    """A broken law and an instance on which it is false, under these hypotheses."""

    law: str
    fault: str
    broken: Callable[..., Expr | Inequality]
    term: Expr
    args: tuple[Any, ...] = ()
    given: tuple[Hypothesis, ...] = ()

    @property
    def claim(self) -> Statement:
        """What the broken law says of its term."""
        result = self.broken(self.term, *self.args)
        return result if isinstance(result, Inequality) else Equation(self.term, result)


def _moved_out(term: Expr, factor: Expr, rest: Expr) -> Expr:
    return factor * term.func(rest, *term.args[1:])


def _product_of_parts(term: Expr) -> Expr:
    return Mul(*(term.func(part, *term.args[1:]) for part in term.body.args))


def _sum_of_parts(term: Expr) -> Expr:
    return Add(*(term.func(part, *term.args[1:]) for part in term.body.args))


def _exchanged(term: Expr) -> Expr:
    """Without looking at what the inner range, or the weight of the outer average, depends on."""
    return term.body.func(term.func(term.body.body, *term.args[1:]), *term.body.args[1:])


def _captured(term: Expr) -> Expr:
    """E[Σ_t X | h_t] = Σ_t E[X | h_t], the free t captured."""
    return _exchanged(term)


def _split(term: Expr, middle: Expr, gap: int) -> Expr:
    first = term.func(term.body, term.index, term.lower, middle - gap)
    return first + term.func(term.body, term.index, middle, term.upper)


def _shifted(term: Expr, by: Expr) -> Expr:
    body = substitute(term.body, {term.index: term.index + by})
    return term.func(body, term.index, term.lower + by, term.upper + by)


def _drawn(term: Expr, weight: Letter, at: Expr) -> Expr:
    """The action replaced everywhere, inside the expectation over other trajectories too."""
    inner = term.body.xreplace({Action(t): a})
    return SumOver(weight(a, at) * inner, a)


here = State(t)
x_policy = Letter("b", policy.domains, pmf=True)
inside_sum = TimeSum(c(t) * reward(t), t, 0, T - 1)
crossed = Expectation(u(Action(0), State(0)), process)

MUTANTS: tuple[Mutant, ...] = (
    Mutant("additivity", "a product is taken for a sum", _product_of_parts, SumOver(f(x) + g(x), x)),
    Mutant("additivity", "a product is not linear", _sum_of_parts, TimeProduct(c(k) + c(k + 1), k, 0, 1)),
    Mutant(
        "homogeneity",
        "the factor depends on the action",
        lambda w: _moved_out(w, v(State(t + 1)), reward(t)),
        Given(v(State(t + 1)) * reward(t), 2 * t + 1, process),
        (),
        INSIDE,
    ),
    Mutant(
        "homogeneity",
        "the bound t is taken for the free one",
        lambda w: _moved_out(w, TimeSum(v(State(t)), t, 0, 2), v(State(2))),
        Given(TimeSum(v(State(t)), t, 0, 2) * v(State(2)), 2 * t, process),
        (),
        (AtMost(0, t), AtMost(t, 1), AtMost(2, T)),
    ),
    Mutant(
        "homogeneity",
        "the factor depends on the parameter",
        lambda w: _moved_out(w, density(x), policy(a, s)),
        Gradient(density(x) * policy(a, s), theta),
    ),
    Mutant(
        "exchange", "the inner range depends on the outer index", _exchanged, TimeSum(TimeSum(c(t), t, 0, k), k, 0, 2)
    ),
    Mutant(
        "exchange",
        "capture: the index is the outer position",
        _captured,
        Given(TimeSum(v(State(t)) * v(State(2)), t, 0, 1), 2 * t, process),
        (),
        (AtMost(0, t), AtMost(t, 1), AtMost(2, T)),
    ),
    Mutant(
        "exchange",
        "a weight that depends on the trajectory leaves it",
        _exchanged,
        Mean(PathSum(f(x), process.until(1)), x, density(x) * v(State(0))),
    ),
    Mutant("vanishing", "an average of 0 is 1", lambda w: Integer(1), Mean(0, x, density(x))),
    Mutant("average_of_one", "the weight is not normalised", lambda w: Integer(1), Mean(1, x, g(x))),
    Mutant("normalisation", "summed over the condition", lambda w: Integer(1), SumOver(policy(a, s), s)),
    Mutant("enumeration", "an element is forgotten", lambda w: substitute(w.body, {i: Integer(0)}), SumOver(e(i), i)),
    Mutant("case", "the default is always taken", lambda w: w.default, Cases(Integer(2), 0, f(x), 2, gamma, g(x))),
    Mutant(
        "sift",
        "the value is not put into the other factors",
        lambda w: e(0) * d(1, 0),
        SumOver(Cases(i, 1, e(i), 0) * d(i, 0), i),
    ),
    Mutant(
        "distinguish",
        "a bound variable of that name is decided too",
        lambda w, subject, value: Cases(i, 1, SumOver(e(1), i), SumOver(e(0), i)),
        SumOver(Cases(i, 1, e(1), e(0)), i),
        (i, Integer(1)),
    ),
    Mutant(
        "distinguish",
        "the default is forgotten",
        lambda w, subject, value: Cases(i, 1, f(x), 0),
        Cases(i, 1, f(x), g(x)),
        (i, Integer(1)),
    ),
    Mutant(
        "gradient_case",
        "the default is forgotten",
        lambda w: Cases(i, 1, Gradient(w.body.branches[0][1], theta), 0),
        Gradient(Cases(i, 1, theta, theta**2), theta),
    ),
    Mutant("sift", "the element is not in the domain", lambda w: gamma, SumOver(Cases(i, 2, gamma, 0), i)),
    Mutant(
        "split",
        "a term is lost",
        lambda w, m: _split(w, m, 2),
        TimeSum(c(k), k, 0, T),
        (t,),
        (AtMost(1, t), AtMost(t, T)),
    ),
    Mutant("split", "m beyond the range", lambda w, m: _split(w, m, 1), TimeSum(c(k), k, 0, 1), (t,), (AtMost(3, t),)),
    Mutant("single", "the range has two indices", lambda w: substitute(w.body, {k: w.lower}), TimeSum(c(k), k, 0, 1)),
    Mutant("empty", "a product over nothing is 0", lambda w: Integer(0), TimeProduct(c(k), k, 1, 0)),
    Mutant(
        "empty", "b = a is not empty", lambda w: Integer(0), TimeSum(c(k), k, t, t), (), (AtMost(0, t), AtMost(t, 3))
    ),
    Mutant("shift", "the index moves the other way", _shifted, TimeSum(c(k), k, 1, 2), (Integer(1),)),
    Mutant("product_of_products", "a product of sums", _product_of_parts, TimeSum(c(k) * c(k + 1), k, 0, 1)),
    Mutant(
        "tower",
        "Q ≤ p does not hold: the outer one knows more",
        lambda w, p: Given(Given(w.body, p, process), 2 * t + 1, process),
        Given(reward(t), 2 * t + 1, process),
        (2 * t,),
        INSIDE,
    ),
    Mutant(
        "tower",
        "another policy inside",
        lambda w, p: Expectation(Given(w.body, p, process.func(process.initial, x_policy, *process.args[2:])), process),
        Expectation(u(Action(0), State(0)), process),
        (Integer(0),),
        (AtMost(1, T), Positive(x_policy)),
    ),
    Mutant("draw_start", "drawn evenly", lambda w: SumOver(v(s), s), Expectation(v(State(0)), process)),
    Mutant(
        "draw_action",
        "drawn from another policy",
        lambda w: _drawn(w, x_policy, here),
        Given(u(Action(t), State(t)), 2 * t, process),
        (),
        INSIDE,
    ),
    Mutant(
        "draw_action",
        "a past action is drawn",
        lambda w: _drawn(w, policy, State(t + 1)),
        Given(u(Action(t), State(t)), 2 * t + 2, process),
        (),
        INSIDE,
    ),
    Mutant(
        "draw_state",
        "the present state is drawn",
        lambda w: SumOver(transition(s, State(t), Action(t)) * v(s), s),
        Given(v(State(t)), 2 * t + 1, process),
        (),
        INSIDE,
    ),
    Mutant("path_start", "the first state is certain", lambda w: Integer(1), PathProbability(process.until(0))),
    Mutant(
        "path_step",
        "the step is at n+1 instead of n",
        lambda w: PathProbability(process.until(T - 1)) * policy(Action(T - 1), State(T)),
        PathProbability(process),
        (),
        (AtMost(1, T),),
    ),
    Mutant(
        "paths_start",
        "weighted",
        lambda w: SumOver(process.initial(s) * v(s), s),
        PathSum(v(State(0)), process.until(0)),
    ),
    Mutant(
        "paths_step",
        "the earlier state is replaced too",
        lambda w: PathSum(SumOver(SumOver(v(s_next) * v(s_next), s_next), a), process.until(0)),
        PathSum(v(State(0)) * v(State(1)), process.until(1)),
    ),
    Mutant("leibniz", "the gradients are multiplied", _product_of_parts, Gradient(density(x) * policy(a, s), theta)),
    Mutant(
        "gradient_power",
        "the exponent is not reduced",
        lambda w: 2 * density(x) ** 2 * Gradient(density(x), theta),
        Gradient(density(x) ** 2, theta),
    ),
    Mutant(
        "gradient_log",
        "not divided",
        lambda w: Gradient(w.body.body, theta),
        Gradient(Log(density(x)), theta),
        (),
        (Positive(density),),
    ),
    Mutant("gradient_exp", "the inner derivative is forgotten", lambda w: w.body, Gradient(Exp(2 * theta), theta)),
    Mutant("exp_zero", "e^0 = 0", lambda w: Integer(0), Exp(0)),
    Mutant("gradient_parameter", "of another number", lambda w: Integer(1), Gradient(gamma, theta)),
    Mutant(
        "gradient_constant",
        "a distribution under the policy is no constant",
        lambda w: Integer(0),
        Gradient(crossed, theta),
        (),
        (AtMost(1, T),),
    ),
    Mutant("gradient_constant", "Σ_x p is taken apart", lambda w: Integer(0), Gradient(density(x), theta)),
    Mutant(
        "log_product",
        "a logarithm of a sum",
        lambda w: Add(*map(Log, w.body.args)),
        Log(density(x) + policy(a, s)),
        (),
        (Positive(density), Positive(policy)),
    ),
    Mutant(
        "log_product",
        "the product of the logarithms",
        lambda w: TimeProduct(Log(w.body.body), *w.body.args[1:]),
        Log(TimeProduct(1 + k, k, 1, 2)),
    ),
    Mutant("evaluation", "θ stays where it stood", lambda w: w.body, At(theta**2, theta, 3)),
    Mutant("product_of_ones", "the factors are added", lambda w: T, TimeProduct(1, k, 0, T - 1)),
    Mutant("count", "one term is forgotten", lambda w: w.upper - w.lower, TimeSum(1, k, 0, T - 1)),
    Mutant(
        "marginal",
        "the state law after fewer steps is taken",
        lambda w, n: Expectation(v(State(0)), w.process.until(n)),
        Expectation(v(State(1)), process),
        (Integer(0),),
        (AtMost(1, T),),
    ),
    Mutant(
        "transport",
        "an action is drawn in between",
        lambda w, other: Given(w.body, w.position, process.func(process.initial, other, *process.args[2:])),
        Given(u(Action(t), State(t)), 2 * t, process),
        (x_policy,),
        INSIDE,
    ),
    Mutant("exp_sum", "the powers are added", lambda w: Add(*(Exp(part) for part in w.body.args)), Exp(theta + f(x))),
    Mutant("exp_multiple", "the factor is moved down", lambda w: 2 * Exp(theta), Exp(2 * theta)),
    Mutant(
        "log_power",
        "the logarithm is squared",
        lambda w: Log(density(x)) ** 2,
        Log(density(x) ** 2),
        (),
        (Positive(density),),
    ),
    Mutant("log_exp", "only one of the two is undone", lambda w: w.body, Log(Exp(theta))),
    Mutant(
        "product_of_powers",
        "the power is forgotten",
        lambda w: TimeProduct(c(k), k, 0, T - 1),
        TimeProduct(c(k) ** 2, k, 0, T - 1),
    ),
    Mutant(
        "paths_alike",
        "the horizon is changed too",
        lambda w, other: PathSum(w.body, other),
        PathSum(1, process),
        (process.until(1),),
        (AtMost(2, T),),
    ),
    Mutant(
        "coincidence",
        "the gradients are taken to be equal too",
        lambda w: Gradient(x_policy(a, s), theta),
        Gradient(policy(a, s), theta),
        (),
        (Coincide(policy, x_policy),),
    ),
    Mutant("nonnegative", "an odd power too", lambda w, d: Inequality(w, d), Integer(0), (v(s) ** 3,)),
    Mutant(
        "below_maximum",
        "the sides are exchanged",
        lambda w, largest, at: Inequality(largest, w),
        v(State(t)),
        (Maximum(v(s), s), State(t)),
        (AtMost(0, t), AtMost(t, 2)),
    ),
    Mutant("maximum_constant", "of a function too", lambda w: v(s), Maximum(v(s), s)),
    Mutant(
        "below_larger",
        "the smaller of the two",
        lambda w, larger: Inequality(w, Min(*larger.args)),
        v(s),
        (Max(v(s), f(x)),),
    ),
    Mutant(
        "smaller_below", "the larger of the two", lambda w, y: Inequality(Max(*w.args), y), Min(v(s), f(x)), (f(x),)
    ),
    Mutant(
        "log_at_most",
        "without the one",
        lambda w: Inequality(w, w.body - 2),
        Log(Exp(theta)),
    ),
    Mutant("extreme", "the other one", lambda w, chosen: f(x), Max(f(x), f(x) + policy(a, s)), (f(x),)),
    Mutant(
        "extreme", "a distance that may be negative is passed over", lambda w, chosen: chosen, Min(f(x), v(s)), (f(x),)
    ),
    Mutant(
        "gradient_extreme",
        "the gradients change places",
        lambda w: Max(theta - v(s), 0) * Gradient(v(s), theta) + Max(v(s) - theta, 0) * Gradient(theta, theta),
        Max(theta - v(s), v(s) - theta) * Gradient(Max(theta, v(s)), theta),
    ),
    Mutant(
        "gradient_extreme",
        "it is not weighed",
        lambda w: Max(theta - v(s), 0) * Gradient(theta, theta) + Max(v(s) - theta, 0) * Gradient(v(s), theta),
        Gradient(Max(theta, v(s)), theta),
    ),
    *(Mutant(*broken) for broken in OF_SAMPLES),
)
