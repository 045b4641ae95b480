"""E_{x ∼ μ}[p(x)/μ(x) f(x)] = E_{x ∼ p}[f(x)]."""

from derive.catalogue import Falsehood, derivation
from derive.notation import behaviour, density, mean, payoff, x
from derive.rules import expectation
from derive.terms import Equation, Positive

p, mu, f = density(x), behaviour(x), payoff(x)


@derivation(
    title="Importance sampling is unbiased",
    claim=Equation(mean(p / mu * f, x, mu), mean(f, x, p)),
    assuming=[Positive(behaviour)],
    source="Precup, Sutton & Singh 2000, ICML, §2; Owen 2013, Monte Carlo theory, §9.1",
    falsehood=Falsehood(
        Equation(mean(mu / p * f, x, mu), mean(f, x, p)),
        "the ratio is inverted",
        (Positive(density), Positive(behaviour)),
    ),
    world="quiz_bandit",
)
def importance_sampling_unbiased(start):
    return start.eq(mean(f, x, p), by=expectation)
