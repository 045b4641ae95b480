"""Var[(1/N) Σ_i f(x_i)] = Var f / N for independent samples: the error falls as 1/√N."""

from derive.catalogue import Falsehood, derivation
from derive.notation import mean, payoff, x
from derive.rules import count, expectation, independence, linearity, one_apart, square_of_sum, variance
from derive.terms import AtMost, Equation, TimeSum, Variance
from proofs.monte_carlo_mean_unbiased import N, batch_mean, drawn, i, j, monte_carlo_mean_unbiased, over_samples, p

f = payoff(x)
average = batch_mean(lambda i: payoff(drawn(i)))
spread = over_samples(average**2) - over_samples(average) ** 2
copies = batch_mean(lambda i: payoff(drawn(1)))
once, squared = mean(f, x, p), mean(f**2, x, p)


@derivation(
    title="Variance of the Monte Carlo mean",
    claim=Equation(spread, Variance(f, x, p) / N),
    assuming=[AtMost(1, N)],
    source="Owen 2013, Monte Carlo theory, ch. 2",
    falsehood=Falsehood(
        Equation(over_samples(copies**2) - over_samples(copies) ** 2, Variance(f, x, p) / N),
        "the samples are copies of one: distributed alike, but not independent",
    ),
    world="quiz_bandit",
)
def monte_carlo_mean_variance_eq_div(start):
    pair = payoff(drawn(i)) * payoff(drawn(j))
    return (
        start
        .eq(over_samples(average**2) - once**2, by=monte_carlo_mean_unbiased)
        .eq(
            TimeSum(TimeSum(over_samples(pair), j, 1, N), i, 1, N) / N**2 - once**2,
            by=[square_of_sum, linearity],
        )
        .eq(
            TimeSum(
                TimeSum(over_samples(pair), j, 1, i - 1)
                + over_samples(payoff(drawn(i)) ** 2)
                + TimeSum(over_samples(pair), j, i + 1, N),
                i, 1, N,
            ) / N**2 - once**2,
            by=one_apart(i),
        )
        .eq(
            TimeSum(TimeSum(once**2, j, 1, i - 1) + squared + TimeSum(once**2, j, i + 1, N), i, 1, N) / N**2
            - once**2,
            by=[independence, expectation],
        )
        .eq(TimeSum((N - 1) * once**2 + squared, i, 1, N) / N**2 - once**2, by=count)
        .eq((squared - once**2) / N, by=[linearity, count])
        .eq(Variance(f, x, p) / N, by=variance)
    )  # fmt: skip
