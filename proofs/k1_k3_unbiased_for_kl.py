"""E_{x ∼ μ}[ρ − 1 − log ρ] = E_{x ∼ μ}[−log ρ], ρ = p/μ: k3 estimates the KL divergence as k1 does."""

from derive.catalogue import Falsehood, derivation
from derive.notation import behaviour, density, mean, x
from derive.rules import linearity
from derive.terms import Equation, Log, Positive
from proofs.importance_ratio_mean_one import importance_ratio_mean_one
from proofs.importance_sampling_unbiased import mu, p

k1 = -Log(p / mu)


@derivation(
    title="The estimators k1 and k3 have the same mean",
    claim=Equation(mean(p / mu - 1 + k1, x, mu), mean(k1, x, mu)),
    assuming=[Positive(behaviour), Positive(density)],
    source="Schulman 2020, Approximating KL divergence (note)",
    falsehood=Falsehood(
        Equation(mean(k1**2 / 2, x, mu), mean(k1, x, mu)), "k2, half the square, is taken to be unbiased too"
    ),
    world="quiz_bandit",
)
def k1_k3_unbiased_for_kl(start):
    return (
        start
        .eq(mean(p / mu, x, mu) - 1 + mean(k1, x, mu), by=linearity)
        .eq(mean(k1, x, mu), by=importance_ratio_mean_one)
    )  # fmt: skip
