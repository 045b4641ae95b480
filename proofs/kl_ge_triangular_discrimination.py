"""Σ_x (p − q)²/(2 (p + q)) ≤ KL(p‖q): the divergence is zero only where the two distributions are equal."""

from derive.catalogue import Falsehood, derivation
from derive.notation import behaviour, density, mean, x
from derive.rules import expectation, linearity, log_at_least, log_of_product, normalised, unfold
from derive.terms import Definition, Equation, Inequality, Log, Positive, SumOver
from proofs.kl_nonneg import divergence, p, q

middle = Definition("m", (x,), (p + q) / 2, "given")
triangle = SumOver((p - q) ** 2 / (2 * (p + q)), x)


@derivation(
    title="The KL divergence is zero only at equality",
    claim=Inequality(triangle, divergence),
    assuming=[Positive(density), Positive(behaviour)],
    source="Topsøe 2000, IEEE Transactions on Information Theory 46:1602-1609; Cover & Thomas 2006, theorem 2.6.3",
    falsehood=Falsehood(
        Inequality(SumOver((p - q) ** 2 / q, x), divergence),
        "the χ² distance, which is no smaller than the divergence, is taken for a lower bound",
    ),
    world="quiz_bandit",
    defining=[Equation(middle(x), middle.body)],
)
def kl_ge_triangular_discrimination(start):
    first, second = q / middle(x), middle(x) / p
    return (
        start
        .eq(SumOver((p + q) / 2 - p * q / middle(x), x), by=unfold)
        .eq(mean(1 - first, x, p) + mean(1 - second, x, p), by=[unfold, expectation, linearity, normalised])
        .le(mean(-Log(first), x, p) + mean(1 - second, x, p), by=log_at_least)
        .le(mean(-Log(first), x, p) + mean(-Log(second), x, p), by=log_at_least)
        .eq(divergence, by=[log_of_product, linearity])
    )  # fmt: skip
