"""E[min(1, max(0, 1 + 4ε (Σ_i f(x_i) − N (m + ε))))] ≤ e^{−2Nε²}, m = E f, for N independent samples and 0 ≤ f ≤ 1.

The ramp is 1 where the mean of the samples is m + ε or more, and never below 0: so for ε ≥ 0 the chance of that is at
most e^{−2Nε²}. For the other side take 1 − f in place of f.
"""

from sympy import Max, Min

from derive.calc import Lemma, Start
from derive.catalogue import Falsehood, derivation
from derive.notation import payoff
from derive.rules import by_order, count, exp_of_sum, factor_out, linearity, log_at_most, log_of_product, smaller_below
from derive.terms import AtMost, Exp, Inequality, Log, TimeSum
from proofs.hoeffding_exponential_moment import (
    average,
    away,
    epsilon,
    hoeffding_exponential_moment,
    hoeffding_lemma,
    over,
    unit,
)
from proofs.monte_carlo_mean_unbiased import N, drawn, i

beyond = 4 * epsilon * (TimeSum(payoff(drawn(i)), i, 1, N) - N * (average + epsilon))
risen = Max(1 + beyond, 0)
ramp = Min(risen, 1)


@derivation(
    title="Hoeffding's inequality, for a ramp",
    claim=Inequality(over(ramp), Exp(-2 * N * epsilon**2)),
    assuming=[AtMost(0, N), *unit],
    admitting=[hoeffding_lemma],
    source="Hoeffding 1963, Journal of the American Statistical Association 58:13-30, theorem 2",
    falsehood=Falsehood(
        Inequality(over(ramp), Exp(-2 * N * epsilon**2)),
        "the range of f is ignored, even for one sample",
        (AtMost(1, N), AtMost(N, 1), unit[0]),
    ),
    world="quiz_bandit",
)
def hoeffding_ramp_le_exp(start):
    tangent = Start(Inequality(1 + beyond, Exp(beyond)), ())
    below = tangent.eq(1 + Log(Exp(beyond)), by=log_of_product).le(Exp(beyond), by=log_at_most)
    return (
        start
        .le(over(risen), by=smaller_below(risen))
        .le(over(Max(Exp(beyond), 0)), by=Lemma(below.theorem, "tangent", "1 + x ≤ e^x"))
        .eq(over(Exp(beyond)), by=by_order)
        .eq(over(Exp(4 * epsilon * away() - 4 * N * epsilon**2)), by=[linearity, count])
        .eq(over(Exp(4 * epsilon * away())) * Exp(-4 * N * epsilon**2), by=[exp_of_sum, factor_out])
        .le(Exp(2 * N * epsilon**2) * Exp(-4 * N * epsilon**2), by=hoeffding_exponential_moment)
        .eq(Exp(-2 * N * epsilon**2), by=exp_of_sum)
    )  # fmt: skip
