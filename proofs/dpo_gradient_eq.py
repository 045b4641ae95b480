"""−∇ log σ(Δ) = −σ(−Δ) β (z_w − z_l), Δ = β (log π/ρ (w) − log π/ρ (l)): DPO pushes hardest on pairs ranked wrongly."""

from derive.catalogue import Falsehood, derivation
from derive.notation import bandit_policy, grad, sigmoid
from derive.rules import chain_rule, exp_of_sum, linearity, log_derivative, log_of_product, unfold
from derive.terms import ACTIONS, Equation, Log, Positive, Var, real_symbol
from proofs.grad_k2_expectation_eq_reverse_kl_grad import reference

beta, winner, loser = real_symbol("beta"), Var("w", ACTIONS), Var("l", ACTIONS)


def log_ratio(action):
    return Log(bandit_policy(action) / reference(action))


def score(action):
    return grad(Log(bandit_policy(action)))


margin = beta * (log_ratio(winner) - log_ratio(loser))


@derivation(
    title="Gradient of the DPO loss",
    claim=Equation(-grad(Log(sigmoid(margin))), -sigmoid(-margin) * beta * (score(winner) - score(loser))),
    assuming=[Positive(bandit_policy), Positive(reference)],
    source="Rafailov et al. 2023, NeurIPS, §4",
    falsehood=Falsehood(
        Equation(-grad(Log(sigmoid(margin))), -sigmoid(margin) * beta * (score(winner) - score(loser))),
        "the weight is σ(Δ), hardest on pairs ranked rightly",
    ),
    world="quiz_bandit",
)
def dpo_gradient_eq(start):
    return (
        start
        .eq(-grad(sigmoid(margin)) / sigmoid(margin), by=log_derivative)
        .eq(-sigmoid(-margin) * grad(margin), by=[unfold, chain_rule, exp_of_sum])
        .eq(-sigmoid(-margin) * beta * (score(winner) - score(loser)), by=[log_of_product, linearity])
    )  # fmt: skip
