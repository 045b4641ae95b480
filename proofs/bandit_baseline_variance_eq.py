"""Var[(r(a) − b) ∇ log π(a)] = σ(1−σ)(b − (1−σ))²: the best constant baseline is 1 − σ, not the value σ."""

from derive.catalogue import Falsehood, derivation
from derive.notation import grad
from derive.rules import enumerate_cases, expectation, log_derivative, unfold, variance
from derive.terms import Equation, Log, Mean, Variance, real_symbol
from proofs.bandit_log_gradients import bandit_log_gradients
from proofs.bandit_mean import arm, pays, prefers, sigma
from proofs.sigmoid_gradient import sigmoid_gradient

b = real_symbol("b")
estimate = (pays(arm) - b) * grad(Log(prefers(arm)))


@derivation(
    title="Variance of the bandit's estimate with a baseline",
    claim=Equation(Variance(estimate, arm, prefers(arm)), sigma * (1 - sigma) * (b - (1 - sigma)) ** 2),
    source="Direct computation; compare Greensmith et al. 2004, JMLR 5:1471-1530, §4",
    falsehood=Falsehood(
        Equation(Variance(estimate, arm, prefers(arm)), sigma * (1 - sigma) * (b - sigma) ** 2),
        "the value σ is taken for the best baseline",
    ),
    world="quiz_bandit",
)
def bandit_baseline_variance_eq(start):
    second, first = Mean(estimate**2, arm, prefers(arm)), Mean(estimate, arm, prefers(arm))
    return (
        start
        .eq(second - first**2, by=variance)
        .eq(
            sigma * ((1 - b) * (1 - sigma)) ** 2 + (1 - sigma) * (b * sigma) ** 2
            - (sigma * (1 - b) * (1 - sigma) + (1 - sigma) * b * sigma) ** 2,
            by=[expectation, enumerate_cases, unfold(prefers, pays), enumerate_cases, bandit_log_gradients,
                log_derivative, sigmoid_gradient],
        )
        .eq(sigma * (1 - sigma) * (b - (1 - sigma)) ** 2, by="arithmetic")
    )  # fmt: skip
