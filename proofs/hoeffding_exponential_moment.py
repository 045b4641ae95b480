"""E[e^{4ε Σ_i (f(x_i) − m)}] ≤ e^{2Nε²}, m = E f, for N independent samples and 0 ≤ f ≤ 1.

Hoeffding's lemma, E e^{λ (f − m)} ≤ e^{λ²/8} for any λ = 4ε, is cited, and used for one sample after another.
"""

from derive.catalogue import Cited, Falsehood, derivation
from derive.notation import mean, payoff, x
from derive.rules import (
    arithmetic,
    draw_sample,
    empty,
    exp_of_sum,
    expectation,
    factor_out,
    fewer_samples,
    last_apart,
    linearity,
)
from derive.terms import AtMost, Exp, Inequality, Maximum, Samples, TimeSum, real_symbol
from proofs.monte_carlo_mean_unbiased import N, drawn, i, p

epsilon = real_symbol("epsilon")
average = mean(payoff(x), x, p)
once = mean(Exp(4 * epsilon * (payoff(x) - average)), x, p)
unit = (Inequality(Maximum(-payoff(x), x), 0), Inequality(Maximum(payoff(x), x), 1))  # 0 ≤ f ≤ 1 everywhere
hoeffding_lemma = Cited(
    "hoeffding_lemma",
    Inequality(once, Exp(2 * epsilon**2)),
    unit,
    "Hoeffding 1963, Journal of the American Statistical Association 58:13-30, (4.16), at 4ε",
    Falsehood(Inequality(once, Exp(epsilon**2)), "the constant 1/8 is taken to be 1/16"),
)


def over(body, count=N):
    """E over independent samples of p."""
    return Samples(body, x, p, count)


def away(upper=N):
    """Σ_i (f(x_i) − m)."""
    return TimeSum(payoff(drawn(i)) - average, i, 1, upper)


moment = over(Exp(4 * epsilon * away()))


@derivation(
    title="Exponential moment of a sum of bounded samples",
    claim=Inequality(moment, Exp(2 * N * epsilon**2)),
    assuming=[AtMost(0, N), *unit],
    admitting=[hoeffding_lemma],
    source="Hoeffding 1963, Journal of the American Statistical Association 58:13-30, theorem 2",
    falsehood=Falsehood(
        Inequality(moment, Exp(2 * epsilon**2)), "the number of samples is forgotten", (AtMost(1, N), *unit)
    ),
    world="quiz_bandit",
)
def hoeffding_exponential_moment(start):
    def base(chain):
        return chain.eq(over(Exp(0), 0), by=empty).eq(1, by=[exp_of_sum, linearity]).eq(Exp(0), by=exp_of_sum)

    def step(chain, hypothesis):
        last = payoff(drawn(N + 1)) - average
        before = Exp(4 * epsilon * away())
        return (
            chain
            .eq(over(Exp(4 * epsilon * away() + 4 * epsilon * last), N + 1), by=last_apart)
            .eq(over(before * Exp(4 * epsilon * last), N + 1), by=exp_of_sum)
            .eq(over(before, N + 1) * once, by=[draw_sample(N + 1), expectation, factor_out])
            .eq(over(before) * once, by=fewer_samples(N))
            .le(over(before) * Exp(2 * epsilon**2), by=hoeffding_lemma.claim)
            .le(Exp(2 * N * epsilon**2) * Exp(2 * epsilon**2), by=hypothesis)
            .eq(Exp(2 * N * epsilon**2 + 2 * epsilon**2), by=exp_of_sum)
            .eq(Exp(2 * epsilon**2 * (N + 1)), by=arithmetic)
        )  # fmt: skip

    return start.induction(N, base=base, step=step)
