"""∇² KL(π_θ‖μ) = E_μ[(∇ log π_θ)²] where π_θ = μ: the other order of the two has the same Hessian.

What is left beyond second order is no part of the claim.
"""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, bandit_policy, grad, mean
from derive.rules import at_old, expectation, linearity, log_derivative, log_of_product, product_rule
from derive.terms import Coincide, Equation, Log, Positive, SumOver
from proofs.fisher_eq_neg_expected_hessian import fisher_eq_neg_expected_hessian, hessian, p, score
from proofs.kl_second_order_eq_fisher import old

divergence = mean(Log(p / old(a)), a, p)


@derivation(
    title="The divergence to the old policy to second order",
    claim=Equation(grad(grad(divergence)), mean(score**2, a, old(a))),
    assuming=[Coincide(bandit_policy, old), Positive(bandit_policy), Positive(old)],
    source="Kakade 2001, NeurIPS; Schulman et al. 2015, ICML, appendix C",
    falsehood=Falsehood(
        Equation(grad(grad(divergence)), 2 * mean(score**2, a, old(a))),
        "the half is lost: KL is taken for dᵀFd instead of ½ dᵀFd",
    ),
    world="quiz_bandit",
)
def reverse_kl_second_order_eq_fisher(start):
    bent = grad(grad(p))
    return (
        start
        .eq(grad(grad(SumOver(p * (Log(p) - Log(old(a))), a))), by=[expectation, log_of_product])
        .eq(
            SumOver(bent * (Log(p) - Log(old(a))) + 2 * grad(p) * score + p * hessian, a),
            by=[linearity, product_rule, linearity, product_rule, linearity],
        )
        .eq(SumOver(2 * grad(p) * score + p * hessian, a), by=at_old)
        .eq(SumOver(2 * p * score**2 + p * hessian, a), by=log_derivative)
        .eq(2 * mean(score**2, a, p) + mean(hessian, a, p), by=[expectation, linearity])
        .eq(mean(score**2, a, p), by=fisher_eq_neg_expected_hessian)
        .eq(mean(score**2, a, old(a)), by=[expectation, at_old])
    )  # fmt: skip
