"""Every rule, through its name: what it makes of a term is a theorem that is true, and elsewhere it refuses."""

from random import Random

import pytest
from sympy import Expr, Integer

from derive import kernel, rewriting
from derive.errors import DeriveError, Endless, Refused
from derive.notation import (
    OUTCOMES,
    T,
    a,
    density,
    expect,
    gamma,
    given_history,
    grad,
    k,
    mean,
    n,
    objective,
    payoff,
    pi,
    policy,
    process,
    reward,
    s,
    score,
    t,
    theta,
    total_return,
    x,
)  # fmt: skip
from derive.rewriting import each_place, everywhere, places
from derive.rules import RULES, first_of, into_sums
from derive.terms import (
    At,
    AtMost,
    Cases,
    Domain,
    Draw,
    Exp,
    Letter,
    Log,
    PathProbability,
    PathSum,
    Positive,
    Samples,
    State,
    SumOver,
    TimeProduct,
    TimeSum,
    Var,
    Variance,
)

from .laws.witness import judge

c, v = Letter("c", (None,)), Letter("v", (State(0).domain,))
N = Domain("N", (0, 1, 3))
i = Var("i", N)
e = Letter("e", (N,))
INSIDE = (AtMost(0, t), AtMost(t, T - 1), Positive(policy))
p = density(x)


def drawn(index: Expr | int) -> Draw:
    return Draw(index, OUTCOMES)


def over(body: Expr | int) -> Samples:
    return Samples(body, x, p, 3)


EXAMPLES: tuple[tuple[str, Expr, tuple, tuple], ...] = (
    ("unfold", total_return(), (), ()),
    ("expectation", mean(payoff(x), x, p), (), ()),
    ("variance", Variance(payoff(x), x, p), (), ()),
    ("linearity", expect(2 * reward(t) + v(State(0))), (), INSIDE),
    ("linearity", gamma * TimeSum(c(k), k, 0, T), (), ()),
    ("factor_out", SumOver(gamma * p, x), (), ()),
    ("reorder", TimeSum(TimeSum(c(k) * c(n), n, 0, T), k, 0, T), (), ()),
    ("normalised", SumOver(p, x), (), ()),
    ("gradient_of_sum", grad(SumOver(p * payoff(x), x)), (), ()),
    ("product_rule", grad(p * policy(a, s)), (), ()),
    ("chain_rule", grad(theta**3 + Exp(theta)), (), ()),
    ("constant", grad(payoff(x) * p), (), ()),
    ("log_derivative", grad(Log(p)), (), (Positive(density),)),
    ("log_of_product", Log(p * policy(a, s)), (), (Positive(density), Positive(policy))),
    ("tower", expect(reward(t)), (2 * t,), INSIDE),
    ("known", given_history(v(State(t)) * reward(t), t), (), INSIDE),
    ("draw_action", given_history(pi(t), t), (), INSIDE),
    ("draw_start", expect(v(State(0))), (), ()),
    ("score_vanishes", given_history(score(t), t), (), INSIDE),
    ("path_probability", PathProbability(process.until(2)), (), ()),
    ("sum_last_step", PathSum(v(State(1)), process.until(1)), (), ()),
    ("split", TimeSum(c(k), k, 0, T - 1), (t,), INSIDE),
    ("shift", TimeSum(c(k), k, 0, T - 1), (1,), ()),
    ("separate", TimeProduct(c(k) * c(k + 1), k, 0, T), (), ()),
    ("last_apart", TimeSum(c(k), k, 0, n), (), (AtMost(0, n),)),
    ("write_out", TimeProduct(c(k), k, 0, 2), (), ()),
    ("empty", TimeSum(c(k), k, 2, 1), (), ()),
    ("enumerate_cases", SumOver(Cases(i, 1, gamma, e(i)), i), (), ()),
    ("evaluate_at", At(theta**2 + Exp(0), theta, 3), (), ()),
    ("draw_sample", over(payoff(drawn(1)) * payoff(drawn(k))), (), (AtMost(2, k), AtMost(k, 3))),
    ("draw_sample", over(payoff(drawn(1)) * payoff(drawn(3))), (3,), ()),
    ("independence", over(gamma * payoff(drawn(1)) ** 2 * payoff(drawn(2)) + 1), (), ()),
    ("fewer_samples", over(payoff(drawn(1))), (2,), ()),
    ("gradient_of_samples", grad(over(payoff(drawn(1)))), (), (Positive(density),)),
    ("one_apart", TimeSum(c(k), k, 0, T - 1), (t,), INSIDE),
    ("one_apart", TimeProduct(c(k), k, 0, T - 1), (t,), INSIDE),
    ("square_of_sum", TimeSum(c(k), k, 0, T) ** 2, (), ()),
    ("square_of_sum", SumOver(p, x) ** 2, (), ()),
    ("distinguish", Cases(i, 1, gamma, e(i)) ** 2, (i, 1), ()),
)


@pytest.mark.parametrize(("name", "term", "args", "given"), EXAMPLES, ids=[row[0] for row in EXAMPLES])
def test_what_a_rule_makes_of_a_term_is_true(name: str, term: Expr, args: tuple, given: tuple) -> None:
    rule = RULES[name](*args) if args else RULES[name]
    theorem = next(each_place(term, rule, given)) if rule.once else everywhere(term, rule, given)
    assert theorem.lhs == term
    assert theorem.rhs != term
    assert kernel.replay(theorem).rhs == theorem.rhs
    verdict = judge(theorem, Random(name), 10)
    assert verdict.true
    assert not verdict.false


@pytest.mark.parametrize(
    ("name", "term", "args", "given"),
    [
        ("unfold", c(k), (), ()), ("expectation", SumOver(p, x), (), ()), ("arithmetic", c(k), (), ()),
        ("normalised", SumOver(policy(a, s), s), (), ()), ("log_derivative", grad(Log(p)), (), ()),
        ("log_of_product", Log(p * payoff(x)), (), (Positive(density),)), ("tower", expect(reward(t)), (2 * t,), ()),
        ("known", given_history(reward(t), t), (), INSIDE), ("draw_start", expect(v(State(1))), (), ()),
        ("score_vanishes", given_history(score(t), t), (), INSIDE[:2]),
        ("score_vanishes", given_history(score(t), t + 1), (), INSIDE), ("split", TimeSum(c(k), k, 0, T), (t,), ()),
        ("last_apart", TimeSum(c(k), k, 0, n), (), ()), ("write_out", TimeSum(c(k), k, 0, n), (), ()),
        ("empty", TimeSum(c(k), k, 0, n), (), ()), ("evaluate_at", At(p, theta, 0), (), ()),
        ("enumerate_cases", SumOver(p, x), (), ()), ("chain_rule", SumOver(p, x), (), ()),
        ("draw_sample", over(1), (), ()), ("draw_sample", over(payoff(drawn(1))), (2,), ()),
        ("draw_sample", over(payoff(drawn(1)) * payoff(drawn(k))), (), (AtMost(1, k),)),
        ("independence", over(payoff(drawn(k))), (), ()), ("fewer_samples", over(payoff(drawn(2))), (1,), ()),
        ("gradient_of_samples", grad(over(payoff(drawn(1)))), (), ()), ("one_apart", TimeSum(c(k), k, 0, T), (t,), ()),
        ("one_apart", TimeSum(c(k), k, t + 1, T), (t,), INSIDE), ("square_of_sum", c(k) ** 2, (), ()),
        ("square_of_sum", TimeProduct(c(k), k, 0, T) ** 2, (), ()), ("distinguish", Cases(i, k, 1, 0), (i, 1), ()),
    ],
)  # fmt: skip
def test_a_rule_refuses_what_it_cannot_show(name: str, term: Expr, args: tuple, given: tuple) -> None:
    rule = RULES[name](*args) if args else RULES[name]
    with pytest.raises(DeriveError):
        rule.apply(term, given)


def test_an_unfolding_may_be_of_chosen_names_only() -> None:
    only = RULES["unfold"](total_return)
    assert everywhere(expect(total_return()), only, ()).rhs == expect(total_return.body)
    assert everywhere(objective(), only, ()).rhs == objective()


def test_a_factor_enters_a_sum_without_capture() -> None:
    theorem = into_sums(c(k) * TimeSum(c(k), k, 0, T), ())
    assert theorem.rhs.index != k
    assert not judge(theorem, Random(0), 8).false
    with pytest.raises(Refused, match="no factor is a sum"):
        into_sums(c(k) * gamma, ())
    with pytest.raises(Refused):
        into_sums(reward(t) * PathSum(v(State(0)), process), ())  # r_t is not constant there


def test_a_factor_is_multiplied_out_where_a_sum_stands_in_it() -> None:
    inner, outer = TimeSum(c(k), k, 0, T), TimeSum(c(n), n, 0, T)
    theorem = everywhere(-(1 - gamma) * v(s) * (inner + outer * c(1) + 1), RULES["linearity"], ())
    assert not theorem.rhs.has(inner)
    assert not judge(theorem, Random(0), 8).false


def test_the_first_law_that_changes_anything_is_taken() -> None:
    assert first_of("vanishing", "additivity")(TimeSum(0, k, 0, T), ()).rhs == 0
    with pytest.raises(Refused):
        first_of("vanishing", "single")(TimeSum(c(k), k, 0, T), ())


def test_what_is_on_offer_inside_a_term() -> None:
    inner = {node: here for _, node, here in places(TimeSum(expect(c(k)) + 1, k, 0, t), (AtMost(k, 5), AtMost(0, t)))}
    assert AtMost(k, 5) not in inner[c(k)]  # that was another k
    assert {AtMost(0, k), AtMost(k, t), AtMost(0, t)} <= set(inner[c(k)])
    clash = {node: here for _, node, here in places(TimeSum(c(t), t, t + 1, 2), ())}
    assert clash[c(t)] == (AtMost(t, 2),)


class Turning:
    """A rule that never comes to an end."""

    outside_in = False

    def apply(self, node: Expr, given: tuple) -> kernel.Theorem:
        if not isinstance(node, TimeSum):
            raise Refused("no")
        return kernel.law("shift", node, Integer(1))


def test_a_rewriting_that_does_not_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rewriting, "MAX_STEPS", 50)
    with pytest.raises(Endless, match="did not end within"):
        everywhere(TimeSum(c(k), k, 0, T), Turning(), ())


def test_a_score_in_another_average_stands() -> None:
    other = Letter("b", policy.domains, pmf=True)
    behind = process.func(process.initial, other, *process.args[2:])
    with pytest.raises(DeriveError):
        RULES["score_vanishes"].apply(kernel.refl(given_history(score(t), t)).lhs.func(score(t), 2 * t, behind), INSIDE)
