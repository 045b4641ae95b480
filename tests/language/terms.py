"""Random terms with every constructor of the language, for Hypothesis: few names, and many chances of capture.

PRODUCTIONS holds one method for each node, by the tag under which it is written; a node without one is found by
tests/test_two_evaluators.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st
from sympy import Expr, Integer, Max, Min, Mul, Pow, Rational

from derive import terms
from derive.notation import T, a, density, gamma, initial, k, n, policy, s, s_next, t, theta, transition, x
from derive.terms import (
    ACTIONS,
    HISTORIES,
    STATES,
    Action,
    Always,
    AtMost,
    Coincide,
    Definition,
    Domain,
    Draw,
    Equation,
    History,
    Hypothesis,
    Inequality,
    Letter,
    Positive,
    Process,
    State,
    Statement,
    Var,
    real_symbol,
)

OUTCOMES = x.domain
LISTED = Domain("N", (0, 1, 3))
i, x2 = Var("i", LISTED), Var("x2", OUTCOMES)
y = real_symbol("y")
f, v, u = Letter("f", (OUTCOMES,)), Letter("v", (STATES,)), Letter("u", (ACTIONS, STATES))
c, d, e = Letter("c", (None,)), Letter("d", (STATES,), parameter=theta), Letter("e", (LISTED,))
h, g = Letter("h", (HISTORIES,)), Letter("g", (HISTORIES, ACTIONS), parameter=theta)
r = Letter("r", (STATES, ACTIONS, STATES))
behaviour, listed_law = Letter("b", (ACTIONS, STATES), pmf=True), Letter("q", (LISTED,), pmf=True)
recalling = Letter("m", (ACTIONS, HISTORIES), pmf=True, parameter=theta)
mixture = Definition("w", (a, s), policy(a, s) / 3 + behaviour(a, s) * Rational(2, 3), "given")


class Maker:
    """Makes one term out of the choices of Hypothesis; what is chosen first is what it shrinks to."""

    def __init__(self, draw: Callable[[Any], Any]) -> None:
        self._draw = draw

    def one(self, options: Sequence[Any]) -> Any:
        return self._draw(st.sampled_from(list(options)))

    # what is no real number

    def time(self) -> Expr:
        return self.one([Integer(0), Integer(1), t, k, n, T, t + 1, T - 1, 2 - t, Integer(-1)])

    def index(self) -> Expr:
        return self.one([Integer(1), Integer(2), t, k + 1, Integer(3)])

    def state(self) -> Expr:
        return self.one([s, s_next, State(0), State(t), State(self.time()), Draw(self.index(), STATES)])

    def action(self) -> Expr:
        return self.one([a, Action(0), Action(t), Action(self.time()), Draw(self.index(), ACTIONS)])

    def outcome(self) -> Expr:
        return self.one([x, x2, Draw(1, OUTCOMES), Draw(self.index(), OUTCOMES)])

    def history(self) -> Expr:
        return self.one([History(0), History(t), History(self.time())])

    def process(self) -> Process:
        law = self.one([policy, behaviour, mixture])
        return Process(initial, law, transition, self.one([T, T, Integer(1), Integer(2), T - 1, t]))

    def law(self) -> tuple[Var, Expr]:
        """A variable and a weight for it: a distribution, mostly."""
        return self.one(
            [
                (x, density(x)),
                (a, policy(a, self.state())),
                (s, initial(s)),
                (s_next, transition(s_next, self.state(), self.action())),
                (i, listed_law(i)),
                (a, recalling(a, self.history())),
                (x, f(x)),
                (x, density(x2)),
            ]
        )

    # real numbers

    def term(self, depth: int) -> Expr:
        """A term of at most this depth, and a little more."""
        return self.leaf() if depth <= 0 else PRODUCTIONS[self.one(sorted(PRODUCTIONS))](self, depth - 1)

    def leaf(self) -> Expr:
        return self.one([self.number, self.name, self.letter, self.letter])()

    def number(self) -> Expr:
        return self.one([Integer(0), Integer(1), Integer(2), Rational(1, 2), Integer(-1), Rational(-2, 3)])

    def name(self) -> Expr:
        return self.one([gamma, theta, y, i, t, k, n])

    def letter(self) -> Expr:
        return self.one(
            [
                lambda: f(self.outcome()),
                lambda: v(self.state()),
                lambda: u(self.action(), self.state()),
                lambda: policy(self.action(), self.state()),
                lambda: self.reward(self.time()),
                lambda: density(self.outcome()),
                lambda: behaviour(self.action(), self.state()),
                lambda: transition(self.state(), self.state(), self.action()),
                lambda: d(self.state()),
                lambda: e(self.one([i, Integer(3), Draw(self.index(), LISTED)])),
                lambda: c(self.time()),
                lambda: h(self.history()),
                lambda: g(self.history(), self.action()),
                lambda: recalling(self.action(), self.history()),
            ]
        )()

    def reward(self, time: Expr) -> Expr:
        return r(State(time), Action(time), State(time + 1))

    def positive(self) -> Expr:
        return self.one(
            [
                policy(self.action(), self.state()),
                density(self.outcome()),
                terms.Exp(theta),
                1 + density(self.outcome()),
                terms.PathProbability(self.process()),
                terms.TimeProduct(policy(Action(t), State(t)), t, 0, T - 1),
                recalling(self.action(), self.history()),
                Integer(2),
            ]
        )

    def two(self, depth: int) -> tuple[Expr, Expr]:
        return self.term(depth), self.term(depth)

    def power(self, depth: int) -> Expr:
        return self.one(
            [
                lambda: self.term(depth) ** self.one([2, 3]),
                lambda: self.positive() ** self.one([-1, -2, t, k - 1]),
                lambda: gamma ** self.time(),
                lambda: Pow(self.positive(), Rational(self.one([1, 3, -1]), 2)),
                lambda: Pow(self.term(depth) ** 2 + 1, Rational(1, 2)),
                lambda: self.positive() ** self.term(depth),
            ]
        )()

    def samples(self, depth: int) -> Expr:
        var, weight = self.law()
        body = self.term(depth) * self.one([1, self.of_sample(var.domain)])
        return terms.Samples(body, var, weight, self.one([Integer(1), Integer(2), t, k + 1, Integer(3)]))

    def of_sample(self, domain: Domain) -> Expr:
        """A number that a sample of a set decides."""
        sample = Draw(self.one([Integer(1), Integer(2)]), domain)
        letter = {OUTCOMES: f, STATES: d, LISTED: e}.get(domain)
        return letter(sample) if letter is not None else policy(sample, s)

    def over_times(self, kind: Any, depth: int) -> Expr:
        bounds = [(0, T - 1), (0, t), (k, T - 1), (1, 2), (t, t), (1, 0), (self.time(), self.time())]
        return kind(self.term(depth), self.one([t, k, n]), *self.one(bounds))

    def conditional(self, depth: int) -> Expr:
        position = self.one([Integer(0), 2 * t, 2 * t + 1, 2 * k, 2 * T])
        return terms.Given(self.term(depth), position, self.process())

    def gradient(self, depth: int) -> Expr:
        body = self.one([lambda: self.term(depth), lambda: terms.Log(self.positive()), self.positive])()
        inner = self.one([body, body, terms.Gradient(body, theta)])
        return terms.Gradient(inner, self.one([theta, theta, theta, y]))

    def defined(self, depth: int) -> Expr:
        params, values = self.one(
            [
                ((t,), (self.time(),)),
                ((s,), (self.state(),)),
                ((y,), (self.leaf(),)),
                ((x, k), (self.outcome(), self.time())),
            ]
        )
        return Definition("D", params, self.term(depth))(*values)

    def cases(self, depth: int) -> Expr:
        subject, options = self.one(
            [
                (self.time(), (Integer(0), t)),
                (i, (Integer(1), Integer(3))),
                (self.state(), (s, State(0))),
                (self.outcome(), (x, Draw(1, OUTCOMES))),
            ]
        )
        one, other = self.two(depth)
        return terms.Cases(subject, options[0], one, options[1], other, self.leaf())

    def at(self, depth: int) -> Expr:
        body = self.one(
            [theta**2 * v(s) + y, terms.Exp(theta) * self.leaf(), terms.Gradient(theta**3 * y, theta), self.term(depth)]
        )
        return terms.At(body, self.one([theta, y]), self.one([gamma, self.leaf(), theta]))


PRODUCTIONS: dict[str, Callable[[Maker, int], Expr]] = {
    "add": lambda m, depth: m.term(depth) + m.term(depth),
    "mul": lambda m, depth: m.term(depth) * m.term(depth),
    "pow": lambda m, depth: m.power(depth),
    "min": lambda m, depth: Min(*m.two(depth), evaluate=False),
    "max": lambda m, depth: Max(*m.two(depth), evaluate=False),
    "Apply": lambda m, depth: m.letter(),
    "Defined": lambda m, depth: m.defined(depth),
    "State": lambda m, depth: v(State(m.time())) * m.term(depth),
    "Action": lambda m, depth: u(Action(m.time()), m.state()) + m.term(depth),
    "History": lambda m, depth: h(m.history()) * m.term(depth),
    "Draw": lambda m, depth: f(Draw(m.index(), OUTCOMES)) * m.term(depth),
    "Process": lambda m, depth: terms.Expectation(m.reward(m.time()) * m.term(depth), m.process()),
    "PathProbability": lambda m, depth: terms.PathProbability(m.process()) * m.term(depth),
    "PathSum": lambda m, depth: terms.PathSum(m.term(depth), m.process()),
    "Expectation": lambda m, depth: terms.Expectation(m.term(depth), m.process()),
    "Given": lambda m, depth: m.conditional(depth),
    "Mean": lambda m, depth: terms.Mean(m.term(depth), *m.law()),
    "Variance": lambda m, depth: terms.Variance(m.term(depth), *m.law()),
    "Samples": lambda m, depth: m.samples(depth),
    "Maximum": lambda m, depth: terms.Maximum(m.term(depth), m.law()[0]),
    "SumOver": lambda m, depth: terms.SumOver(Mul(m.term(depth), m.law()[1]), m.law()[0]),
    "TimeSum": lambda m, depth: m.over_times(terms.TimeSum, depth),
    "TimeProduct": lambda m, depth: m.over_times(terms.TimeProduct, depth),
    "Gradient": lambda m, depth: m.gradient(depth),
    "At": lambda m, depth: m.at(depth),
    "Log": lambda m, depth: terms.Log(m.positive()) * m.term(depth),
    "Exp": lambda m, depth: terms.Exp(m.one([theta, 2 * theta, m.term(depth)])),
    "Cases": lambda m, depth: m.cases(depth),
}


@st.composite
def any_term(draw: Any, depth: int = 2, tag: str | None = None) -> Expr:
    """A term; `tag` says which node it is made with first."""
    maker = Maker(draw)
    return maker.term(depth) if tag is None else PRODUCTIONS[tag](maker, depth - 1)


@st.composite
def any_statement(draw: Any, depth: int = 1) -> Statement:
    """An equation or an inequality between terms."""
    kind = draw(st.sampled_from([Equation, Inequality]))
    return kind(draw(any_term(depth)), draw(any_term(depth)))


def _ahead(value: Letter) -> Expr:
    """One step with reward u, then the value, discounted by 1/3."""
    return u(a, s) + terms.SumOver(transition(s_next, s, a) * value(s_next), s_next) / 3


HYPOTHESES: tuple[Hypothesis, ...] = (
    AtMost(0, t),
    AtMost(t, T - 1),
    AtMost(1, k),
    AtMost(k, T),
    Positive(policy),
    Positive(density),
    Inequality(0, y),
    Inequality(gamma, Rational(1, 2)),
    Equation(gamma, 1),
    Equation(e(i), i + 1),
    Coincide(policy, behaviour),
    Always(d(s), terms.SumOver(policy(a, s) * _ahead(d), a)),
    Always(v(s), terms.Maximum(_ahead(v), a)),
)
