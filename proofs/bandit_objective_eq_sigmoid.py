"""J(θ) = σ(θ) on the two-armed bandit."""

from derive.catalogue import Falsehood, derivation
from derive.notation import theta
from derive.rules import enumerate_cases, expectation, unfold
from derive.terms import Equation, Mean
from proofs.bandit_mean import arm, pays, prefers, sigma

earned = Mean(pays(arm), arm, prefers(arm))


@derivation(
    title="Objective of the two-armed bandit",
    claim=Equation(earned, sigma),
    source="Direct computation; Sutton & Barto 2018, §2.8, with rewards 0 and 1",
    falsehood=Falsehood(Equation(earned, theta), "the objective is taken to be linear in θ"),
    world="quiz_bandit",
    defining=[Equation(prefers(arm), prefers.body), Equation(pays(arm), pays.body)],
)
def bandit_objective_eq_sigmoid(start):
    return (
        start
        .eq(prefers(0) * pays(0) + prefers(1) * pays(1), by=[expectation, enumerate_cases])
        .eq(sigma, by=[unfold(prefers, pays), enumerate_cases])
    )  # fmt: skip
