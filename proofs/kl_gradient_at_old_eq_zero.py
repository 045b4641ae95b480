"""∇ KL(μ‖π_θ) = 0 where π_θ = μ: the divergence from the old policy has no term of first order."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, bandit_policy, grad
from derive.rules import (
    at_old,
    constant,
    expectation,
    gradient_of_sum,
    linearity,
    log_derivative,
    log_of_product,
    normalised,
)
from derive.terms import Coincide, Equation, Positive, SumOver
from proofs.kl_second_order_eq_fisher import divergence, old

p = bandit_policy(a)


@derivation(
    title="The divergence from the old policy to first order",
    claim=Equation(grad(divergence), 0),
    assuming=[Coincide(bandit_policy, old), Positive(bandit_policy), Positive(old)],
    source="Kakade 2001, NeurIPS; Schulman et al. 2015, ICML, appendix C",
    falsehood=Falsehood(
        Equation(grad(divergence), 0),
        "the gradient is taken to vanish at every policy, not only at the old one",
        (Positive(bandit_policy), Positive(old)),
    ),
    world="quiz_bandit",
)
def kl_gradient_at_old_eq_zero(start):
    return (
        start
        .eq(-SumOver(old(a) * grad(p) / p, a), by=[expectation, log_of_product, linearity, log_derivative])
        .eq(-SumOver(grad(p), a), by=at_old)
        .eq(-grad(SumOver(p, a)), by=gradient_of_sum)
        .eq(0, by=[normalised, constant])
    )  # fmt: skip
