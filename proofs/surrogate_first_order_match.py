"""Σ_s d(s) Σ_a ∇π(a|s) A(s,a) = (1 − γ) ∇J: the surrogate, d and A held, has the gradient of the objective."""

from derive.catalogue import Falsehood, derivation
from derive.notation import (
    a,
    bellman,
    flow,
    gamma,
    grad,
    occupancy,
    policy,
    s,
    start_value,
    stationary_q,
    stationary_value,
)
from derive.rules import gradient_of_sum, linearity, normalised, unfold
from derive.terms import Definition, Equation, SumOver
from proofs.policy_gradient_theorem_discounted import policy_gradient_theorem_discounted, theorem

advantage = Definition("A", (s, a), stationary_q(s, a) - stationary_value(s), "call")


def slope(weight):
    return SumOver(occupancy(s) * SumOver(grad(policy(a, s)) * weight, a), s)


@derivation(
    title="The surrogate's gradient",
    claim=Equation(slope(advantage(s, a)), (1 - gamma) * grad(start_value())),
    assuming=[bellman, flow],
    source="Schulman et al. 2015, ICML (TRPO), eq. (4); Kakade & Langford 2002",
    falsehood=Falsehood(
        Equation(slope(advantage(s, a)), grad(start_value())), "d is normalised, and the factor 1/(1 − γ) is forgotten"
    ),
    world="two_rooms",
    defining=[
        Equation(advantage(s, a), advantage.body),
        Equation(start_value(), start_value.body),
        Equation(stationary_q(s, a), stationary_q.body),
    ],
)
def surrogate_first_order_match(start):
    values = SumOver(occupancy(s) * stationary_value(s) * SumOver(grad(policy(a, s)), a), s)
    ones = SumOver(occupancy(s) * stationary_value(s) * grad(SumOver(policy(a, s), a)), s)
    return (
        start
        .eq(theorem - values, by=[unfold(advantage), linearity])
        .eq(theorem - ones, by=gradient_of_sum)
        .eq(theorem, by=[normalised, linearity])
        .eq((1 - gamma) * grad(start_value()), by=policy_gradient_theorem_discounted)
    )  # fmt: skip
