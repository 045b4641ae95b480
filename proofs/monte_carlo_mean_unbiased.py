"""E[(1/N) Σ_i f(x_i)] = E_{x ∼ p}[f(x)]: the mean of samples is unbiased."""

from derive.catalogue import Falsehood, derivation
from derive.notation import OUTCOMES, behaviour, density, mean, payoff, x
from derive.rules import count, expectation, independence, linearity
from derive.terms import AtMost, Draw, Equation, Samples, TimeSum, time_symbol

N, i, j = time_symbol("N"), time_symbol("i"), time_symbol("j")
p = density(x)


def drawn(index):
    """x_i, the i-th of the samples."""
    return Draw(index, OUTCOMES)


def over_samples(body):
    """E over x_1, …, x_N, drawn independently from p."""
    return Samples(body, x, p, N)


def batch_mean(body):
    """(1/N) Σ_i of a function of i."""
    return TimeSum(body(i), i, 1, N) / N


@derivation(
    title="The Monte Carlo mean is unbiased",
    claim=Equation(over_samples(batch_mean(lambda i: payoff(drawn(i)))), mean(payoff(x), x, p)),
    assuming=[AtMost(1, N)],
    source="Owen 2013, Monte Carlo theory, ch. 2",
    falsehood=Falsehood(
        Equation(Samples(batch_mean(lambda i: payoff(drawn(i))), x, behaviour(x), N), mean(payoff(x), x, p)),
        "samples of an older distribution are averaged as if they were new",
    ),
    world="quiz_bandit",
)
def monte_carlo_mean_unbiased(start):
    return (
        start
        .eq(TimeSum(over_samples(payoff(drawn(i))), i, 1, N) / N, by=linearity)
        .eq(TimeSum(mean(payoff(x), x, p), i, 1, N) / N, by=[independence, expectation])
        .eq(mean(payoff(x), x, p), by=count)
    )  # fmt: skip
