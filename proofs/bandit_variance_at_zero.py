"""Var[r(a) ∇ log π_θ(a)] = 1/16 = 0.0625 at θ = 0."""

from sympy import Rational

from derive.catalogue import Falsehood, derivation
from derive.notation import sigmoid, theta
from derive.rules import evaluate_at, unfold
from derive.terms import At, Equation, Variance
from proofs.bandit_mean import arm, estimate, prefers, sigma
from proofs.bandit_variance import bandit_variance

variance = Variance(estimate, arm, prefers(arm))


@derivation(
    title="Variance of the bandit's gradient estimate at θ = 0",
    claim=Equation(At(variance, theta, 0), Rational(1, 16)),
    source="Direct computation, from the variance for every θ",
    falsehood=Falsehood(
        Equation(At(variance, theta, 0), Rational(1, 4)),
        "the standard deviation 1/4 is taken for the variance",
    ),
    world="quiz_bandit",
)
def bandit_variance_at_zero(start):
    return (
        start
        .eq(At(sigma * (1 - sigma) ** 3, theta, 0), by=bandit_variance)
        .eq(sigmoid(0) * (1 - sigmoid(0)) ** 3, by=evaluate_at)
        .eq(Rational(1, 16), by=[unfold, evaluate_at])
    )  # fmt: skip
