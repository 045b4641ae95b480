"""E[(1/(N−1)) Σ_i (f(x_i) − f̄)²] = Var f, f̄ the mean of the N ≥ 2 samples."""

from derive.catalogue import Falsehood, derivation
from derive.notation import mean, payoff, x
from derive.rules import count, expectation, independence, linearity, square_of_sum, variance
from derive.terms import AtMost, Equation, TimeSum, Variance
from proofs.monte_carlo_mean_unbiased import N, drawn, i, j, monte_carlo_mean_unbiased, over_samples, p
from proofs.monte_carlo_mean_variance_eq_div import average, monte_carlo_mean_variance_eq_div, spread

f = payoff(x)
squares = TimeSum((payoff(drawn(i)) - TimeSum(payoff(drawn(j)), j, 1, N) / N) ** 2, i, 1, N)


@derivation(
    title="The sample variance is unbiased",
    claim=Equation(over_samples(squares / (N - 1)), Variance(f, x, p)),
    assuming=[AtMost(2, N)],
    source="Owen 2013, Monte Carlo theory, ch. 2",
    falsehood=Falsehood(
        Equation(over_samples(squares / N), Variance(f, x, p)), "the squares are divided by N, as if f̄ were E f"
    ),
    world="quiz_bandit",
)
def sample_variance_unbiased(start):
    square = TimeSum(payoff(drawn(i)) ** 2, i, 1, N)
    return (
        start
        .eq(over_samples((square - N * average**2) / (N - 1)), by=[linearity, square_of_sum, linearity, count])
        .eq(
            TimeSum(over_samples(payoff(drawn(i)) ** 2), i, 1, N) / (N - 1) - N * over_samples(average**2) / (N - 1),
            by=linearity,
        )
        .eq((N * mean(f**2, x, p) - N * over_samples(average**2)) / (N - 1), by=[independence, expectation, count])
        .eq((N * (mean(f**2, x, p) - mean(f, x, p) ** 2) - N * spread) / (N - 1), by=monte_carlo_mean_unbiased)
        .eq(Variance(f, x, p), by=[monte_carlo_mean_variance_eq_div, variance])
    )  # fmt: skip
