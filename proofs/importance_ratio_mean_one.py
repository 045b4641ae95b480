"""E_{x ∼ μ}[p(x)/μ(x)] = 1."""

from derive.catalogue import Falsehood, derivation
from derive.notation import behaviour, density, mean, x
from derive.rules import expectation, normalised
from derive.terms import Equation, Positive, SumOver
from proofs.importance_sampling_unbiased import mu, p


@derivation(
    title="The importance ratio has mean one",
    claim=Equation(mean(p / mu, x, mu), 1),
    assuming=[Positive(behaviour)],
    source="Owen 2013, Monte Carlo theory, §9.2",
    falsehood=Falsehood(
        Equation(mean(mu / p, x, mu), 1), "the ratio is inverted", (Positive(density), Positive(behaviour))
    ),
    world="quiz_bandit",
)
def importance_ratio_mean_one(start):
    return start.eq(SumOver(p, x), by=expectation).eq(1, by=normalised)
