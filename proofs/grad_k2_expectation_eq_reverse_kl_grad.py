"""E_{a ∼ π}[∇ ½ (log π/ρ)²] = ∇ E_{a ∼ π}[log π/ρ]: k2 in the loss has the gradient of KL(π‖ρ)."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, bandit_policy, grad, mean
from derive.rules import chain_rule, expectation, linearity, log_derivative, product_rule
from derive.terms import ACTIONS, Equation, Letter, Log, Positive, SumOver
from proofs.score_function_identity import score_function_identity

p = bandit_policy(a)
reference = Letter("rho", (ACTIONS,), pmf=True)
gap = Log(p) - Log(reference(a))
score = grad(Log(p))


@derivation(
    title="The gradient of k2 is that of the KL divergence",
    claim=Equation(mean(grad(gap**2 / 2), a, p), grad(mean(gap, a, p))),
    assuming=[Positive(bandit_policy), Positive(reference)],
    source="Tang & Munos 2025, arXiv 2506.09477",
    falsehood=Falsehood(
        Equation(mean(grad(gap), a, p), grad(mean(gap, a, p))),
        "k1 in the loss is taken to have that gradient; its mean is 0",
    ),
    world="quiz_bandit",
)
def grad_k2_expectation_eq_reverse_kl_grad(start):
    return (
        start
        .eq(mean(gap * score, a, p), by=[chain_rule, linearity])
        .eq(mean(gap * score, a, p) + mean(score, a, p), by=score_function_identity)
        .eq(SumOver(p * gap * score + p * score, a), by=[expectation, linearity])
        .eq(SumOver(gap * grad(p) + p * score, a), by=log_derivative)
        .eq(grad(mean(gap, a, p)), by=[expectation, linearity, product_rule, linearity])
    )  # fmt: skip
