"""Random claims for the prover: true by construction, true but for one small change, and random.

Two grammars: every constructor of the language (terms.py), and sums of expectations of products of rewards, scores,
baselines and values, under two policies and with conditional expectations of either.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from sympy import Expr, Integer, Mul

from derive.binding import substitute
from derive.errors import DeriveError
from derive.notation import T, critic, gamma, initial, k, policy, reward, score, t, transition
from derive.rewriting import places
from derive.terms import (
    Action,
    AtMost,
    Equation,
    Expectation,
    Given,
    History,
    Hypothesis,
    Positive,
    Process,
    State,
    TimeProduct,
    TimeSum,
)

from .fuzz import theorems
from .terms import HYPOTHESES, Maker, behaviour, past, u, v

PROCESSES = tuple(Process(initial, p, transition, T) for p in (policy, policy, behaviour))
ASSUMED: tuple[Hypothesis, ...] = (AtMost(0, T), Positive(policy), Positive(behaviour))
KINDS = ("true by construction", "near miss", "random")


class Claim(NamedTuple):
    kind: str
    equation: Equation
    assuming: tuple[Hypothesis, ...]


class Gradients:
    """Draws sums of expectations of products, as policy gradients are made of."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng

    def factor(self, time: Expr, other: Expr) -> Expr:
        run, at = self.rng.choice(PROCESSES), self.rng.choice([time, time, other])
        later = TimeSum(gamma ** (k - at) * reward(k), k, at, T - 1)
        return self.rng.choice(
            [
                lambda: score(at),
                lambda: score(time),
                lambda: reward(at),
                lambda: reward(other),
                lambda: v(State(self.rng.choice([at, at + 1]))),
                lambda: critic(at, State(at)),
                lambda: u(Action(at), State(at)),
                lambda: past(History(at)),
                lambda: Given(later, self.rng.choice([2 * at, 2 * at + 1]), run),
                lambda: Given(reward(at), self.rng.choice([2 * at, 2 * at + 1, 2 * time]), run),
                lambda: later,
                lambda: policy(Action(at), State(at)) / behaviour(Action(at), State(at)),
            ]
        )()

    def term(self) -> Expr:
        other = self.rng.choice([k, k, t, t + 1, t - 1, Integer(0)])
        body = Mul(*(self.factor(t, other) for _ in range(self.rng.randint(1, 3))))
        body = gamma ** self.rng.choice([t, k, k - t, Integer(0)]) * Expectation(body, self.rng.choice(PROCESSES))
        bounds = [(0, T - 1), (t, T - 1), (0, t - 1), (0, t), (t + 1, T - 1)]
        inner = TimeSum(body, k, *self.rng.choice(bounds))
        return self.rng.randint(1, 2) * TimeSum(inner, t, 0, T - 1)

    def true_pair(self) -> tuple[Expr, Expr]:
        """A sum and itself cut, moved, settled or relieved of its past, in the words of the field."""
        run, other = self.rng.choice(PROCESSES), self.rng.choice([k, t])
        middle = self.rng.choice([t, t + 1])
        x = Mul(*(self.factor(t, other) for _ in range(self.rng.randint(1, 2))))
        body = Expectation(x, run)
        known = self.rng.choice([v(State(t)), past(History(t)), reward(t - 1), Integer(1)])
        later = TimeSum(gamma ** (k - t) * reward(k), k, t, T - 1)

        def steps(term: Expr, lower: Expr | int = 0, upper: Expr = T - 1) -> Expr:
            return TimeSum(term, t, lower, upper)

        def inner(lower: Expr | int, upper: Expr) -> Expr:
            return TimeSum(body, k, lower, upper)

        return self.rng.choice(
            [
                lambda: (steps(inner(0, T - 1)), steps(inner(0, middle - 1)) + steps(inner(middle, T - 1))),
                lambda: (steps(body), steps(substitute(body, {t: t - 1}), 1, T)),
                lambda: (steps(TimeSum(body, k, 0, T - 1)), TimeSum(steps(body), k, 0, T - 1)),
                lambda: (
                    steps(Expectation(known * Given(later, 2 * t, run), run)),
                    steps(Expectation(known * later, run)),
                ),
                lambda: (
                    steps(Expectation(known * score(t) * Given(later, 2 * t + 1, run), run)),
                    steps(Expectation(known * score(t) * later, run)),
                ),
                lambda: (
                    steps(Expectation((later + known) * score(t), PROCESSES[0])),
                    steps(Expectation(later * score(t), PROCESSES[0])),
                ),
                lambda: (steps(Expectation(x + known, run)), steps(body) + steps(Expectation(known, run))),
            ]
        )()


def claims(rng: Random, depth: int = 2) -> Iterator[Claim]:
    """A claim of each kind of each grammar, where it can be made."""
    yield from _about_gradients(rng)
    yield from _of_every_constructor(rng, depth)


def _about_gradients(rng: Random) -> Iterator[Claim]:
    maker = Gradients(rng)
    try:
        left, right = maker.true_pair()
        yield Claim(KINDS[0], Equation(left, right), ASSUMED)
        yield from _near(left, right, ASSUMED, rng)
        yield Claim(KINDS[2], Equation(maker.term(), maker.term()), ASSUMED)
    except DeriveError:
        return


def _of_every_constructor(rng: Random, depth: int) -> Iterator[Claim]:
    for theorem in theorems(rng, depth, tries=6):
        given = tuple(sorted(theorem.hypotheses, key=str))
        yield Claim(KINDS[0], Equation(theorem.lhs, theorem.rhs), given)
        yield from _near(theorem.lhs, theorem.rhs, given, rng)
    maker = Maker(rng)
    try:
        assumed = tuple(h for h in HYPOTHESES if rng.random() < 0.5)
        yield Claim(KINDS[2], Equation(maker.term(depth), maker.term(depth)), assumed)
    except DeriveError:
        return


def _near(left: Expr, right: Expr, given: tuple[Hypothesis, ...], rng: Random) -> Iterator[Claim]:
    changed = next(changes(right, rng), None)
    if changed is not None and changed != right:
        yield Claim(KINDS[1], Equation(left, changed), given)


# one small change


def changes(term: Expr, rng: Random) -> Iterator[Expr]:
    """A term with one place changed: a sign, a factor, a bound, an index, a policy, one more."""
    where = list(places(term, ()))
    for path, node, _ in rng.sample(where, min(6, len(where))):
        for new in _changed(node, rng):
            try:
                yield _replaced(term, path, new)
            except DeriveError:
                continue


def _changed(node: Expr, rng: Random) -> list[Expr]:
    options = [-node, 2 * node, node + 1]
    if isinstance(node, Mul):
        options.append(Mul(*node.args[1:]))
    if isinstance(node, (TimeSum, TimeProduct)):
        lower, upper = node.lower, node.upper
        options += [node.func(node.body, node.index, *bounds) for bounds in ((lower, upper - 1), (lower + 1, upper))]
    if isinstance(node, (Expectation, Given)):
        options += [node.func(*node.args[:-1], run) for run in PROCESSES]
    for index in (t, k):
        try:
            options.append(substitute(node, {index: index - 1}))
        except DeriveError:
            continue
    options = [o for o in options if o != node]
    return rng.sample(options, min(2, len(options)))


def _replaced(term: Expr, path: tuple[int, ...], new: Expr) -> Expr:
    if not path:
        return new
    inner = _replaced(term.args[path[0]], path[1:], new)
    return term.func(*(inner if j == path[0] else b for j, b in enumerate(term.args)))
