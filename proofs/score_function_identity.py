"""E_{a ∼ π_θ}[∇ log π_θ(a)] = 0, for any finite action set."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, bandit_policy, grad, mean
from derive.rules import constant, expectation, gradient_of_sum, log_derivative, normalised
from derive.terms import Equation, Log, Positive, SumOver

p = bandit_policy(a)
score = grad(Log(p))


@derivation(
    title="Score function identity",
    claim=Equation(mean(score, a, p), 0),
    assuming=[Positive(bandit_policy)],
    source="Williams 1992, Machine Learning 8:229-256, appendix A",
    falsehood=Falsehood(Equation(SumOver(score, a), 0), "the scores are summed without their probabilities"),
    world="quiz_bandit",
)
def score_function_identity(start):
    return (
        start
        .eq(SumOver(p * score, a), by=expectation)
        .eq(SumOver(grad(p), a), by=log_derivative)
        .eq(grad(SumOver(p, a)), by=gradient_of_sum)
        .eq(grad(1), by=normalised)
        .eq(0, by=constant)
    )  # fmt: skip
