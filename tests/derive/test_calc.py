"""A chain of lines: what a reason gives is accepted in either direction, and everything else is shown as it is."""

import pytest
from sympy import Expr, Max, Min

from derive import kernel
from derive.binding import alike
from derive.calc import Chain, Lemma, Start, as_reasons, justify
from derive.errors import WrongLine
from derive.kernel import Theorem, assume, law
from derive.notation import (
    T,
    a,
    bandit_policy,
    density,
    expect,
    gamma,
    given_history,
    grad,
    k,
    mean,
    n,
    payoff,
    policy,
    reward,
    s,
    score,
    t,
    theta,
    x,
)
from derive.rules import (
    RULES,
    arithmetic,
    below_sizes,
    by_order,
    chain_rule,
    expectation,
    factor_of_extreme,
    gradient_of_sum,
    known,
    linearity,
    log_derivative,
    normalised,
    shift,
    split,
    tower,
    unfold,
    write_out,
)
from derive.terms import (
    AtMost,
    Definition,
    Equation,
    Inequality,
    Letter,
    Log,
    Positive,
    SumOver,
    TimeSum,
    real_symbol,
)

c = Letter("c", (None,))
y, z = real_symbol("y"), real_symbol("z")
p = bandit_policy(a)
given = (Positive(bandit_policy),)
whole = TimeSum(c(k), k, 0, T - 1)
parts = TimeSum(c(k), k, 0, t - 1) + TimeSum(c(k), k, t, T - 1)
within = (AtMost(0, t), AtMost(t, T))


def test_a_line_is_a_theorem_under_the_hypotheses_it_used() -> None:
    chain = Chain(whole, (*within, AtMost(1, n))).eq(parts, by=split(t))
    assert isinstance(chain.theorem, Theorem)
    assert (chain.theorem.lhs, chain.theorem.rhs) == (whole, parts)
    assert chain.theorem.hypotheses == set(within)
    assert kernel.replay(chain.theorem).rhs == parts


def test_a_reason_is_read_in_both_directions() -> None:
    assert Chain(parts, within).eq(whole, by=split(t)).theorem.rhs == whole
    sigma = Definition("d", (k,), c(k) + 1)
    assert Chain(c(t) + 1, ()).eq(sigma(t), by=unfold).theorem.rhs == sigma(t)


def test_several_reasons_in_one_line_are_all_needed() -> None:
    start = mean(grad(Log(p)), a, p)
    chain = Chain(start, given).eq(SumOver(grad(p), a), by=[expectation, log_derivative])
    assert chain.lines[0].words == "definition of expectation, ∇p = p ∇log p"
    assert chain.lines[0].rule == "expectation, log_derivative"
    with pytest.raises(WrongLine):
        Chain(start, given).eq(SumOver(grad(p), a), by=[expectation, log_derivative, normalised])
    with pytest.raises(WrongLine):
        Chain(start, given).eq(SumOver(grad(p), a), by=expectation)


@pytest.mark.parametrize(
    "line",
    [
        TimeSum(c(k), k, 0, t) + TimeSum(c(k), k, t, T - 1), TimeSum(c(k), k, 0, t - 1) - TimeSum(c(k), k, t, T - 1),
        TimeSum(c(k), k, 0, t - 1) + TimeSum(c(k), k, t + 1, T - 1), TimeSum(c(k), k, 0, t - 1),
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_line_shows_what_the_reason_gives_and_what_the_line_says(line: object) -> None:
    with pytest.raises(WrongLine) as caught:
        Chain(whole, within).eq(line, by=split(t))
    message = str(caught.value)
    assert message.startswith("line 1: split gives ")
    assert "\n  the line says " in message
    assert "\n  the line before it is " in message


def test_a_reason_that_does_nothing_is_refused() -> None:
    for by in (normalised, chain_rule, unfold):
        with pytest.raises(WrongLine, match=r"line 1: \w+ leaves the line before as it is"):
            Chain(whole, within).eq(whole, by=by)
    with pytest.raises(WrongLine, match="normalised"):
        Chain(whole, within).eq(parts, by=[split(t), normalised])


def test_a_line_that_repeats_the_line_before_is_refused() -> None:
    with pytest.raises(WrongLine, match="line 1: the line repeats the line before it"):
        Chain(whole, within).eq(whole, by=split(t))


def test_a_refusal_is_told_with_what_could_not_be_shown() -> None:
    with pytest.raises(WrongLine, match=r"note: cannot show t <= T from 0 <= t"):
        Chain(whole, (AtMost(0, t),)).eq(parts, by=split(t))
    with pytest.raises(WrongLine, match=r"cannot show π_θ\(a\) > 0"):
        Chain(grad(Log(p)), ()).eq(grad(p) / p, by=log_derivative)


def test_arithmetic_is_a_reason_for_arithmetic_alone() -> None:
    assert Chain((gamma + 1) ** 2, ()).eq(gamma**2 + 2 * gamma + 1, by="arithmetic").theorem.hypotheses == frozenset()
    with pytest.raises(WrongLine, match="arithmetic"):
        Chain((gamma + 1) ** 2, ()).eq(gamma**2 + 1, by=arithmetic)
    with pytest.raises(WrongLine):
        Chain((gamma**2 + gamma) / gamma, ()).eq(gamma + 1, by=split(t))


def test_the_number_of_the_line_and_the_title_are_told() -> None:
    chain = Chain(whole, within).eq(parts, by=split(t))
    with pytest.raises(WrongLine, match=r"^line 2: split"):
        chain.eq(c(t), by=split(n))
    with pytest.raises(WrongLine, match=r"^step, line 1"):
        Chain(whole, within, title="step").eq(c(t), by=normalised)


def test_a_theorem_is_a_reason_at_any_values_of_its_names() -> None:
    zero = law("empty", TimeSum(c(k), k, n, n - 1))
    chain = Chain(gamma * TimeSum(c(k), k, t + 1, t), ()).eq(0, by=zero)
    assert chain.theorem.rhs == 0
    bounded = law("empty", TimeSum(c(k), k, 1, n), given=[AtMost(n, 0)])
    under = Chain(TimeSum(TimeSum(c(k), k, 1, t), t, -3, 0), ()).eq(TimeSum(0, t, -3, 0), by=bounded)
    assert under.theorem.hypotheses == frozenset()
    with pytest.raises(WrongLine):
        Chain(TimeSum(TimeSum(c(k), k, 1, t), t, -3, 1), ()).eq(TimeSum(0, t, -3, 1), by=bounded)


def test_a_lemma_whose_hypothesis_is_not_on_offer_is_refused() -> None:
    lemma = Lemma(assume(Equation(c(0), gamma)), "luck", "luck")
    with pytest.raises(WrongLine, match="luck"):
        Chain(c(0), ()).eq(gamma, by=lemma)
    assert Chain(c(0), (Equation(c(0), gamma),)).eq(gamma, by=lemma).theorem.rhs == gamma


def test_what_is_no_reason_is_refused() -> None:
    for by in ("because", 5, None, object()):
        with pytest.raises(WrongLine, match="is no reason: give a rule"):
            as_reasons(by)
    assert [r.name for r in as_reasons(["split", [unfold]])] == ["split", "unfold"]


def odd(upper: object) -> TimeSum:
    return TimeSum(2 * k + 1, k, 0, upper)


def test_an_induction_has_a_base_and_a_step() -> None:
    start = Start(Equation(odd(n - 1), n**2), ())
    found = start.induction(
        n,
        base=lambda chain: chain.eq(0, by="empty"),
        step=lambda chain, known_before: chain.eq(odd(n - 1) + 2 * n + 1, by="last_apart").eq(
            (n + 1) ** 2, by=known_before
        ),
    )
    assert found.theorem.hypotheses == {AtMost(0, n)}
    assert [b.title for b in found.blocks] == ["base case", "step"]


def test_an_induction_with_a_wrong_step_is_refused() -> None:
    start = Start(Equation(odd(n - 1), n**2 + n), ())
    with pytest.raises(WrongLine, match="step, line 2"):
        start.induction(
            n,
            base=lambda chain: chain.eq(0, by="empty"),
            step=lambda chain, before: chain.eq(odd(n - 1) + 2 * n + 1, by="last_apart").eq((n + 1) ** 2, by=before),
        )
    with pytest.raises(WrongLine, match="base case, line 1"):
        start.induction(n, base=lambda chain: chain.eq(1, by="empty"), step=lambda chain, before: chain)


def test_a_claim_in_two_cases_is_proved_in_each() -> None:
    whole, order = Max(gamma, -gamma) * Max(gamma, 0), Inequality(0, gamma)
    start = Start(Equation(whole, gamma * Max(gamma, 0)), ())
    found = start.either(
        order,
        first=lambda case: case.eq(gamma**2, by=by_order).eq(gamma * Max(gamma, 0), by=by_order),
        second=lambda case: case.eq(0, by=by_order).eq(gamma * Max(gamma, 0), by=by_order),
    )
    assert found.theorem.hypotheses == frozenset()
    assert [b.title for b in found.blocks] == ["where 0 ≤ γ", "where γ ≤ 0"]
    with pytest.raises(WrongLine, match="where γ ≤ 0, line 1"):
        start.either(order, first=lambda case: case, second=lambda case: case.eq(gamma**2, by=by_order))


@pytest.mark.parametrize(
    ("before", "after", "offered"),
    [
        (Max(gamma * y, gamma * z), gamma * Max(y, z), Inequality(0, gamma)),
        (Min(gamma * y, gamma * z), gamma * Max(y, z), Inequality(gamma, 0)),
        (Max(2 * gamma * y, 0), gamma * Min(2 * y, 0), Inequality(gamma, 0)),
    ],
)
def test_a_factor_of_known_sign_leaves_the_larger_of_two(before: Expr, after: Expr, offered: Inequality) -> None:
    assert Chain(before, (offered,)).eq(after, by=factor_of_extreme(gamma)).theorem.hypotheses == {offered}
    with pytest.raises(WrongLine):
        Chain(before, ()).eq(after, by=factor_of_extreme(gamma))


def test_no_product_is_above_that_of_the_sizes() -> None:
    sizes = Max(c(0), -c(0)) * Max(c(1), -c(1))
    assert Chain(c(0) * c(1), ()).le(sizes, by=below_sizes(c(0), c(1))).theorem.hypotheses == frozenset()
    with pytest.raises(WrongLine):
        Chain(c(0) * c(1), ()).le(Max(c(0), -c(0)) * c(1), by=below_sizes(c(0), c(1)))


def test_a_lemma_about_a_product_speaks_of_some_factors_of_a_longer_one() -> None:
    known, below = Equation(c(0) * c(1), gamma), Inequality(c(0) * c(1), gamma)
    equal, at_most = (Lemma(assume(h), "lemma", "lemma") for h in (known, below))
    assert Chain(y * c(0) * c(1), (known,)).eq(y * gamma, by=equal).theorem.hypotheses == {known}
    positive = Inequality(0, y)
    assert Chain(y * c(0) * c(1), (below, positive)).le(y * gamma, by=at_most).theorem.hypotheses == {below, positive}
    with pytest.raises(WrongLine, match="cannot show y >= 0"):
        Chain(y * c(0) * c(1), (below,)).le(y * gamma, by=at_most)


def test_justify_gives_none_where_a_line_does_not_follow() -> None:
    assert justify(whole, parts, as_reasons("arithmetic"), within) is None
    found = justify(TimeSum(c(k), k, 0, 1), c(0) + c(1), [write_out], ())
    assert found is not None
    assert alike(found.rhs, c(0) + c(1))


@pytest.mark.parametrize(
    ("before", "by", "after", "offered"),
    [
        (expect(reward(t)), tower(2 * t), expect(given_history(reward(t), t)), (AtMost(0, t), AtMost(t, T))),
        (given_history(reward(k) * score(t), t), known, reward(k) * given_history(score(t), t), (AtMost(k, t - 1),)),
        (grad(SumOver(p, a)), gradient_of_sum, SumOver(grad(p), a), ()),
        (grad(2 * density(x) * payoff(x)), linearity, 2 * payoff(x) * grad(density(x)), ()),
        (TimeSum(c(k), k, 0, T), shift(1), TimeSum(c(k - 1), k, 1, T + 1), ()),
        (grad(theta**2), chain_rule, 2 * theta, ()),
        (SumOver(policy(a, s), a), "normalised", 1, ()),
    ],
)  # fmt: skip
def test_a_line_by_one_rule(before: object, by: object, after: object, offered: tuple) -> None:
    assert Chain(before, offered).eq(after, by=by).theorem.hypotheses <= set(offered)


def test_every_rule_has_words_and_a_statement() -> None:
    for name, rule in RULES.items():
        assert rule.name == name
        assert rule.words
        assert rule.convert.__doc__ or rule.convert.__name__ == "convert"
