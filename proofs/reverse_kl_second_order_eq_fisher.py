"""∇² KL(π_θ‖μ) = E_μ[(∇ log π_θ)²] where π_θ = μ: the other order of the two has the same Hessian."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, bandit_policy, grad, mean
from derive.rules import at_old, constant, expectation, linearity, log_derivative, log_of_product, product_rule
from derive.terms import Coincide, Equation, Log, Positive, SumOver
from proofs.fisher_eq_neg_expected_hessian import p, score
from proofs.kl_second_order_eq_fisher import old
from proofs.score_function_identity import score_function_identity

divergence = mean(Log(p / old(a)), a, p)


@derivation(
    title="The divergence to the old policy to second order",
    claim=Equation(grad(grad(divergence)), mean(score**2, a, old(a))),
    assuming=[Coincide(bandit_policy, old), Positive(bandit_policy), Positive(old)],
    source="Kakade 2001, NeurIPS, §2; Schulman et al. 2015, ICML, appendix C",
    falsehood=Falsehood(
        Equation(grad(grad(divergence)), 2 * mean(score**2, a, old(a))),
        "the half is lost: KL is taken for dᵀFd instead of ½ dᵀFd",
    ),
    world="quiz_bandit",
)
def reverse_kl_second_order_eq_fisher(start):
    gap = Log(p) - Log(old(a))
    return (
        start
        .eq(grad(grad(SumOver(p * gap, a))), by=[expectation, log_of_product])
        .eq(grad(SumOver(grad(p) * gap + p * score, a)), by=[linearity, product_rule])
        .eq(grad(SumOver(grad(p) * gap, a)) + grad(mean(score, a, p)), by=[linearity, expectation])
        .eq(grad(SumOver(grad(p) * gap, a)), by=[score_function_identity, constant])
        .eq(SumOver(grad(grad(p)) * gap + grad(p) * score, a), by=[linearity, product_rule])
        .eq(SumOver(grad(p) * score, a), by=at_old)
        .eq(SumOver(p * score**2, a), by=log_derivative)
        .eq(mean(score**2, a, old(a)), by=[at_old, expectation])
    )  # fmt: skip
