"""Random linear operators with something to put into them: what they run over, and what is constant for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from sympy import Expr, Integer, Rational

from derive.notation import OUTCOMES, T, a, density, gamma, k, pi, policy, process, reward, s, t, theta, x
from derive.terms import (
    ACTIONS,
    STATES,
    Action,
    AtMost,
    Draw,
    Expectation,
    Given,
    Gradient,
    Hypothesis,
    Letter,
    Mean,
    PathSum,
    Samples,
    State,
    SumOver,
    TimeSum,
    Var,
    time_symbol,
)

f, g, h = (Letter(name, (OUTCOMES,)) for name in "fgh")
v = Letter("v", (STATES,))
u = Letter("u", (ACTIONS, STATES))
c = Letter("c", (None,))
slope = Letter("m", (OUTCOMES,), parameter=theta)
x2, N = Var("x2", OUTCOMES), time_symbol("N")
INSIDE = (AtMost(0, t), AtMost(t, T - 1))


@dataclass(frozen=True)
class Operator:
    """L: `wrap(body)`, what varies under it, what is constant for it, and the hypotheses that make it so."""

    wrap: Callable[[Expr], Expr]
    varying: tuple[Expr, ...]
    constant: tuple[Expr, ...]
    given: tuple[Hypothesis, ...] = ()


def over_outcomes(rng: Random) -> Operator:
    return Operator(lambda b: SumOver(b, x), (f(x), g(x), density(x)), (f(x2), gamma, h(x2)))


def over_actions(rng: Random) -> Operator:
    return Operator(lambda b: SumOver(b, a), (policy(a, s), u(a, s)), (v(s), gamma, v(State(0))))


def over_times(rng: Random) -> Operator:
    lower, upper = rng.choice([(0, T - 1), (t, T - 1), (0, t), (1, 0), (t + 1, t)])
    given = (*INSIDE, AtMost(1, T))
    inside = (c(k), gamma**k, c(k + 1)) if lower != 0 else (c(k), reward(k), gamma**k)
    return Operator(lambda b: TimeSum(b, k, lower, upper), inside, (c(t), gamma, f(x), reward(t)), given)


def over_paths(rng: Random) -> Operator:
    horizon = rng.choice([T, Integer(1), Integer(2)])
    last = horizon - 1
    run = process.until(horizon)
    within = (AtMost(1, T),) if horizon == T else ()
    return Operator(
        lambda b: PathSum(b, run), (reward(last), v(State(0)), u(Action(0), State(0))), (gamma, f(x)), within
    )


def expected(rng: Random) -> Operator:
    closed = Expectation(reward(0), process)
    return Operator(lambda b: Expectation(b, process), (reward(t), v(State(0)), pi(t)), (gamma, closed, f(x)), INSIDE)


def conditioned(rng: Random) -> Operator:
    kind = rng.choice([0, 1])
    known = (v(State(t)), reward(t - 1), gamma) if kind == 0 else (v(State(t)), u(Action(t), State(t)), pi(t))
    given = (AtMost(1, t), AtMost(t, T - 1))
    return Operator(lambda b: Given(b, 2 * t + kind, process), (reward(t), v(State(t + 1))), known, given)


def averaged(rng: Random) -> Operator:
    weight = rng.choice([density(x), g(x)])
    return Operator(lambda b: Mean(b, x, weight), (f(x), h(x) ** 2), (f(x2), gamma))


def sampling(rng: Random) -> Operator:
    count = rng.choice([Integer(1), Integer(2), N])
    each = TimeSum(f(Draw(k, OUTCOMES)), k, 1, count)
    inside = (f(Draw(1, OUTCOMES)), density(Draw(count, OUTCOMES)), each)
    given = (AtMost(1, N), AtMost(N, 3))
    return Operator(lambda b: Samples(b, x, density(x), count), inside, (f(x), gamma, v(s)), given)


def differentiated(rng: Random) -> Operator:
    return Operator(lambda b: Gradient(b, theta), (density(x), policy(a, s), slope(x)), (f(x), gamma, c(t)))


OPERATORS = (
    over_outcomes, over_actions, over_times, over_paths, expected, conditioned, averaged, sampling, differentiated,
)  # fmt: skip
AVERAGES = (expected, conditioned, averaged, sampling)
SUMS = (over_outcomes, over_actions, over_times, over_paths)


def number(rng: Random) -> Expr:
    return Rational(rng.choice([-2, -1, 1, 2, 3]), rng.choice([1, 1, 2, 3]))


def combined(parts: tuple[Expr, ...], rng: Random, depth: int = 2) -> Expr:
    """A random sum of products of some of the parts."""
    if depth == 0 or rng.random() < 0.2:
        return rng.choice(parts) * number(rng)
    left, right = combined(parts, rng, depth - 1), combined(parts, rng, depth - 1)
    return left + right if rng.random() < 0.5 else left * right


def any_operator(rng: Random, kinds: tuple[Callable[[Random], Operator], ...] = OPERATORS) -> Operator:
    return rng.choice(kinds)(rng)
