"""0 ≤ KL(p‖q) = E_{x ∼ p}[log p(x)/q(x)], for any finite set."""

from derive.catalogue import Falsehood, derivation
from derive.notation import behaviour, density, mean, x
from derive.rules import expectation, linearity, log_at_least, log_of_product, normalised
from derive.terms import Inequality, Log, Positive

p, q = density(x), behaviour(x)
divergence = mean(Log(p) - Log(q), x, p)


@derivation(
    title="The KL divergence is at least zero",
    claim=Inequality(0, divergence),
    assuming=[Positive(density), Positive(behaviour)],
    source="Cover & Thomas 2006, Elements of Information Theory, theorem 2.6.3 (Gibbs' inequality)",
    falsehood=Falsehood(
        Inequality(0, mean(Log(p) - Log(q), x, q)), "the samples are taken from the other distribution"
    ),
    world="quiz_bandit",
)
def kl_nonneg(start):
    return (
        start
        .eq(mean(1 - q / p, x, p), by=[expectation, linearity, normalised])
        .le(mean(-Log(q / p), x, p), by=log_at_least)
        .eq(divergence, by=log_of_product)
    )  # fmt: skip
