"""−(ϱ − 1 − log ϱ) ≤ 0 for ϱ = p(x)/μ(x): k3 is at least zero sample by sample, as k1 is not."""

from derive.catalogue import Falsehood, derivation
from derive.notation import behaviour, density, x
from derive.rules import log_at_most
from derive.terms import Inequality, Log, Positive

ratio = density(x) / behaviour(x)


@derivation(
    title="k3 is at least zero",
    claim=Inequality(-(ratio - 1 - Log(ratio)), 0),
    assuming=[Positive(density), Positive(behaviour)],
    source="Schulman 2020, Approximating KL divergence (blog post)",
    falsehood=Falsehood(Inequality(Log(ratio), 0), "k1 is taken to be at least zero on every sample"),
    world="quiz_bandit",
)
def k3_nonneg(start):
    return start.le(0, by=log_at_most)
