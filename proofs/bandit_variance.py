"""Var[r(a) ∇ log π_θ(a)] = σ(1−σ)^3 on the two-armed bandit."""

from derive.catalogue import Falsehood, derivation
from derive.rules import enumerate_cases, expectation, log_derivative, unfold, variance
from derive.terms import Equation, Mean, Variance
from proofs.bandit_mean import arm, estimate, pays, prefers, sigma, spread
from proofs.sigmoid_gradient import sigmoid_gradient


@derivation(
    title="Variance of the bandit's gradient estimate",
    claim=Equation(Variance(estimate, arm, prefers(arm)), sigma * (1 - sigma) ** 3),
    source="Direct computation; the two-armed bandit of Sutton & Barto 2018, §2.8, with rewards 0 and 1",
    falsehood=Falsehood(
        Equation(Variance(estimate, arm, prefers(arm)), (sigma * (1 - sigma)) ** 2),
        "the standard deviation is taken to equal the mean, as it does at θ = 0",
    ),
    world="quiz_bandit",
    defining=[Equation(prefers(arm), prefers.body), Equation(pays(arm), pays.body)],
)
def bandit_variance(start):
    second, first = Mean(estimate**2, arm, prefers(arm)), Mean(estimate, arm, prefers(arm))
    return (
        start
        .eq(second - first**2, by=variance)
        .eq(spread(2) - spread(1) ** 2, by=[expectation, enumerate_cases])
        .eq(
            sigma * (1 - sigma) ** 2 - (sigma * (1 - sigma)) ** 2,
            by=[unfold(prefers, pays), enumerate_cases, log_derivative, sigmoid_gradient],
        )
        .eq(sigma * (1 - sigma) ** 3, by="arithmetic")
    )  # fmt: skip
