"""Σ_s d Σ_a π (A − E_π A) ∇log π = (1 − γ) ∇J: the Fisher matrix of a tabular softmax takes A to the gradient.

For logits h the score along a direction w is w − E_π w (score of a softmax), so the left side is F applied to A.
"""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, b, bellman, flow, gamma, grad, occupancy, policy, s, start_value, stationary_q
from derive.rules import constant, factor_out, gradient_of_sum, linearity, log_derivative, normalised
from derive.terms import Equation, Log, Positive, SumOver
from proofs.surrogate_first_order_match import advantage, slope, surrogate_first_order_match

score = grad(Log(policy(a, s)))
along_advantage = advantage(s, a) - SumOver(policy(b, s) * advantage(s, b), b)


def fisher(direction):
    return SumOver(occupancy(s) * SumOver(policy(a, s) * direction * score, a), s)


@derivation(
    title="Natural gradient of a tabular softmax",
    claim=Equation(fisher(along_advantage), (1 - gamma) * grad(start_value())),
    assuming=[bellman, flow, Positive(policy)],
    source="Kakade 2001, NeurIPS 14; Agarwal, Kakade, Lee & Mahajan 2021, JMLR 22(98), lemma 15",
    falsehood=Falsehood(
        Equation(SumOver(occupancy(s) * SumOver(along_advantage * score, a), s), (1 - gamma) * grad(start_value())),
        "the Fisher matrix is taken to be the identity on actions: the probabilities are forgotten",
    ),
    world="two_rooms",
    defining=[
        Equation(advantage(s, a), advantage.body),
        Equation(start_value(), start_value.body),
        Equation(stationary_q(s, a), stationary_q.body),
    ],
)
def softmax_natural_gradient_eq_advantage(start):
    mean = SumOver(policy(b, s) * advantage(s, b), b)
    total = SumOver(occupancy(s) * mean * SumOver(grad(policy(a, s)), a), s)
    ones = SumOver(occupancy(s) * mean * grad(SumOver(policy(a, s), a)), s)
    return (
        start
        .eq(slope(advantage(s, a)) - total, by=[log_derivative, linearity, factor_out])
        .eq(slope(advantage(s, a)) - ones, by=gradient_of_sum)
        .eq(slope(advantage(s, a)), by=[normalised, constant, linearity])
        .eq((1 - gamma) * grad(start_value()), by=surrogate_first_order_match)
    )  # fmt: skip
