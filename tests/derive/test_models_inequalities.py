"""Inequalities: refuted by a model on which the lesser side is greater, never said to hold; and as hypotheses."""

from fractions import Fraction

import pytest
from sympy import Expr, Max, Rational, sqrt

from derive.models import Model, agreeing, decide, evaluate
from derive.models.numbers import exceeds
from derive.notation import a, expect, gamma, mean, reward_letter, s, total_return
from derive.terms import (
    ACTIONS,
    STATES,
    Always,
    AtMost,
    Domain,
    Draw,
    Equation,
    Hypothesis,
    Inequality,
    Letter,
    Log,
    Maximum,
    Positive,
    Samples,
    SumOver,
    TimeSum,
    Var,
    Variance,
    real_symbol,
    time_symbol,
)

b, after = Var("b", ACTIONS), Var("z", STATES)
f, p, q = Letter("f", (ACTIONS,)), Letter("p", (ACTIONS,), pmf=True), Letter("q", (ACTIONS,), pmf=True)
x, beta = real_symbol("x"), real_symbol("beta")
both: tuple[Hypothesis, ...] = (Positive(p), Positive(q))
divergence = SumOver(p(b) * (Log(p(b)) - Log(q(b))), b)
distance = SumOver(Max(p(b) - q(b), q(b) - p(b)), b) / 2  # total variation
average = mean(f(b), b, p(b))
numbers = Domain("X")
v, law, N, i = Var("v", numbers), Letter("w", (numbers,), pmf=True), time_symbol("N"), time_symbol("i")
draw = Letter("g", (numbers,))
spread = Samples((TimeSum(draw(Draw(i, numbers)), i, 1, N) / N - mean(draw(v), v, law(v))) ** 2, v, law(v), N)

TRUTHS = {
    "a mean is at most the maximum": (average, Maximum(f(b), b), ()),
    "Jensen": (average**2, mean(f(b) ** 2, b, p(b)), ()),
    "Gibbs": (0, divergence, both),
    "Pinsker": (2 * distance**2, divergence, both),
    "Pinsker under a root": (distance, sqrt(divergence / 2), both),
    "a bound on the return": (
        expect(total_return()),
        1 / (1 - gamma),
        (Inequality(reward_letter(s, b, after), 1),),
    ),
    "more samples spread less": (spread, Variance(draw(v), v, law(v)), ()),
}
FALSEHOODS = {
    "turned round": (Maximum(f(b), b), average, ()),
    "no square": (average, mean(f(b) ** 2, b, p(b)), ()),
    "a divergence is bounded": (divergence, 1, both),
    "a constant too large": (Rational(5, 2) * distance**2, divergence, both),
    "the other way under a root": (sqrt(divergence / 2), distance, both),
    "without the bound": (expect(total_return()), 1 / (1 - gamma), ()),
    "a square is greater": (x, x**2, (Inequality(0, x),)),
    "samples spread less still": (spread, Variance(draw(v), v, law(v)) / N**2, ()),
}


@pytest.mark.parametrize("name", TRUTHS)
def test_a_true_inequality_is_unknown(name: str) -> None:
    lesser, greater, hypotheses = TRUTHS[name]
    outcome = decide(Inequality(lesser, greater), hypotheses, max_states=2, max_actions=2, max_horizon=2)
    assert outcome.verdict == "unknown", outcome
    assert outcome.points > 30
    assert f"no counterexample on {outcome.points} models" in outcome.reason
    assert outcome.error_bound == ""


@pytest.mark.parametrize("name", FALSEHOODS)
def test_a_false_inequality_is_refuted(name: str) -> None:
    lesser, greater, hypotheses = FALSEHOODS[name]
    outcome = decide(Inequality(lesser, greater), hypotheses)
    assert outcome.verdict == "refuted", outcome
    found = outcome.counterexample
    assert found is not None
    again = Model.from_dict(found.model.to_dict())
    claim = Inequality(lesser, greater)
    assert exceeds(evaluate(claim.lesser, again), evaluate(claim.greater, again))
    low, high = (Fraction(side.strip("[]").split(", ")[n]) for side, n in ((found.lhs, 0), (found.rhs, -1)))
    assert low > high


def test_a_bound_that_is_nearly_true_is_refuted_uphill() -> None:
    # between values under two policies, a factor 1/(1-γ) is missing (the simulation lemma)
    step, r = Letter("P", (STATES, STATES, ACTIONS), pmf=True), Letter("r", (STATES, ACTIONS))
    gap: list[Expr] = []
    laws: list[Expr] = []
    known: list[Hypothesis] = []
    for name in ("V", "W"):
        law, worth = Letter(f"pi_{name}", (ACTIONS, STATES), pmf=True), Letter(name, (STATES,))
        then = r(s, b) + gamma * SumOver(step(after, s, b) * worth(after), after)
        known.append(Always(worth(s), SumOver(law(b, s) * then, b)))
        gap, laws = [*gap, worth(s)], [*laws, law(b, s)]
    known += [Inequality(0, r(s, b)), Inequality(r(s, b), 1)]
    apart = Maximum(SumOver(Max(laws[0] - laws[1], laws[1] - laws[0]), b) / 2, s)
    claim = Inequality(Maximum(Max(gap[0] - gap[1], gap[1] - gap[0]), s), apart / (1 - gamma))
    outcome = decide(claim, known, max_actions=2)
    assert outcome.verdict == "refuted", outcome
    weaker = Inequality(claim.lesser, 2 * apart / (1 - gamma) ** 2)
    assert decide(weaker, known, max_actions=2).verdict == "unknown"


def test_equal_sides_refute_nothing() -> None:
    assert decide(Inequality(average, average + 0 * x)).verdict == "unknown"
    assert decide(Inequality(1, 1)).verdict == "unknown"
    assert decide(Inequality(2, 1)).verdict == "refuted"


def test_a_hypothesis_bounds_what_is_drawn() -> None:
    assert decide(Equation(Max(x, 0), x)).verdict == "refuted"
    assert decide(Equation(Max(x, 0), x), [Inequality(0, x)]).verdict == "holds"
    found = decide(Equation(Max(x, 1), x), [Inequality(0, x)]).counterexample
    assert found is not None
    assert 0 <= Fraction(found.assignment["x"]) < 1
    unit = (Inequality(0, f(a)), Inequality(f(a), 1))
    assert decide(Equation(Max(f(a) ** 2, f(a)), f(a)), unit).verdict == "holds"
    assert decide(Equation(Max(f(a) ** 2, f(a)), f(a)), unit[:1]).verdict == "refuted"


def test_a_hypothesis_between_terms_selects_models() -> None:
    above = Inequality(mean(f(b), b, q(b)), average)
    assert decide(Inequality(mean(f(b), b, q(b)), average + 1), [above]).verdict == "unknown"
    found = decide(Inequality(average, mean(f(b), b, q(b))), [above]).counterexample
    assert found is not None
    assert exceeds(evaluate(above.greater - above.lesser, found.model) + 1, 0)


def test_bounds_that_exclude_each_other_leave_nothing() -> None:
    outcome = decide(Equation(x, 2), [Inequality(1, x), Inequality(x, 0)])
    assert outcome.verdict == "unknown"
    assert "vacuous" in outcome.reason


def test_an_order_of_reals_is_no_order_of_times() -> None:
    bounded = decide(Inequality(gamma**N, 1), [AtMost(1, N), Inequality(0, gamma), Inequality(gamma, 1)])
    assert bounded.verdict == "unknown"
    assert decide(Inequality(x**N, 1), [AtMost(1, N), Inequality(0, x)]).verdict == "refuted"
    assert decide(Inequality(beta * x, 0), [Inequality(0, beta)]).verdict == "refuted"


def test_models_that_agree_with_an_inequality_are_counted() -> None:
    assert (agreeing(Inequality(0, divergence), both, max_actions=2, max_horizon=1) or 0) > 0
    assert agreeing(Inequality(distance, divergence), both) is None
    assert agreeing(Inequality(0, expect(total_return()) / SumOver(f(b) - f(b), b))) == 0
