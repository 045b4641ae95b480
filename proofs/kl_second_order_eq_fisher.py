"""∇² KL(μ‖π_θ) = E_μ[(∇ log π_θ)²] where π_θ = μ: to second order the divergence is half the Fisher information.

KL and its gradient are zero there (kl_gradient_at_old_eq_zero); what is left beyond it is no part of the claim.
"""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, bandit_policy, grad, mean
from derive.rules import at_old, expectation, linearity, log_of_product
from derive.terms import ACTIONS, Coincide, Equation, Letter, Log, Positive, SumOver
from proofs.fisher_eq_neg_expected_hessian import fisher_eq_neg_expected_hessian, hessian, p, score

old = Letter("mu", (ACTIONS,), pmf=True)
divergence = mean(Log(old(a) / p), a, old(a))


@derivation(
    title="The divergence from the old policy to second order",
    claim=Equation(grad(grad(divergence)), mean(score**2, a, old(a))),
    assuming=[Coincide(bandit_policy, old), Positive(bandit_policy), Positive(old)],
    source="Kakade 2001, NeurIPS; Schulman et al. 2015, ICML, appendix C",
    falsehood=Falsehood(
        Equation(grad(grad(divergence)), 2 * mean(score**2, a, old(a))),
        "the half is lost: KL is taken for dᵀFd instead of ½ dᵀFd",
    ),
    world="quiz_bandit",
)
def kl_second_order_eq_fisher(start):
    return (
        start
        .eq(grad(grad(SumOver(old(a) * (Log(old(a)) - Log(p)), a))), by=[expectation, log_of_product])
        .eq(-SumOver(old(a) * hessian, a), by=linearity)
        .eq(-SumOver(p * hessian, a), by=at_old)
        .eq(-mean(hessian, a, p), by=expectation)
        .eq(mean(score**2, a, p), by=fisher_eq_neg_expected_hessian)
        .eq(mean(score**2, a, old(a)), by=[expectation, at_old])
    )  # fmt: skip
