"""∇KL(π‖ρ) = E_{a ∼ π}[log π(a)/ρ(a) · ∇log π(a)]."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, bandit_policy, grad, mean
from derive.rules import expectation, linearity, log_derivative, product_rule
from derive.terms import Equation, Positive, SumOver
from proofs.grad_k2_expectation_eq_reverse_kl_grad import gap, p, reference, score
from proofs.score_function_identity import score_function_identity


@derivation(
    title="Gradient of the KL divergence",
    claim=Equation(grad(mean(gap, a, p)), mean(gap * score, a, p)),
    assuming=[Positive(bandit_policy), Positive(reference)],
    source="Tang & Munos 2025, arXiv 2506.09477, §2",
    falsehood=Falsehood(
        Equation(grad(mean(gap, a, p)), mean(score, a, p)), "only the logarithm in the mean is differentiated"
    ),
    world="quiz_bandit",
)
def kl_gradient_eq_expectation_logratio_score(start):
    return (
        start
        .eq(SumOver(gap * grad(p) + p * score, a), by=[expectation, linearity, product_rule, linearity])
        .eq(mean(gap * score, a, p) + mean(score, a, p), by=[log_derivative, expectation, linearity])
        .eq(mean(gap * score, a, p), by=score_function_identity)
    )  # fmt: skip
