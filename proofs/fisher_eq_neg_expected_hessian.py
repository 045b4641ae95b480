"""E_π[(∇ log π)²] = −E_π[∇² log π], along every direction: two readings of the Fisher information."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, bandit_policy, grad, mean
from derive.rules import constant, expectation, linearity, log_derivative, product_rule
from derive.terms import Equation, Log, Positive, SumOver
from proofs.score_function_identity import score_function_identity

p = bandit_policy(a)
score = grad(Log(p))
hessian = grad(score)


@derivation(
    title="The Fisher information is minus the expected Hessian",
    claim=Equation(mean(score**2, a, p), -mean(hessian, a, p)),
    assuming=[Positive(bandit_policy)],
    source="Amari 1998, Neural Computation 10:251-276",
    falsehood=Falsehood(Equation(score**2, -hessian), "the two are taken to be equal action by action, not on average"),
    world="quiz_bandit",
)
def fisher_eq_neg_expected_hessian(start):
    return (
        start
        .eq(SumOver(p * score**2, a), by=expectation)
        .eq(SumOver(grad(p) * score, a), by=log_derivative)
        .eq(SumOver(grad(p * score) - p * hessian, a), by=product_rule)
        .eq(grad(mean(score, a, p)) - mean(hessian, a, p), by=[expectation, linearity])
        .eq(-mean(hessian, a, p), by=[score_function_identity, constant])
    )  # fmt: skip
