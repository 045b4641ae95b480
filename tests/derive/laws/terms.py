"""Random well-formed terms with every constructor of the language, few names and many chances of capture."""

from __future__ import annotations

from random import Random

from sympy import Expr, Integer, Rational, sqrt

from derive.notation import (
    OUTCOMES,
    T,
    a,
    density,
    gamma,
    initial,
    k,
    n,
    policy,
    process,
    s,
    s_next,
    t,
    theta,
    transition,
    x,
)
from derive.terms import (
    ACTIONS,
    HISTORIES,
    STATES,
    Action,
    Always,
    At,
    AtMost,
    Cases,
    Definition,
    Domain,
    Draw,
    Equation,
    Exp,
    Expectation,
    Given,
    Gradient,
    History,
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
    Process,
    Samples,
    State,
    SumOver,
    TimeProduct,
    TimeSum,
    Var,
    Variance,
    real_symbol,
    time_symbol,
)

LISTED = Domain("N", (0, 1))
i, x2 = Var("i", LISTED), Var("x2", OUTCOMES)
y, N = real_symbol("y"), time_symbol("N")
past = Letter("h", (HISTORIES,))
f, v, d = Letter("f", (OUTCOMES,)), Letter("v", (STATES,)), Letter("d", (STATES,), parameter=theta)
u, e, c = Letter("u", (ACTIONS, STATES)), Letter("e", (LISTED,)), Letter("c", (None,))
r = Letter("r", (STATES, ACTIONS, STATES))
behaviour = Letter("b", (ACTIONS, STATES), pmf=True)
odd_policy = Definition("q", (a, s), u(a, s))
POLICIES = (policy, policy, behaviour, odd_policy)
HORIZONS = (T, T, T - 1, Integer(1), Integer(2), n, t)
HYPOTHESES: tuple[Hypothesis, ...] = (
    AtMost(0, t),
    AtMost(t, T - 1),
    AtMost(0, k),
    AtMost(k, t),
    AtMost(k, n),
    AtMost(1, T),
    AtMost(0, n),
    AtMost(n, T),
    AtMost(1, n),
    AtMost(t, k),
    Positive(policy),
    Positive(behaviour),
    Positive(density),
    Possible(process),
    Equation(gamma, 1),
    AtMost(T, 2),
    AtMost(1, 0),
    AtMost(1, N),
    AtMost(N, 2),
    AtMost(1, k),
    AtMost(k, N),
    Inequality(0, f(x)),
    Inequality(0, v(s)),
)
SOLVED: tuple[Always, ...] = (  # equations that a letter solves
    Always(v(s), SumOver(u(a, s), a) + gamma / 2 * SumOver(initial(s_next) * v(s_next), s_next)),
    Always(d(s), SumOver(policy(a, s) * u(a, s), a) + y),
    Always(f(x), y**2 + e(Integer(1))),  # of θ it says nothing, as f does not depend on it
)


class Maker:
    """Draws terms; at most two gradients are put inside each other."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.gradients = 0

    def time(self) -> Expr:
        return self.rng.choice([t, t, k, n, T, T - 1, t + 1, k - 1, Integer(0), Integer(1), 2 - t])

    def state(self) -> Expr:
        return self.rng.choice([s, s_next, State(self.time()), State(t), State(0)])

    def action(self) -> Expr:
        return self.rng.choice([a, Action(self.time()), Action(t), Action(0)])

    def process(self) -> Process:
        return Process(initial, self.rng.choice(POLICIES), transition, self.rng.choice(HORIZONS))

    def leaf(self) -> Expr:
        return self.rng.choice(
            [
                lambda: Rational(self.rng.randint(-2, 3), self.rng.choice([1, 1, 2])),
                lambda: self.rng.choice([gamma, theta, y]),
                lambda: c(self.time()),
                lambda: gamma ** self.time(),
                lambda: self.rng.choice([k, t, theta, y, gamma * y, Integer(0)]) ** self.time(),
                lambda: f(self.rng.choice([x, x2, self.sample(), self.sample()])),
                lambda: density(self.sample()),
                lambda: past(History(self.time())),
                lambda: v(self.state()),
                lambda: u(self.action(), self.state()),
                lambda: e(self.rng.choice([i, Integer(1)])),
                lambda: policy(self.action(), self.state()),
                lambda: behaviour(self.action(), self.state()),
                lambda: transition(self.state(), self.state(), self.action()),
                lambda: density(self.rng.choice([x, x2])),
                lambda: self.reward(self.time()),
                lambda: PathProbability(self.process()),
                lambda: Exp(theta),
                lambda: self.rng.choice([t, k, n]) + 0,
            ]
        )()

    def sample(self) -> Expr:
        return Draw(self.rng.choice([Integer(1), Integer(1), Integer(2), k, k, t, N, k + 1]), OUTCOMES)

    def reward(self, time: Expr) -> Expr:
        return r(State(time), Action(time), State(time + 1))

    def term(self, depth: int) -> Expr:
        if depth <= 0:
            return self.leaf()
        make = self.rng.choice(
            (
                self.arithmetic,
                self.arithmetic,
                self.over_variable,
                self.over_time,
                self.over_time,
                self.over_paths,
                self.over_paths,
                self.over_samples,
                self.gradient,
                self.logarithm,
                self.rest,
            )
        )
        return make(depth - 1)

    def arithmetic(self, depth: int) -> Expr:
        left, right = self.term(depth), self.term(depth)
        return self.rng.choice(
            [
                lambda: left + right,
                lambda: left * right,
                lambda: left * right,
                lambda: left**2,
                lambda: left * density(x) ** -1,
                lambda: left * sqrt(1 + density(x)) ** self.rng.choice([1, -1]),
                lambda: left * policy(a, s) ** -1,
            ]
        )()

    def over_variable(self, depth: int) -> Expr:
        body, (var, weight) = (
            self.term(depth),
            self.rng.choice(
                [
                    (x, density(x)),
                    (x, f(x)),
                    (a, policy(a, self.state())),
                    (s, initial(s)),
                    (i, e(i)),
                    (s_next, transition(s_next, self.state(), self.action())),
                    (x, density(x2)),
                ]
            ),
        )
        return self.rng.choice(
            [
                SumOver(body, var),
                SumOver(weight * body, var),
                Mean(body, var, weight),
                Mean(1, var, weight),
                Maximum(body, var),
                Maximum(body + self.leaf(), var),
                Variance(body, var, weight),
                SumOver(weight, var),
            ]
        )

    def over_time(self, depth: int) -> Expr:
        index, kind = self.rng.choice([t, k, n]), self.rng.choice([TimeSum, TimeSum, TimeProduct])
        bounds = [(0, T - 1), (0, t), (k, T - 1), (0, n), (1, 0), (t, t), (self.time(), self.time()), (1, 2)]
        return kind(self.term(depth), index, *self.rng.choice(bounds))

    def over_paths(self, depth: int) -> Expr:
        body, run = self.term(depth), self.process()
        position = self.rng.choice([2 * t, 2 * t + 1, Integer(0), 2 * k, 2 * n + 1, 2 * T])
        return self.rng.choice(
            [
                lambda: Expectation(body, run),
                lambda: Given(body, position, run),
                lambda: PathSum(body, run),
                lambda: PathSum(PathProbability(run) * body, run),
            ]
        )()

    def over_samples(self, depth: int) -> Expr:
        body, count = self.term(depth), self.rng.choice([N, N, Integer(1), Integer(2)])
        each = TimeSum(f(Draw(k, OUTCOMES)) * self.leaf(), k, 1, count)
        body = self.rng.choice([body, body, body * each, each, body * f(self.sample())])
        weight = self.rng.choice([density(x), density(x), f(x), density(self.sample())])
        return Samples(body, x, weight, count)

    def gradient(self, depth: int) -> Expr:
        if self.gradients == 2:
            return self.term(depth)
        self.gradients += 1
        body = self.rng.choice([lambda: self.term(depth), lambda: Log(self.positive())])()
        self.gradients -= 1
        return Gradient(body, theta)

    def positive(self) -> Expr:
        return self.rng.choice(
            [
                policy(self.action(), self.state()),
                density(x),
                density(x) * behaviour(self.action(), self.state()),
                TimeProduct(policy(Action(t), State(t)), t, 0, T - 1),
                PathProbability(process),
                Exp(theta),
                1 + density(x),
            ]
        )

    def logarithm(self, depth: int) -> Expr:
        return Log(self.positive()) * self.term(depth)

    def rest(self, depth: int) -> Expr:
        body = self.term(depth)
        named = Definition("d", (self.rng.choice([t, k]),), body)
        of_state = Definition("w", (s,), body)
        of_number = Definition("z", (y,), body * self.rng.choice([y, y ** self.time(), 1 / (1 + y**2)]))
        return self.rng.choice(
            [
                lambda: named(self.time()),
                lambda: of_state(self.state()),
                lambda: of_number(self.leaf()),
                lambda: Cases(self.time(), 0, body, 1),
                lambda: SumOver(Cases(i, 1, body, 0) * e(i), i),
                lambda: At(theta**2 * v(s), theta, self.leaf()),
                lambda: body * (named(self.time()) + 1),
                lambda: SumOver(Maximum(body, x) * f(x), x),
                lambda: At(theta * f(x) + body, theta, gamma),
                lambda: At(body * self.rng.choice([y, gamma]), self.rng.choice([y, gamma]), self.leaf()),
            ]
        )()
