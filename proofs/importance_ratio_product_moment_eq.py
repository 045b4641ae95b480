"""E_μ[∏_{j≤N} ϱ(x_j)²] = (E_μ[ϱ²])^N = (1 + χ²)^N for the ratios ϱ = p/μ: their variance grows exponentially."""

from derive.catalogue import Falsehood, derivation
from derive.notation import behaviour, density, mean, x
from derive.rules import empty, expectation, fewer_samples, independence, last_apart
from derive.terms import AtMost, Equation, Positive, Samples, TimeProduct
from proofs.monte_carlo_mean_unbiased import N, drawn, j

mu = behaviour(x)
moment = mean((density(x) / mu) ** 2, x, mu)


def squared(index):
    return (density(drawn(index)) / behaviour(drawn(index))) ** 2


def over(body, count):
    return Samples(body, x, mu, count)


def product(count):
    return TimeProduct(squared(j), j, 1, count)


@derivation(
    title="The ratio of many samples",
    claim=Equation(over(product(N), N), moment**N),
    assuming=[AtMost(0, N), Positive(behaviour)],
    source="Owen 2013, Monte Carlo theory, §9.3",
    falsehood=Falsehood(
        Equation(over(product(N), N), 1 + N * (moment - 1)), "the variances of the factors are added up"
    ),
    world="quiz_bandit",
)
def importance_ratio_product_moment_eq(start):
    def base(chain):
        return chain.eq(over(1, 0), by=empty).eq(1, by=independence)

    def step(chain, hypothesis):
        return (
            chain
            .eq(over(product(N) * squared(N + 1), N + 1), by=last_apart)
            .eq(over(product(N), N + 1) * moment, by=[independence, expectation])
            .eq(over(product(N), N) * moment, by=fewer_samples(N))
            .eq(moment ** (N + 1), by=hypothesis)
        )  # fmt: skip

    return start.induction(N, base=base, step=step)
