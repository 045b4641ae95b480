"""−∇ log σ(Δ) = −σ(−Δ) ∇Δ: the DPO loss pushes hardest on pairs that it ranks wrongly."""

from derive.catalogue import Falsehood, derivation
from derive.notation import grad, sigmoid, theta
from derive.rules import chain_rule, exp_of_sum, log_derivative, unfold
from derive.terms import Equation, Letter, Log

margin = Letter("Delta", (), parameter=theta)()


@derivation(
    title="Gradient of the DPO loss",
    claim=Equation(-grad(Log(sigmoid(margin))), -sigmoid(-margin) * grad(margin)),
    source="Rafailov et al. 2023, NeurIPS, §4",
    falsehood=Falsehood(
        Equation(-grad(Log(sigmoid(margin))), -sigmoid(margin) * grad(margin)),
        "the weight is σ(Δ), hardest on pairs ranked rightly",
    ),
    world="quiz_bandit",
)
def dpo_gradient_eq(start):
    return (
        start
        .eq(-grad(sigmoid(margin)) / sigmoid(margin), by=log_derivative)
        .eq(-sigmoid(-margin) * grad(margin), by=[unfold, chain_rule, exp_of_sum])
    )  # fmt: skip
