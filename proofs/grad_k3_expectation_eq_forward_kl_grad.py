"""E_{a ∼ π}[∇(ϱ − 1 − log ϱ)] = ∇ KL(ρ‖π), ϱ = ρ/π: k3 in the loss has the gradient of the other divergence."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, bandit_policy, grad, mean
from derive.rules import chain_rule, expectation, linearity, log_derivative
from derive.terms import Equation, Positive, SumOver
from proofs.grad_k2_expectation_eq_reverse_kl_grad import gap, p, reference, score
from proofs.score_function_identity import score_function_identity

q = reference(a)
k3 = q / p - 1 + gap
forward = mean(-gap, a, q)


@derivation(
    title="The gradient of k3 is that of the other KL divergence",
    claim=Equation(mean(grad(k3), a, p), grad(forward)),
    assuming=[Positive(bandit_policy), Positive(reference)],
    source="Tang & Munos 2025, arXiv 2506.09477",
    falsehood=Falsehood(
        Equation(mean(grad(k3), a, p), mean(gap * score, a, p)), "it is taken to have the gradient of KL(π‖q)"
    ),
    world="quiz_bandit",
)
def grad_k3_expectation_eq_forward_kl_grad(start):
    return (
        start
        .eq(mean(score - q / p * score, a, p), by=[linearity, chain_rule, log_derivative, linearity])
        .eq(mean(score, a, p) - SumOver(q * score, a), by=[linearity, expectation])
        .eq(-SumOver(q * score, a), by=score_function_identity)
        .eq(grad(forward), by=[expectation, linearity])
    )  # fmt: skip
