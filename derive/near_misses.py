"""What each law would say without its side condition, or in the form in which it is often misremembered.

Nothing here is believed: each statement is false under its hypotheses, and the models find where. A law and its near
miss stand side by side on a sheet, so that a reader sees what the condition is for.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Max, Min

from derive.notation import (
    OUTCOMES,
    T,
    a,
    density,
    expect,
    gamma,
    given_action,
    given_history,
    grad,
    k,
    other_policy,
    payoff,
    policy,
    process,
    reward,
    s,
    s_next,
    t,
    theta,
    transition,
    x,
)
from derive.terms import (
    ACTIONS,
    STATES,
    Action,
    At,
    AtMost,
    Cases,
    Coincide,
    Domain,
    Draw,
    Equation,
    Exp,
    Expectation,
    Given,
    Hypothesis,
    Inequality,
    Letter,
    Log,
    Maximum,
    Mean,
    PathProbability,
    PathSum,
    Positive,
    Samples,
    State,
    Statement,
    SumOver,
    TimeProduct,
    TimeSum,
    Var,
)


@dataclass(frozen=True)
class NearMiss:
    """A false statement that is the law `law` but for one condition; `words` say which."""

    law: str
    words: str
    claim: Statement
    assuming: tuple[Hypothesis, ...] = ()


value, weight, cost = Letter("v", (STATES,)), Letter("g", (OUTCOMES,)), Letter("c", (None,))
joint = Letter("u", (ACTIONS, STATES))
i = Var("i", Domain("N", (0, 1)))
entry = Letter("e", (i.domain,))
INSIDE = (AtMost(0, t), AtMost(t, T - 1))
here, after, taken = State(t), State(t + 1), Action(t)
first = joint(Action(0), State(0))
start, last = process.until(0), T - 1


def _over(body: object, lower: object, upper: object) -> TimeSum:
    return TimeSum(body, k, lower, upper)


def _sampled(body: object) -> Samples:
    return Samples(body, x, density(x), 2)


one, two = Draw(1, OUTCOMES), Draw(2, OUTCOMES)


def _along(body: object) -> TimeProduct:
    return TimeProduct(body, k, 0, 1)


NEAR_MISSES: tuple[NearMiss, ...] = (
    NearMiss("additivity", "a product is not linear",
             Equation(_along(cost(k) + gamma), _along(cost(k)) + _along(gamma))),
    NearMiss("homogeneity", "the factor v(s_{t+1}) is not known at h_t, a_t",
             Equation(given_action(value(after) * reward(t), t), value(after) * given_action(reward(t), t)), INSIDE),
    NearMiss("exchange", "the inner range depends on the outer index",
             Equation(_over(TimeSum(cost(t), t, 0, k), 0, 1), TimeSum(_over(cost(t), 0, 1), t, 0, 1))),
    NearMiss("vanishing", "a mean of 0 is not 1", Equation(Mean(0, x, density(x)), 1)),
    NearMiss("average_of_one", "the weights g(x) need not sum to one", Equation(Mean(1, x, weight(x)), 1)),
    NearMiss("normalisation", "summed over the state, which stands behind the bar",
             Equation(SumOver(policy(a, s), s), 1)),
    NearMiss("enumeration", "an element is forgotten", Equation(SumOver(entry(i), i), entry(0))),
    NearMiss("case", "the default is taken where the subject has a branch of its own",
             Equation(Cases(t, 0, payoff(x), weight(x)), weight(x))),
    NearMiss("sift", "the element 2 is not in the domain of i",
             Equation(SumOver(Cases(i, 2, gamma, 0), i), gamma)),
    NearMiss("split", "the place t of the cut lies beyond the range",
             Equation(_over(cost(k), 0, 1), _over(cost(k), 0, t - 1) + _over(cost(k), t, 1)), (AtMost(3, t),)),
    NearMiss("single", "the range has two indices", Equation(_over(cost(k), 0, 1), cost(0))),
    NearMiss("empty", "a range from t to t is not empty", Equation(_over(cost(k), t, t), 0), (AtMost(0, t),)),
    NearMiss("shift", "the index moves the other way", Equation(_over(gamma**k, 0, 1), _over(gamma ** (k + 1), 1, 2))),
    NearMiss("count", "the range from 3 to T may have no index", Equation(_over(1, 3, T), T - 2), (AtMost(1, T),)),
    NearMiss("product_of_products", "a product of sums",
             Equation(_along(cost(k) + gamma), _along(cost(k)) * _along(gamma))),
    NearMiss("product_of_powers", "the power is forgotten", Equation(_along(cost(k) ** 2), _along(cost(k)))),
    NearMiss("tower", "the outer mean knows more than the inner one",
             Equation(Given(given_history(reward(t), t), 2 * t + 1, process), given_action(reward(t), t)), INSIDE),
    NearMiss("marginal", "v(s_1) is not known at s_0",
             Equation(expect(value(State(1))), Expectation(value(State(0)), start)), (AtMost(1, T),)),
    NearMiss("transport", "the action a_t is still to be drawn",
             Equation(given_history(joint(taken, here), t),
                      Given(joint(taken, here), 2 * t, process.func(process.initial, other_policy, *process.args[2:]))),
             INSIDE),
    NearMiss("draw_start", "v(s_1) is not known at s_0",
             Equation(expect(value(State(1))), SumOver(process.initial(s) * value(s), s)), (AtMost(1, T),)),
    NearMiss("draw_action", "the action a_t is already drawn",
             Equation(given_action(joint(taken, here), t), SumOver(policy(a, here) * joint(a, here), a)), INSIDE),
    NearMiss("draw_state", "the state s_t is already drawn",
             Equation(given_action(value(here), t), SumOver(transition(s, here, taken) * value(s), s)), INSIDE),
    NearMiss("path_start", "the trajectory has steps",
             Equation(PathProbability(process), process.initial(State(0))), (AtMost(1, T),)),
    NearMiss("path_step", "the dynamics of the step are forgotten",
             Equation(PathProbability(process),
                      PathProbability(process.until(last)) * policy(Action(last), State(last))),
             (AtMost(1, T),)),
    NearMiss("paths_start", "the trajectories have steps",
             Equation(PathSum(value(State(0)), process), SumOver(value(s), s)), (AtMost(1, T),)),
    NearMiss("paths_step", "the earlier state is replaced too",
             Equation(PathSum(value(State(0)) * value(State(1)), process.until(1)),
                      PathSum(SumOver(SumOver(value(s_next) ** 2, s_next), a), start))),
    NearMiss("paths_alike", "the trajectories are of other lengths",
             Equation(PathSum(1, process), PathSum(1, process.until(1))), (AtMost(2, T),)),
    NearMiss("leibniz", "the gradients are multiplied",
             Equation(grad(density(x) * policy(a, s)), grad(density(x)) * grad(policy(a, s)))),
    NearMiss("gradient_power", "the exponent is not reduced",
             Equation(grad(density(x) ** 2), 2 * density(x) ** 2 * grad(density(x)))),
    NearMiss("gradient_log", "not divided by p", Equation(grad(Log(density(x))), grad(density(x))),
             (Positive(density),)),
    NearMiss("gradient_exp", "the inner derivative is forgotten", Equation(grad(Exp(2 * theta)), Exp(2 * theta))),
    NearMiss("gradient_parameter", "γ is not the parameter θ", Equation(grad(gamma), 1)),
    NearMiss("gradient_constant", "the trajectories are drawn with π_θ", Equation(grad(expect(first)), 0),
             (AtMost(1, T),)),
    NearMiss("log_product", "a sum is no product",
             Equation(Log(density(x) + policy(a, s)), Log(density(x)) + Log(policy(a, s))),
             (Positive(density), Positive(policy))),
    NearMiss("log_power", "the logarithm is raised to the power", Equation(Log(density(x) ** 2), Log(density(x)) ** 2),
             (Positive(density),)),
    NearMiss("exp_zero", "e^0 is not 0", Equation(Exp(0), 0)),
    NearMiss("exp_sum", "the powers of e are added",
             Equation(Exp(theta + gamma), Exp(theta) + Exp(gamma))),
    NearMiss("exp_multiple", "the factor is moved down", Equation(Exp(2 * theta), 2 * Exp(theta))),
    NearMiss("log_exp", "only one of the two is undone", Equation(Log(Exp(theta)), Exp(theta))),
    NearMiss("coincidence", "equal values at one θ do not make gradients equal",
             Equation(grad(policy(a, s)), grad(other_policy(a, s))), (Coincide(policy, other_policy),)),
    NearMiss("evaluation", "f(θ) is evaluated before its gradient is taken",
             Equation(At(grad(theta**2), theta, 3), grad(At(theta**2, theta, 3)))),
    NearMiss("draw_sample", "x_2 may be x_1 again",
             Equation(_sampled(payoff(one) * payoff(two)), _sampled(SumOver(density(x) * payoff(x) ** 2, x)))),
    NearMiss("fewer_samples", "X looks at x_2 too",
             Equation(_sampled(payoff(one) * payoff(two)), Samples(payoff(one) ** 2, x, density(x), 1))),
    NearMiss("gradient_of_samples", "the samples are drawn from p, which depends on θ",
             Equation(grad(_sampled(payoff(one))), _sampled(grad(payoff(one))))),
    NearMiss("maximum_shift", "the term g(x) depends on x",
             Equation(Maximum(payoff(x) + weight(x), x), weight(x) + Maximum(payoff(x), x))),
    NearMiss("maximum_constant", "f(x) depends on x", Equation(Maximum(payoff(x), x), payoff(x))),
    NearMiss("below_maximum", "one value is not the largest", Inequality(Maximum(payoff(x), x), payoff(x))),
    NearMiss("below_larger", "the larger of two may be the other one", Inequality(Max(gamma, theta), gamma)),
    NearMiss("smaller_below", "the smaller of two may be the other one", Inequality(gamma, Min(gamma, theta))),
    NearMiss("extreme", "which of the two is larger is not known", Equation(Max(gamma, theta), gamma)),
    NearMiss("gradient_extreme", "the larger of the two is not always the same",
             Equation(grad(Max(theta, gamma)), grad(theta))),
    NearMiss("log_at_most", "the bound of 1 + log x is x, not x/2", Inequality(Log(density(x)) + 1, density(x) / 2),
             (Positive(density),)),
    NearMiss("nonnegative", "f(x) is no square", Inequality(0, payoff(x))),
    NearMiss("product_of_ones", "a product of ones is no count", Equation(TimeProduct(1, k, 0, 1), 2)),
    NearMiss("gradient_case", "the case that is not taken is differentiated",
             Equation(grad(Cases(i, 0, theta, theta**2)), grad(theta))),
    NearMiss("distinguish", "the distinction is decided one way for all x",
             Equation(Cases(i, 0, payoff(x), weight(x)), payoff(x))),
)  # fmt: skip
