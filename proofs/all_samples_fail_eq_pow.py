"""E[∏_j (1 − f(x_j))] = (1 − E f)^N over N independent samples: all of them fail."""

from derive.catalogue import Falsehood, derivation
from derive.notation import density, mean, payoff, x
from derive.rules import empty, expectation, fewer_samples, independence, last_apart
from derive.terms import AtMost, Equation, Samples, TimeProduct
from proofs.monte_carlo_mean_unbiased import N, drawn, j

p = density(x)
failure = 1 - mean(payoff(x), x, p)


def over(body, count):
    return Samples(body, x, p, count)


def failures(count):
    """∏_j (1 − f(x_j)): one where every sample fails, for f of values 0 and 1."""
    return TimeProduct(1 - payoff(drawn(j)), j, 1, count)


@derivation(
    title="All samples fail",
    claim=Equation(over(failures(N), N), failure**N),
    assuming=[AtMost(0, N)],
    source="Chen et al. 2021, Evaluating large language models trained on code, arXiv 2107.03374",
    falsehood=Falsehood(
        Equation(over(failures(N), N), 1 - N * mean(payoff(x), x, p)), "the chances to succeed are added up"
    ),
    world="quiz_bandit",
)
def all_samples_fail_eq_pow(start):
    def base(chain):
        return chain.eq(over(1, 0), by=empty).eq(1, by=independence)

    def step(chain, hypothesis):
        return (
            chain
            .eq(over(failures(N) * (1 - payoff(drawn(N + 1))), N + 1), by=last_apart)
            .eq(over(failures(N), N + 1) * failure, by=[independence, expectation])
            .eq(over(failures(N), N) * failure, by=fewer_samples(N))
            .eq(failure ** (N + 1), by=hypothesis)
        )  # fmt: skip

    return start.induction(N, base=base, step=step)
