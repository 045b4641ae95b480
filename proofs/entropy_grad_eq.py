"""∇H = −E_{a ∼ π}[log π(a) ∇ log π(a)]."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, bandit_policy, grad, mean
from derive.rules import expectation, linearity, log_derivative, product_rule
from derive.terms import Equation, Log, Positive, SumOver
from proofs.score_function_identity import score_function_identity

p = bandit_policy(a)
entropy = -mean(Log(p), a, p)


@derivation(
    title="Gradient of the entropy",
    claim=Equation(grad(entropy), -mean(Log(p) * grad(Log(p)), a, p)),
    assuming=[Positive(bandit_policy)],
    source="Williams & Peng 1991, Connection Science 3(3):241-268",
    falsehood=Falsehood(
        Equation(grad(entropy), -mean(grad(Log(p)), a, p)), "the sampled −log π(a) is differentiated, not its mean"
    ),
    world="quiz_bandit",
)
def entropy_grad_eq(start):
    score = grad(Log(p))
    return (
        start
        .eq(-SumOver(grad(p * Log(p)), a), by=[expectation, linearity])
        .eq(-SumOver(grad(p) * Log(p) + p * score, a), by=product_rule)
        .eq(-SumOver(p * Log(p) * score + p * score, a), by=log_derivative)
        .eq(-mean(Log(p) * score, a, p) - mean(score, a, p), by=[expectation, linearity])
        .eq(-mean(Log(p) * score, a, p), by=score_function_identity)
    )  # fmt: skip
