"""N (E μ̂ − m) = N E[(W/N − 1)² (μ̂ − m)] − E_{x ∼ μ}[ρ² (f − m)], where μ̂ = Σ_i ρ_i f(x_i) / W and W = Σ_i ρ_i.

Here ρ = p/μ and m = E_{x ∼ p} f. This is the bias of self-normalised importance sampling, for every N. The first term
on the right is a remainder: W/N − 1 and μ̂ − m are small of order 1/√N, so that N times the bias tends to the second;
that limit is not said here.
"""

from derive import kernel
from derive.calc import Lemma
from derive.catalogue import Falsehood, derivation
from derive.notation import behaviour, density, mean, payoff, x
from derive.rules import (
    arithmetic,
    count,
    expectation,
    independence,
    linearity,
    one_apart,
)
from derive.terms import AtMost, Definition, Equation, Positive, Samples, TimeSum
from proofs.importance_sampling_unbiased import mu, p
from proofs.monte_carlo_mean_unbiased import N, drawn, i, j

ratio = p / mu
target = mean(payoff(x), x, p)


def rho(index):
    """ρ(x_i)."""
    return density(drawn(index)) / behaviour(drawn(index))


def summed(body, index=i):
    return TimeSum(body, index, 1, N)


def over(body):
    """E over N independent samples of μ."""
    return Samples(body, x, mu, N)


weight = Definition("W", (), summed(rho(i)), "bare")
weighed = summed(rho(i) * payoff(drawn(i)))
estimate = weighed / weight()


@derivation(
    title="Bias of self-normalised importance sampling",
    claim=Equation(
        N * (over(estimate) - target),
        N * over((weight() / N - 1) ** 2 * (estimate - target)) - mean(ratio**2 * (payoff(x) - target), x, mu),
    ),
    assuming=[AtMost(1, N), Positive(density), Positive(behaviour)],
    source="Owen 2013, Monte Carlo theory, §9.2; Hesterberg 1995, Technometrics 37:185-194",
    falsehood=Falsehood(
        Equation(over(estimate), target),
        "the estimate is taken to be unbiased, even from one sample",
        (AtMost(1, N), AtMost(N, 1), Positive(density), Positive(behaviour)),
    ),
    world="quiz_bandit",
    defining=[Equation(weight(), weight.body)],
)
def self_normalised_is_bias_eq(start):
    remainder = (weight() / N - 1) ** 2 * (estimate - target)
    off, error = weighed - target * weight(), weighed - target * summed(rho(i))
    single, pair = rho(i) * (payoff(drawn(i)) - target), rho(j) * rho(i) * (payoff(drawn(i)) - target)
    alone = over(rho(j) ** 2 * (payoff(drawn(j)) - target))
    own = mean(ratio**2 * (payoff(x) - target), x, mu)
    left = N * over(remainder)
    weights = Lemma(kernel.define(weight(), start.given), "weights", "definition of W", once=True)

    def around(at, others):
        return TimeSum(others, i, 1, j - 1) + at + TimeSum(others, i, j + 1, N)

    return (
        start
        .eq(N * over(estimate - target), by=linearity)
        .eq(N * over(remainder - weight() * off / N**2 + 2 * off / N), by=arithmetic)
        .eq(left + 2 * over(off) - over(weight() * off) / N, by=linearity)
        .eq(left + 2 * over(error) - over(summed(rho(j), j) * error) / N, by=[weights, weights, weights])
        .eq(left + 2 * summed(over(single)) - summed(summed(over(pair)), j) / N, by=linearity)
        .eq(left + 2 * summed(over(single)) - summed(around(alone, over(pair)), j) / N, by=one_apart(j))
        .eq(left - summed(own, j) / N, by=[expectation, independence, linearity])
        .eq(left - own, by=count)
    )  # fmt: skip
