"""∂H/∂θ_b = −κ π(b) (log π(b) + H) for the softmax π(a) = e^{κ θ_a} / Σ_c e^{κ θ_c}."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, b, grad
from derive.rules import enumerate_cases, factor_out, linearity, log_derivative, product_rule, unfold
from derive.terms import Cases, Equation, Log, SumOver
from proofs.softmax_score_eq_onehot_sub_prob import kappa, softmax, softmax_score_eq_onehot_sub_prob

p = softmax(a)
entropy = -SumOver(p * Log(p), a)


@derivation(
    title="Gradient of the entropy of a softmax",
    claim=Equation(grad(entropy), -kappa * softmax(b) * (Log(softmax(b)) + entropy)),
    source="Williams & Peng 1991, Connection Science 3(3):241-268",
    falsehood=Falsehood(
        Equation(grad(entropy), -kappa * softmax(b) * Log(softmax(b))), "the normaliser is taken to be constant"
    ),
    world="quiz_bandit",
    defining=[Equation(p, softmax.body)],
)
def softmax_entropy_grad_eq(start):
    score = kappa * (Cases(a, b, 1, 0) - softmax(b))
    return (
        start
        .eq(-SumOver(grad(p) * Log(p) + p * grad(Log(p)), a), by=[linearity, product_rule])
        .eq(-SumOver(p * (Log(p) + 1) * grad(Log(p)), a), by=log_derivative)
        .eq(-SumOver(p * (Log(p) + 1) * score, a), by=softmax_score_eq_onehot_sub_prob)
        .eq(-kappa * (softmax(b) * (Log(softmax(b)) + 1) + softmax(b) * entropy - softmax(b) * SumOver(p, a)),
            by=[linearity, factor_out, enumerate_cases])
        .eq(start.claim.rhs, by=[unfold, factor_out])
    )  # fmt: skip
