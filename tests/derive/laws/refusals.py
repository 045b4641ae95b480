"""What every law must refuse, and what the refusal must say."""

from __future__ import annotations

from sympy import Integer, Symbol

from derive.notation import T, a, density, gamma, k, pi, policy, process, reward, s, t, theta, x
from derive.terms import (
    Action,
    At,
    AtMost,
    Cases,
    Domain,
    Exp,
    Expectation,
    Given,
    Gradient,
    Letter,
    Log,
    Mean,
    PathProbability,
    PathSum,
    Positive,
    Possible,
    Process,
    State,
    SumOver,
    TimeProduct,
    TimeSum,
)

from .instances import Instance, e, i
from .operators import INSIDE, c, f, g, u, v

m = Symbol("m", integer=True)
no_law = Letter("q", policy.domains)
unnormalised = Process(process.initial, no_law, process.transition, T)
COUNTS = Domain("N", (0, 1, 2))
counted = Process(Letter("rho_0", (COUNTS,), pmf=True), Letter("pi", (Domain("A"), COUNTS), pmf=True),
                  Letter("P", (COUNTS, COUNTS, Domain("A")), pmf=True), 2, COUNTS)  # fmt: skip
of_random_length = TimeSum(1, k, 1, State(0, COUNTS))
hidden = Given(TimeSum(v(State(t)), t, 0, 2) * v(State(2)), 2 * t, process)

REFUSALS: tuple[tuple[str, Instance, str], ...] = (
    ("additivity", (SumOver(f(x) * g(x), x), (), ()), "is no sum"),
    ("additivity", (SumOver((f(x) + g(x)) / f(x), x), (), ()), "cannot show Apply.f, x. > 0"),
    ("homogeneity", (SumOver(f(x) * density(x), x), (), ()), "no factor of .* is constant there"),
    (
        "homogeneity",
        (Given(v(State(t + 1)), 2 * t + 1, process), (v(State(t + 1)), Integer(1)), INSIDE),
        "is not constant there",
    ),
    ("homogeneity", (Expectation(reward(t) * v(State(0)), process), (), ()), "no factor of .* is constant there"),
    ("homogeneity", (hidden, (), ()), "no factor of .* is constant there"),
    ("homogeneity", (Expectation(of_random_length * v(State(0)), process), (), ()), "no factor of"),
    ("exchange", (TimeSum(TimeSum(c(t), t, 0, k), k, 0, 2), (), ()), "runs over depends on k"),
    ("exchange", (Expectation(PathSum(v(State(0)), process), process), (), ()), "do not commute"),
    ("exchange", (Mean(PathSum(f(x), process), x, v(State(0))), (), ()), "depends on the trajectory outside its body"),
    ("exchange", (SumOver(Mean(f(x), x, density(x)), a), (), ()), "cannot be moved"),
    ("exchange", (Expectation(of_random_length, counted), (), ()), "is not fixed for"),
    ("vanishing", (TimeSum(c(k), k, 0, T), (), ()), "is no linear operator on 0"),
    ("average_of_one", (Mean(1, x, g(x)), (), ()), "is not known to be a distribution"),
    ("average_of_one", (Expectation(1, unnormalised), (), ()), "are not all distributions"),
    ("normalisation", (SumOver(policy(a, s), s), (), ()), "is no sum of a distribution"),
    ("normalisation", (SumOver(g(x), x), (), ()), "is no sum of a distribution"),
    ("enumeration", (SumOver(f(x), x), (), ()), "has no listed domain"),
    ("enumeration", (SumOver(1 / i, i), (), ()), "cannot show i > 0"),
    ("case", (Cases(t, 0, f(x), g(x)), (), ()), "is not decided by a number"),
    ("case", (Cases(Integer(1), t, f(x), g(x)), (), ()), "are not numbers"),
    ("sift", (SumOver(e(i), i), (), ()), "picks out no single element"),
    ("sift", (SumOver(Cases(i, t, e(i), 0), i), (), ()), "is not a number yet"),
    ("split", (TimeSum(c(k), k, 0, T), (m,), (AtMost(0, m),)), r"cannot show m <= T \+ 1 from 0 <= m"),
    ("single", (TimeSum(c(k), k, 0, 1), (), ()), "has not exactly one index"),
    ("single", (TimeSum(1 / k, k, 0, 0), (), ()), "cannot show k > 0"),
    ("empty", (TimeSum(c(k), k, 0, t), (), ()), r"cannot show t \+ 1 <= 0"),
    ("shift", (TimeSum(c(k), k, 0, T), (k,), ()), "the shift k mentions k"),
    ("shift", (TimeSum(c(k), k, 0, T), (gamma,), ()), "is not linear in time symbols"),
    ("product_of_products", (TimeProduct(c(k) + 1, k, 0, T), (), ()), "is no product of products"),
    ("tower", (Given(reward(t), 2 * t + 1, process), (2 * t,), INSIDE), r"cannot show 2\*t \+ 1 <= 2\*t"),
    ("tower", (Expectation(reward(t), process), (2 * t,), (AtMost(0, t),)), r"cannot show 2\*t <= 2\*T from 0 <= t"),
    ("tower", (Expectation(reward(0), unnormalised), (Integer(0),), ()), "are not all distributions"),
    ("draw_start", (Expectation(v(State(1)), process), (), ()), "is not known at position 0"),
    ("draw_start", (Expectation(v(State(0)), unnormalised), (), ()), "are not all distributions"),
    ("draw_action", (Given(reward(t), 2 * t, process), (), INSIDE), r"is not known at position 2\*t \+ 1"),
    ("draw_action", (Given(pi(t), 2 * t, process), (), (AtMost(0, t),)), "cannot show t <= T - 1"),
    ("draw_action", (Given(pi(t), 2 * t + 1, process), (), INSIDE), "is of the other kind"),
    (
        "draw_action",
        (Given(Given(v(State(T)), 2 * t + 1, process), 2 * t, process), (), INSIDE),
        "nothing can be put inside",
    ),
    ("draw_action", (Given(u(Action(t), State(t)), 2 * t, unnormalised), (), INSIDE), "are not all distributions"),
    ("draw_state", (Given(v(State(t + 2)), 2 * t + 1, process), (), INSIDE), r"is not known at position 2\*t \+ 2"),
    ("draw_state", (Given(v(State(t + 1)), 2 * t + 1, unnormalised), (), INSIDE), "are not all distributions"),
    ("path_start", (PathProbability(process), (), ()), "is no path of no steps"),
    ("path_step", (PathProbability(process), (), ()), "cannot show 0 <= T - 1"),
    ("paths_start", (PathSum(v(State(0)), process), (), ()), "is no sum over paths of no steps"),
    ("paths_step", (PathSum(v(State(T + 1)), process), (), (AtMost(1, T),)), r"is not known at position 2\*T"),
    ("leibniz", (Gradient(density(x) + 1, theta), (), ()), "is no gradient of a product"),
    ("leibniz", (Gradient(gamma / Gradient(gamma, theta), theta), (), ()), "cannot show Gradient.gamma, theta. > 0"),
    ("gradient_power", (Gradient(1 / density(x), theta), (), ()), "cannot show Apply.p, x. > 0 from nothing"),
    ("gradient_power", (Gradient((1 + density(x)) ** theta, theta), (), ()), "."),
    ("gradient_log", (Gradient(Log(density(x)), theta), (), ()), "cannot show Apply.p, x. > 0"),
    ("gradient_log", (Gradient(Log(pi(t)), theta), (), (Possible(process),)), "cannot show Apply.pi, .* > 0"),
    ("gradient_exp", (Gradient(density(x), theta), (), ()), "is no gradient of an exponential"),
    ("exp_zero", (Exp(theta), (), ()), "is not e.0"),
    ("gradient_parameter", (Gradient(gamma, theta), (), ()), "is not the gradient of its parameter"),
    ("gradient_constant", (Gradient(Expectation(reward(0), process), theta), (), ()), "depends on theta"),
    ("log_product", (Log(density(x) * f(x)), (), (Positive(density),)), "cannot show Apply.f, x. > 0 from p > 0"),
    ("log_product", (Log(TimeProduct(1 + k, k, -1, T)), (), ()), r"cannot show k \+ 1 > 0"),
    ("evaluation", (At(density(x), theta, 0), (), ()), "cannot be replaced"),
    ("evaluation", (At(Gradient(theta**2, theta), theta, 0), (), ()), "cannot be replaced"),
    ("count", (TimeSum(1, k, t, T), (), ()), "cannot show t <= T . 1 from nothing"),
    ("count", (TimeSum(k, k, 0, T), (), ()), "is no sum of ones"),
    (
        "marginal",
        (Expectation(v(State(t)), process), (t - 1,), (AtMost(1, t), AtMost(t, T))),
        "is not known at position",
    ),
    ("marginal", (Expectation(v(State(0)), process), (T + 1,), (AtMost(0, T),)), "cannot show T . 1 <= T"),
    ("transport", (Given(u(Action(t), State(t)), 2 * t, process), (policy,), INSIDE), "is of the other kind"),
    ("transport", (Given(v(State(T)), 2 * t + 1, process), (policy,), INSIDE), "is not known at position"),
    ("transport", (Given(v(State(t)), 2 * t + 1, process), (no_law,), INSIDE), "is no policy"),
    ("exp_sum", (Exp(theta), (), ()), "is not e to a sum"),
    ("exp_multiple", (Exp(theta), (), ()), "is not e to a multiple"),
    ("log_power", (Log(f(x) ** 2), (), ()), "cannot show"),
    ("log_exp", (Log(theta), (), ()), "is no logarithm of a power of e"),
    ("product_of_powers", (TimeProduct(c(k) ** -1, k, 0, T), (), ()), "cannot show"),
    ("transport", (Expectation(v(State(1)), process), (policy,), ()), "is not known at position 0"),
    ("paths_alike", (PathSum(1, process), (process.until(1),), ()), "has not the horizon"),
    ("coincidence", (pi(t), (), INSIDE), "nothing says what .* coincides with"),
)
