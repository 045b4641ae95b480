"""True identities hold, and the falsehoods next to them are refuted by models that a person can check."""

from fractions import Fraction
from typing import Any

import pytest
from flint import fmpq
from sympy import Max, Min, Rational

from derive.models import Model, evaluate
from derive.models.refute import Counterexample, Outcome, decide
from derive.notation import (
    OUTCOMES,
    T,
    a,
    before,
    density,
    expect,
    gamma,
    given_action,
    given_history,
    grad,
    initial,
    k,
    mean,
    n,
    objective,
    path,
    payoff,
    pi,
    policy,
    process,
    return_to_go,
    reward,
    reward_letter,
    s,
    score,
    sigmoid,
    t,
    theta,
    total_return,
    trajectory_score,
    transition,
    x,
    x_real,
)
from derive.terms import (
    ACTIONS,
    STATES,
    Action,
    AtMost,
    Domain,
    Draw,
    Equation,
    Exp,
    Expectation,
    Hypothesis,
    Letter,
    Log,
    PathSum,
    Positive,
    Possible,
    Process,
    State,
    SumOver,
    TimeProduct,
    TimeSum,
    Var,
    Variance,
    real_symbol,
)

behaviour = Letter("b", (ACTIONS, STATES), pmf=True)
off_policy = Process(initial, behaviour, transition, T)
baseline, action_baseline = Letter("v", (STATES,)), Letter("q", (STATES, ACTIONS))
p = Letter("p", (OUTCOMES,), pmf=True)
ratio = TimeProduct(pi(n) / behaviour(Action(n), State(n)), n, 0, T - 1)
inside: tuple[Hypothesis, ...] = (before(t, T),)
past = (AtMost(0, k), before(k, t), before(t, T))
both = (Positive(policy), Positive(behaviour))
gradient = grad(objective())


def sum_over_steps(body: Any) -> Any:
    return expect(TimeSum(body, t, 0, T - 1))


TRUTHS = {
    "past reward": (expect(reward(k) * score(t)), 0, past),
    "policy gradient": (gradient, expect(total_return() * trajectory_score), ()),
    "reward to go": (gradient, sum_over_steps(gamma**t * return_to_go(t) * score(t)), ()),
    "value for return": (
        gradient,
        sum_over_steps(gamma**t * given_action(return_to_go(t), t) * score(t)),
        (),
    ),
    "state baseline": (expect(baseline(State(t)) * score(t)), 0, inside),
    "importance sampling": (expect(total_return()), Expectation(ratio * total_return(), off_policy), both),
    "trajectory score": (grad(Log(path)), trajectory_score, (Possible(process),)),
    "total probability": (PathSum(path, process), 1, ()),
    "score has mean zero": (SumOver(policy(a, s) * grad(Log(policy(a, s))), a), 0, (Positive(policy),)),
    "recursion": (return_to_go(t), reward(t) + gamma * return_to_go(t + 1), inside),
    "tower": (given_history(return_to_go(t), t), given_history(given_action(return_to_go(t), t), t), inside),
    "variance": (
        Variance(payoff(x), x, p(x)),
        mean(payoff(x) ** 2, x, p(x)) - mean(payoff(x), x, p(x)) ** 2,
        (),
    ),
    "sigmoid": (grad(sigmoid(theta)), sigmoid(theta) * (1 - sigmoid(theta)), ()),
    "Gauss": (TimeSum(k, k, 0, n), n * (n + 1) / 2, ()),
    "geometric": ((1 - gamma) * TimeSum(gamma**k, k, 0, T - 1), 1 - gamma**T, ()),
    "clip": (Min(x_real, gamma) + Max(x_real, gamma), x_real + gamma, ()),
    "entropy": (
        mean(Log(density(x)), x, density(x)),
        SumOver(density(x) * Log(density(x)), x),
        (Positive(density),),
    ),
    "θ inside and outside exp": (grad(theta * Exp(theta)), (1 + theta) * Exp(theta), ()),
}


@pytest.mark.parametrize("name", TRUTHS)
def test_truths_hold(name: str) -> None:
    lhs, rhs, hypotheses = TRUTHS[name]
    outcome = decide(Equation(lhs, rhs), hypotheses)
    assert outcome.verdict == "holds", outcome
    assert outcome.points >= 2 * len(outcome.sizes) > 0
    if isinstance(outcome.error_bound, Fraction):
        assert outcome.error_bound < Fraction(1, 10**12)


# (left, right, hypotheses, the smallest size: states, actions, horizon)
FALSEHOODS = {
    "a sign": (gradient, -sum_over_steps(gamma**t * return_to_go(t) * score(t)), (), (1, 2, 1)),
    "γ^t left out": (gradient, sum_over_steps(return_to_go(t) * score(t)), (), (1, 2, 2)),
    "a baseline that reads the action": (
        gradient,
        sum_over_steps(gamma**t * (return_to_go(t) - action_baseline(State(t), Action(t))) * score(t)),
        (),
        (1, 2, 1),
    ),
    "an inverted ratio": (
        expect(total_return()),
        Expectation(total_return() / ratio, off_policy),
        both,
        (1, 2, 1),
    ),
    "no ratio": (gradient, Expectation(total_return() * trajectory_score, off_policy), both, (1, 2, 1)),
    "future rewards dropped": (gradient, sum_over_steps(gamma**t * reward(t) * score(t)), (), (2, 2, 2)),
    "an expectation dropped": (return_to_go(t), given_history(return_to_go(t), t), inside, (1, 2, 1)),
    "the present reward is past": (
        expect(reward(k) * score(t)),
        0,
        (AtMost(0, k), AtMost(k, t), *inside),
        (1, 2, 1),
    ),
    "the last index is T": (TimeSum(gamma**k, k, 0, T), TimeSum(gamma**k, k, 0, T - 1), (), (1, 1, 1)),
    "true for two outcomes": (SumOver(p(x) ** 3, x), (3 * SumOver(p(x) ** 2, x) - 1) / 2, (), (1, 3, 1)),
    "true for two actions": (
        SumOver(policy(a, s) ** 3, a),
        (3 * SumOver(policy(a, s) ** 2, a) - 1) / 2,
        (Positive(policy),),
        (1, 3, 1),
    ),
    "unweighted scores": (SumOver(grad(Log(policy(a, s))), a), 0, (Positive(policy),), (1, 2, 1)),
    "clip without max": (Min(x_real, 1), x_real, (), (1, 1, 1)),
    "entropy, unweighted": (
        mean(Log(density(x)), x, density(x)),
        SumOver(Log(density(x)), x),
        (Positive(density),),
        (1, 2, 1),
    ),
}


def refuted(lhs: Any, rhs: Any, hypotheses: Any = (), **limits: Any) -> Counterexample:
    outcome = decide(Equation(lhs, rhs), hypotheses, **limits)
    assert outcome.verdict == "refuted", outcome
    assert outcome.counterexample is not None
    return outcome.counterexample


@pytest.mark.parametrize("name", FALSEHOODS)
def test_falsehoods_are_refuted_at_their_smallest_size(name: str) -> None:
    lhs, rhs, hypotheses, smallest = FALSEHOODS[name]
    found = refuted(lhs, rhs, hypotheses)
    assert (found.states, found.actions, found.horizon) == smallest


@pytest.mark.parametrize("name", FALSEHOODS)
def test_a_counterexample_evaluates_to_what_is_printed(name: str) -> None:
    lhs, rhs, hypotheses, _ = FALSEHOODS[name]
    found = refuted(lhs, rhs, hypotheses)
    again = Model.from_dict(found.model.to_dict())
    assert again == found.model
    for side, printed in ((lhs, found.lhs), (rhs, found.rhs)):
        if side == 0:
            assert printed == "0"
            continue
        value = evaluate(side, again)
        if isinstance(value, fmpq):
            assert Fraction(printed) == Fraction(int(value.p), int(value.q))
        else:
            low, high = (Fraction(end) for end in printed.strip("[]").split(", "))
            assert float(low) <= float(value.mid()) <= float(high)
        assert printed in found.text
    assert found.lhs != found.rhs


def test_intervals_of_a_transcendental_counterexample_are_disjoint() -> None:
    lhs, rhs, hypotheses, _ = FALSEHOODS["entropy, unweighted"]
    found = refuted(lhs, rhs, hypotheses)
    (a0, a1), (b0, b1) = ([Fraction(end) for end in v.strip("[]").split(", ")] for v in (found.lhs, found.rhs))
    assert a1 < b0 or b1 < a0


def test_shrinking_leaves_what_a_person_checks_by_hand() -> None:
    found = refuted(*FALSEHOODS["γ^t left out"][:3])
    rewards = [name for name in found.assignment if name.startswith("r(")]
    assert rewards == ["r(0,1,0)"]
    assert found.assignment["gamma"] == "1/2"
    assert found.assignment["pi(1|0)"] == "1/2"
    assert (found.lhs, found.rhs) == ("3/2", "2")
    assert found.true_if == "γ = 1"
    assert found.text.splitlines()[0] == "1 state, 2 actions, horizon 2"


def test_the_same_seed_gives_the_same_counterexample() -> None:
    case = FALSEHOODS["future rewards dropped"][:3]
    assert refuted(*case) == refuted(*case)
    assert refuted(*case, seed=1).lhs != refuted(*case, seed=1).rhs


def test_a_repair_is_named_only_where_it_is_true() -> None:
    assert refuted(*FALSEHOODS["a sign"][:3]).true_if is None
    assert refuted(*FALSEHOODS["future rewards dropped"][:3]).true_if == "γ = 0"


def test_a_hypothesis_may_set_a_real_or_a_letter() -> None:
    claim = Equation(*FALSEHOODS["γ^t left out"][:2])
    assert decide(claim, [Equation(gamma, 1)]).verdict == "holds"
    known = Equation(baseline(s), mean(action_baseline(s, a), a, policy(a, s)))
    assert (
        decide(Equation(SumOver(policy(a, s) * (action_baseline(s, a) - baseline(s)), a), 0), [known]).verdict
        == "holds"
    )
    found = refuted(baseline(s), SumOver(action_baseline(s, a), a), [known])
    assert evaluate(known.lhs - known.rhs, found.model) == 0


def test_a_hypothesis_that_defines_nothing_selects_models() -> None:
    centred = Equation(SumOver(payoff(x), x), 0)
    found = refuted(mean(payoff(x), x, p(x)), 0, [centred])
    assert evaluate(centred.lhs, found.model) == 0
    assert found.actions == 2
    impossible = Equation(SumOver(p(x), x), 2)
    outcome = decide(Equation(mean(payoff(x), x, p(x)), 0), [impossible])
    assert (outcome.verdict, outcome.counterexample) == ("unknown", None)
    assert "vacuous" in outcome.reason


@pytest.mark.parametrize(
    ("claim", "hypotheses", "words"),
    [
        (Equation(expect(reward(t) * score(t)), 0), (), "index outside the trajectory"),
        (Equation(expect(reward(t - 1)), 0), inside, "index outside the trajectory"),
        (
            Equation(return_to_go(t), reward(t) + gamma * return_to_go(t + 1)),
            (),
            "index outside the trajectory",
        ),
        (Equation(expect(score(t)), 0), (AtMost(T, t), before(t, T)), "vacuous"),
        (Equation(grad(grad(grad(sigmoid(theta)))), 0), (), "third derivatives"),
        (Equation(grad(payoff(x)), 0), (), "both sides are zero"),
        (Equation(grad(Log(path)), trajectory_score), (), "needs ρ_0 > 0"),
        (Equation(SumOver(policy(a, s) * grad(Log(policy(a, s))), a), 0), (), "needs π > 0"),
        (Equation(1 + TimeSum(gamma**k, k, 1, T - 1), TimeSum(gamma**k, k, 0, T - 1)), (), "horizon 0"),
        (Equation(x_real / TimeSum(0, k, 0, 1), 1), (), "division by zero"),
    ],
)
def test_unknown_says_why(claim: Equation, hypotheses: Any, words: str) -> None:
    outcome = decide(claim, hypotheses)
    assert outcome.verdict == "unknown", outcome
    assert words in outcome.reason


def test_a_gradient_that_was_lost_is_no_support() -> None:
    # with p read as not depending on θ, ∇E[f] = E[f ∇log p] says 0 = 0
    claim = Equation(grad(mean(payoff(x), x, p(x))), mean(payoff(x) * grad(Log(p(x))), x, p(x)))
    assert "both sides are zero" in decide(claim).reason
    right = Equation(grad(mean(payoff(x), x, density(x))), mean(payoff(x) * grad(Log(density(x))), x, density(x)))
    assert decide(right).verdict == "holds"


def test_what_cancels_is_support() -> None:
    assert decide(Equation(grad(expect(baseline(State(0)))), 0)).verdict == "holds"
    assert decide(Equation(grad(SumOver(policy(a, s), a)), 0)).verdict == "holds"
    assert decide(Equation(grad(expect(1)), 0)).verdict == "holds"


def test_a_real_has_the_sign_that_its_name_means() -> None:
    beta, c = real_symbol("beta"), real_symbol("c")
    assert decide(Equation(Max(beta, -beta), beta)).verdict == "holds"
    assert refuted(Max(c, -c), c).assignment == {"c": "-1"}


def test_zero_entries_refute_where_the_ratio_needs_support() -> None:
    found = refuted(expect(total_return()), Expectation(ratio * total_return(), off_policy))
    assert found.true_if == "b > 0"
    assert len([name for name in found.assignment if name.startswith("b(")]) == 1
    assert (found.states, found.actions, found.horizon) == (1, 2, 1)


def test_layered_models_find_what_stationary_ones_hide() -> None:
    claim, long = Equation(expect(reward(0)), expect(reward(1))), (AtMost(2, T),)
    assert decide(claim, long, max_states=1, stationary_only=True).verdict == "holds"
    found = refuted(claim.lhs, claim.rhs, long, max_states=1)
    assert (found.states, found.actions, found.horizon) == (1, 1, 2)
    assert len(found.model.domains["S"]) == 4
    assert evaluate(claim.lhs, found.model) != evaluate(claim.rhs, found.model)


def test_enumerated_domains_keep_their_elements() -> None:
    line = Domain("X", (-1, 1))
    v, q = Var("v", line), Letter("q", (line,), pmf=True)
    assert decide(Equation(mean(v**2, v, q(v)), 1)).verdict == "holds"
    found = refuted(mean(v, v, q(v)), 1)
    assert (found.lhs, found.rhs, found.actions) == ("-1", "1", 2)


def test_the_horizon_may_be_another_symbol_or_a_number() -> None:
    short = process.until(n)
    assert (
        decide(Equation(PathSum(Expectation(1, short), process.until(1)), PathSum(1, process.until(1)))).verdict
        == "holds"
    )
    assert decide(Equation(Expectation(score(0), process.until(2)), 0)).sizes[-1] == (2, 3, 2)
    assert (
        decide(
            Equation(
                Expectation(reward_letter(State(n), Action(n), State(n + 1)), process.until(n + 1)),
                Expectation(reward(n), process.until(n + 1)),
            )
        ).verdict
        == "holds"
    )


def test_a_number_and_a_symbol_may_both_be_horizons() -> None:
    short = Expectation(reward(0), process.until(2))
    outcome = decide(Equation(expect(reward(0)), short), [AtMost(1, T)])
    assert (outcome.verdict, outcome.sizes[0]) == ("holds", (1, 1, 2))


def test_the_trajectory_of_a_counterexample_is_whole_and_possible() -> None:
    lhs, rhs, hypotheses, _ = FALSEHOODS["an expectation dropped"]
    longer = (*hypotheses, AtMost(2, T))
    found = refuted(lhs, rhs, longer)
    states, actions = found.model.trajectory or ((), ())
    assert (len(states), len(actions)) == (found.model.horizon + 1, found.model.horizon)
    assert evaluate(path, found.model) > 0


def test_two_letters_with_one_name_are_refused() -> None:
    other = Letter("pi", (ACTIONS, STATES))
    outcome = decide(Equation(SumOver(other(a, s), a), SumOver(policy(a, s), a)))
    assert "same name" in outcome.reason or "two different letters" in outcome.reason


def test_two_variables_or_sets_of_samples_with_one_name_are_refused() -> None:
    # A model would give both the same element, and so make them equal.
    one, other = Domain("B", (0, 1)), Domain("B", (0, 1, 2))
    for claim in (Equation(Var("i", one), Var("i", other)), Equation(Draw(1, one), Draw(1, other))):
        outcome = decide(claim)
        assert (outcome.verdict, "are spelt" in outcome.reason) == ("unknown", True)
    bound = SumOver(Var("i", one) * Var("i", other), Var("i", other))
    assert decide(Equation(bound, 3 * Var("i", one))).verdict == "holds"


def test_an_outcome_is_checked() -> None:
    with pytest.raises(Exception, match="verdict"):
        Outcome("true")
    with pytest.raises(Exception, match="counterexample"):
        Outcome("refuted")


def test_a_claim_at_a_number_is_exact() -> None:
    assert decide(Equation(Rational(1, 2) + Rational(1, 3), Rational(5, 6))).verdict == "holds"
    assert refuted(Rational(1, 2), Rational(1, 3)).lhs == "1/2"
