"""Valid instances of every law: random in shape, operators and indices. A law is not admitted without an entry here."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from sympy import Expr, Integer, Max, Min, Symbol

from derive.binding import substitute
from derive.notation import T, a, density, dynamics, gamma, k, n, pi, policy, process, reward, s, t, theta, x
from derive.terms import (
    Action,
    At,
    AtMost,
    Cases,
    Coincide,
    Domain,
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
    Possible,
    Samples,
    State,
    SumOver,
    TimeProduct,
    TimeSum,
    Var,
)

from .operators import INSIDE, SUMS, any_operator, c, combined, f, g, slope, u, v
from .samples import INSTANCES as OF_SAMPLES

Instance = tuple[Expr, tuple[Any, ...], tuple[Hypothesis, ...]]
LISTED = Domain("N", (0, 1, 3))
i = Var("i", LISTED)
y = Var("y", x.domain)
e = Letter("e", (LISTED,))
d = Letter("d", (LISTED, LISTED))
middle = Symbol("m", integer=True)


def additivity(rng: Random) -> Instance:
    op = any_operator(rng)
    parts = (*op.varying, *op.constant)
    return op.wrap(combined(parts, rng) + rng.choice(op.varying) * rng.choice(parts) + 1), (), op.given


def homogeneity(rng: Random) -> Instance:
    op = any_operator(rng)
    outside, inside = combined(op.constant, rng, 1) + 2, combined(op.varying, rng)
    return op.wrap(outside * inside), rng.choice([(), (outside, inside)]), op.given


def exchange(rng: Random) -> Instance:
    outer, inner = any_operator(rng), any_operator(rng, SUMS)
    parts = (*outer.varying, *inner.varying, gamma)
    if rng.random() < 0.3:  # the inner bound name stands free in the outer operator
        return Given(TimeSum(c(t) * reward(t), t, 0, T - 1), 2 * t, process), (), (AtMost(0, t), AtMost(t, T))
    return outer.wrap(inner.wrap(combined(parts, rng))), (), (*outer.given, *inner.given)


def vanishing(rng: Random) -> Instance:
    op = any_operator(rng)
    return op.wrap(Integer(0)), (), op.given


def average_of_one(rng: Random) -> Instance:
    choices = [
        Mean(1, x, density(x)),
        Samples(1, x, density(x), 2),
        Mean(1, a, policy(a, s)),
        Expectation(1, process),
        Given(1, t, process),
    ]
    return rng.choice(choices), (), (AtMost(0, t), AtMost(t, 2 * T))


def normalisation(rng: Random) -> Instance:
    return rng.choice([SumOver(density(x), x), SumOver(policy(a, State(t)), a), SumOver(policy(a, s), a)]), (), INSIDE


def enumeration(rng: Random) -> Instance:
    j = Var("j", LISTED)
    parts = (e(i), i, d(i, j), SumOver(d(i, j), j), gamma**2, Cases(i, 1, e(j), 0))
    return SumOver(combined(parts, rng), i), (), ()


def case(rng: Random) -> Instance:
    return rng.choice([Cases(Integer(rng.randint(0, 3)), 0, f(x), 2, gamma, g(x)), Cases(s, s, gamma, f(x))]), (), ()


def sift(rng: Random) -> Instance:
    if rng.random() < 0.4:
        return SumOver(Cases(x, y, f(x), 0) * combined((f(x), f(y), gamma), rng), x), (), ()
    picked = Cases(i, rng.choice([0, 1, 2, 3]), combined((e(i), i), rng), 0)
    return SumOver(picked * combined((e(i), i, gamma), rng), i), (), ()


def gradient_case(rng: Random) -> Instance:
    subject, value = rng.choice([(x, y), (i, Integer(1)), (t, Integer(0))])
    return Gradient(Cases(subject, value, combined((theta, density(x)), rng), theta**2), theta), (), ()


def distinguish(rng: Random) -> Instance:
    subject = rng.choice([i, t])
    told = Cases(subject, 1, rng.choice([f(x), gamma]), 0, g(x), rng.choice([f(x), Integer(2)]))
    other = Cases(subject, 0, e(i), Cases(t, 2, gamma, f(x)))
    bound = SumOver(Cases(i, 1, told, 0) * e(i), i) + TimeSum(Cases(t, 1, gamma, told), t, 0, 2)
    body = combined((told, other, bound, Gradient(density(x) * told, theta), e(i)), rng) + told
    return body, (subject, *rng.sample([Integer(0), Integer(1), Integer(3)], 3)), ()


def _range(rng: Random) -> tuple[Expr, tuple[Hypothesis, ...]]:
    kind = rng.choice([TimeSum, TimeProduct])
    body = combined((c(k), gamma**k, c(k + 1), reward(k)), rng, 1)
    return kind(body, k, 0, T - 1), (AtMost(0, middle), AtMost(middle, T))


def split(rng: Random) -> Instance:
    term, given = _range(rng)
    if rng.random() < 0.3:  # the middle is spelt like the index
        return term, (k,), (AtMost(0, k), AtMost(k, T))
    return term, (rng.choice([middle, Integer(0), T]),), (*given, AtMost(0, T))


def single(rng: Random) -> Instance:
    kind, at = rng.choice([TimeSum, TimeProduct]), rng.choice([t, t + 1, Integer(0), T - t])
    return kind(combined((c(k), gamma ** (k + 2), TimeSum(c(t) * k, t, 0, k)), rng, 1), k, at, at), (), (*INSIDE,)


def empty(rng: Random) -> Instance:
    kind, (lower, upper) = rng.choice([TimeSum, TimeProduct]), rng.choice([(T, t), (1, 0), (t + 1, t), (3, t - T)])
    return kind(combined((c(k), gamma), rng), k, lower, upper), (), (AtMost(0, t), AtMost(t, T - 1))


def shift(rng: Random) -> Instance:
    term, _ = _range(rng)
    body = term.body + c(t) * TimeSum(c(n) * k, n, 0, k)
    by = rng.choice([Integer(1), Integer(-2), t, n, T - t])
    return term.func(body, k, 0, T - 1), (by,), (*INSIDE, AtMost(0, n))


def count(rng: Random) -> Instance:
    lower, upper = rng.choice([(Integer(0), T - 1), (t, T - 1), (t, t - 1), (t + 1, T)])
    return TimeSum(1, k, lower, upper), (), INSIDE


def product_of_ones(rng: Random) -> Instance:
    return TimeProduct(1, k, *rng.choice([(Integer(0), T - 1), (t, T - 1), (t + 1, t - 1)])), (), INSIDE


def product_of_products(rng: Random) -> Instance:
    return TimeProduct(c(k) * combined((c(k + 1), gamma, reward(k)), rng), k, 0, T - 1), (), ()


def tower(rng: Random) -> Instance:
    body = combined((reward(t), v(State(t)), pi(t), v(State(T))), rng)
    within = (AtMost(0, t), AtMost(t, T - 1))
    if rng.random() < 0.5:
        return Expectation(body, process), (rng.choice([2 * t, 2 * t + 1, Integer(0), 2 * T]),), within
    return Given(body, 2 * t, process), (rng.choice([2 * t, 2 * t + 1, 2 * t + 2]),), within


def product_of_powers(rng: Random) -> Instance:
    factor = rng.choice([pi(k), 1 + pi(k)])
    return TimeProduct(factor ** rng.choice([-1, 2, -2]), k, 0, T - 1), (), (Positive(policy),)


def marginal(rng: Random) -> Instance:
    body = combined((v(State(0)), v(State(t)), TimeSum(reward(k), k, 0, t - 1), gamma), rng)
    return Expectation(body, process), (rng.choice([t, t + 1, T]),), INSIDE


def transport(rng: Random) -> Instance:
    body = combined((reward(t), v(State(t + 1)), u(Action(t), State(t)), Given(v(State(T)), 2 * t, process)), rng)
    if rng.random() < 0.3:
        body = combined((v(State(0)), gamma, Given(v(State(T)), 0, process)), rng)
        return Expectation(body, process), (Letter("b", policy.domains, pmf=True),), INSIDE
    return Given(body, 2 * t + 1, process), (Letter("b", policy.domains, pmf=True),), INSIDE


def draw_start(rng: Random) -> Instance:
    body = combined((v(State(0)), SumOver(u(a, State(0)), a), gamma, SumOver(v(s) * v(State(0)), s)), rng)
    return Expectation(body + v(State(0)), process), (), (AtMost(0, T),)


def draw_action(rng: Random) -> Instance:
    seen = (pi(t), u(Action(t), State(t)), Gradient(pi(t), theta), v(State(t)), reward(t - 1))
    past = TimeSum(reward(k), k, 0, t - 1)
    bound = SumOver(u(a, State(t)) * pi(t), a)
    body = combined((*seen, past, bound, c(t)), rng) + u(Action(t), State(t))
    return Given(body, 2 * t, process), (), (AtMost(1, t), AtMost(t, T - 1))


def draw_state(rng: Random) -> Instance:
    seen = (reward(t), v(State(t + 1)), dynamics(t), SumOver(v(s) * reward(t), s), TimeSum(v(State(k)), k, 0, t))
    return Given(combined((*seen, gamma), rng) + v(State(t + 1)), 2 * t + 1, process), (), INSIDE


def path_start(rng: Random) -> Instance:
    return PathProbability(process.until(0)), (), ()


def path_step(rng: Random) -> Instance:
    return PathProbability(process.until(rng.choice([T, Integer(2), t + 1]))), (), (AtMost(1, T), AtMost(0, t))


def paths_start(rng: Random) -> Instance:
    body = combined((v(State(0)), SumOver(v(s) * v(State(0)), s), gamma), rng)
    return PathSum(body, process.until(0)), (), ()


def paths_alike(rng: Random) -> Instance:
    body = combined((v(State(0)), TimeSum(reward(k), k, 0, T - 1), PathProbability(process)), rng)
    drawn = process.func(process.initial, Letter("b", policy.domains, pmf=True), *process.args[2:])
    return PathSum(body, process), (drawn,), ()


def paths_step(rng: Random) -> Instance:
    last = (reward(T - 1), v(State(T)), pi(T - 1), SumOver(u(a, State(T)), a), SumOver(v(s) * v(State(T)), s))
    earlier = (TimeSum(v(State(k)), k, 0, T - 1), v(State(0)))
    return PathSum(combined((*last, *earlier), rng), process), (), (AtMost(1, T),)


def leibniz(rng: Random) -> Instance:
    parts = (density(x), policy(a, s), slope(x), f(x), theta, gamma)
    return Gradient(rng.choice(parts[:3]) * combined(parts, rng) * rng.choice(parts), theta), (), ()


def gradient_power(rng: Random) -> Instance:
    if rng.random() < 0.4:
        return Gradient(density(x) ** rng.choice([-1, -2, k]), theta), (), (Positive(density),)
    if rng.random() < 0.4:
        return Gradient((slope(x) + theta) ** rng.choice([k, k + 1, 2 * k]), theta), (), (AtMost(1, k),)
    return Gradient((slope(x) + theta) ** rng.choice([2, 3]), theta), (), ()


def gradient_log(rng: Random) -> Instance:
    positive = [density(x), density(x) * policy(a, s), 1 + density(x), pi(0), pi(0) * dynamics(0)]
    given = (Positive(density), Positive(policy), Possible(process), AtMost(1, T))
    return Gradient(Log(rng.choice(positive)), theta), (), given


def gradient_exp(rng: Random) -> Instance:
    return Gradient(Exp(rng.choice([theta, -theta, 2 * theta])), theta), (), ()


def exp_zero(rng: Random) -> Instance:
    return Exp(0), (), ()


def coincidence(rng: Random) -> Instance:
    old = Letter("b", policy.domains, pmf=True)
    return rng.choice([policy(a, s), policy(a, State(t)), pi(t)]), (), (Coincide(policy, old), *INSIDE)


def exp_sum(rng: Random) -> Instance:
    return Exp(combined((theta, gamma, f(x)), rng) + rng.choice([theta, f(x) + 1])), (), ()


def exp_multiple(rng: Random) -> Instance:
    return Exp(rng.choice([-1, 2, -3]) * rng.choice([theta, f(x), gamma * theta])), (), ()


def log_power(rng: Random) -> Instance:
    return Log(rng.choice([density(x), 1 + policy(a, s), Exp(theta)]) ** rng.choice([-1, 2, -3])), (), (
        Positive(density), Positive(policy),
    )  # fmt: skip


def log_exp(rng: Random) -> Instance:
    return Log(Exp(combined((theta, f(x), gamma), rng))), (), ()


def gradient_parameter(rng: Random) -> Instance:
    return Gradient(theta, theta), (), ()


def gradient_constant(rng: Random) -> Instance:
    return Gradient(combined((f(x), c(t), gamma, reward(0), dynamics(0)), rng), theta), (), ()


def log_product(rng: Random) -> Instance:
    choices = [density(x) * policy(a, s), 3 * density(x), TimeProduct(pi(t), t, 0, T - 1), TimeProduct(1 + k, k, 0, 2)]
    given = (Positive(density), rng.choice([Positive(policy), Possible(process)]), Positive(policy))
    return Log(rng.choice(choices)), (), given


def evaluation(rng: Random) -> Instance:
    return (
        At(combined((theta, f(x), gamma), rng) + theta, theta, rng.choice([gamma, f(x), theta + 1, Integer(2)])),
        (),
        (),
    )


def nonnegative(rng: Random) -> Instance:
    parts = [v(s) ** 2, density(x), Exp(theta), Expectation(reward(0) ** 2, process), Max(0, f(x)), (f(x) - gamma) ** 2]
    parts += [SumOver(density(x) * f(x) ** 2, x), TimeSum(c(k) ** 2 * k, k, 0, 3), Maximum(policy(a, s), a)]
    parts += [Max(f(x), -f(x)), -2 * (gamma - v(s)) * (density(x) - 1)]
    first, second = rng.sample(parts, 2)
    return (
        Integer(0),
        (rng.choice([first + second, first * second, Min(first, 1)]),),
        (AtMost(1, T), Inequality(gamma, v(s)), Inequality(density(x), 1)),
    )


def below_maximum(rng: Random) -> Instance:
    at, given = rng.choice([(State(t), (AtMost(0, t), AtMost(t, 2))), (s, ())])
    body = rng.choice([v(s), v(s) * gamma + policy(a, s), SumOver(policy(a, s) * u(a, s), a)])
    return substitute(body, {s: at}), (Maximum(body, s), at), given


def maximum_constant(rng: Random) -> Instance:
    return Maximum(combined((f(x), gamma, policy(a, s)), rng), Var("b", a.domain)), (), ()


def below_larger(rng: Random) -> Instance:
    term = combined((f(x), gamma), rng)
    return term, (Max(term, rng.choice([v(s), Integer(0), -f(x)])),), ()


def smaller_below(rng: Random) -> Instance:
    part = rng.choice([f(x), gamma * v(s)])
    return Min(part, v(s) + 1), (part,), ()


def log_at_most(rng: Random) -> Instance:
    return (
        Log(rng.choice([density(x), density(x) / policy(a, s), Exp(theta)])),
        (),
        (Positive(density), Positive(policy)),
    )


def extreme(rng: Random) -> Instance:
    small, large = combined((f(x), gamma), rng), rng.choice([policy(a, s), v(s) ** 2])
    lower, upper = rng.choice([(small, small + large), (small - large, small)])
    kind, chosen = rng.choice([(Max, upper), (Min, lower)])
    if rng.random() < 0.5:  # how far apart they are stands as a product, which is not seen in their difference
        near, far = gamma * (v(s) + 1), gamma * (v(s) - f(x))
        given = (Inequality(0, gamma), Inequality(0, f(x) + 1))
        return kind(near, far), (near if kind is Max else far, gamma * (f(x) + 1)), given
    return kind(lower, upper), (chosen,), ()


def gradient_extreme(rng: Random) -> Instance:
    parts = (theta, slope(x), density(x) * theta, Exp(theta), policy(a, s) ** 2, Max(theta, slope(x)))
    one, two = rng.sample(parts, 2)
    two = rng.choice([two - gamma, f(x), 2 * one])
    return Max(one - two, two - one) * Gradient(rng.choice([Max, Min])(one, two), theta), (), ()


INSTANCES: dict[str, Callable[[Random], Instance]] = {
    make.__name__: make
    for make in (
        additivity, homogeneity, exchange, vanishing, average_of_one, normalisation, enumeration, case, sift,
        distinguish, split, single, empty, shift, product_of_ones, product_of_products, tower, draw_start, draw_action,
        draw_state, path_start, path_step, paths_start, paths_step, leibniz, gradient_power, gradient_log,
        gradient_exp, exp_zero, gradient_parameter, gradient_constant, log_product, evaluation, count,
        product_of_powers, paths_alike, marginal, transport, exp_sum, exp_multiple, gradient_case, log_power, log_exp,
        coincidence, nonnegative, below_maximum, maximum_constant, below_larger, smaller_below, log_at_most,
        extreme, gradient_extreme,
    )
} | OF_SAMPLES  # fmt: skip
