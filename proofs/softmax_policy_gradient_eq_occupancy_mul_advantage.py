"""(1 − γ) ∇J = Σ_s d(s) Σ_a π(a|s) A(s,a) ∇h(a,s), π the softmax of logits h = log w: ∂J/∂h(a,s) = d π A/(1 − γ).

The weights w = e^h are the letters here: π(a|s) = w(a,s) / Σ_b w(b,s).
"""

from derive.catalogue import Falsehood, derivation
from derive.notation import (
    a,
    b,
    gamma,
    grad,
    initial,
    occupancy,
    s,
    s_next,
    start_value,
    stationary_q,
    stationary_value,
    transition,
    u,
)
from derive.rules import factor_out, linearity, product_rule, reorder, unfold
from derive.terms import Always, Equation, Log, Positive, SumOver
from proofs.policy_gradient_theorem_discounted import here, slope
from proofs.surrogate_first_order_match import advantage
from proofs.tabular_softmax_gradient_eq import softmax, tabular_softmax_gradient_eq, w

logit = Log(w(a, s))
bellman = Always(stationary_value(s), SumOver(softmax(a, s) * stationary_q(s, a), a))
arriving = SumOver(SumOver(occupancy(u) * softmax(a, u) * transition(s, u, a), a), u)
flow = Always(occupancy(s), (1 - gamma) * initial(s) + gamma * arriving)


def credited(weight):
    return SumOver(occupancy(s) * SumOver(softmax(a, s) * weight * grad(logit), a), s)


@derivation(
    title="Policy gradient of a tabular softmax",
    claim=Equation((1 - gamma) * grad(start_value()), credited(advantage(s, a))),
    assuming=[bellman, flow, Positive(w)],
    source="Agarwal, Kakade, Lee & Mahajan 2021, JMLR 22(98), lemma 10",
    falsehood=Falsehood(
        Equation((1 - gamma) * grad(start_value()), credited(stationary_q(s, a))), "Q is taken in place of A"
    ),
    world="two_rooms",
    defining=[
        Equation(start_value(), start_value.body),
        Equation(softmax(a, s), softmax.body),
        Equation(advantage(s, a), advantage.body),
        Equation(stationary_q(s, a), stationary_q.body),
    ],
)
def softmax_policy_gradient_eq_occupancy_mul_advantage(start):
    later = SumOver(SumOver(SumOver(occupancy(u) * softmax(a, u) * transition(s, u, a) * slope, a), u), s)
    next_slope = occupancy(s) * softmax(a, s) * transition(s_next, s, a) * grad(stationary_value(s_next))
    ahead = SumOver(SumOver(SumOver(next_slope, s_next), a), s)
    direct = here(SumOver(grad(softmax(a, s)) * stationary_q(s, a), a))
    mean = SumOver(softmax(b, s) * grad(Log(w(b, s))), b)
    return (
        start
        .eq((1 - gamma) * SumOver(initial(s) * slope, s), by=[unfold, linearity])
        .eq(here(slope) - gamma * later, by=[flow, linearity])
        .eq(here(grad(SumOver(softmax(a, s) * stationary_q(s, a), a))) - gamma * later, by=bellman)
        .eq(direct + gamma * ahead - gamma * later, by=[linearity, product_rule, unfold(stationary_q), linearity])
        .eq(direct, by=[reorder, reorder, linearity])
        .eq(here(SumOver(softmax(a, s) * (grad(logit) - mean) * stationary_q(s, a), a)),
            by=tabular_softmax_gradient_eq)
        .eq(credited(stationary_q(s, a)) - here(mean * SumOver(softmax(a, s) * stationary_q(s, a), a)),
            by=[linearity, factor_out])
        .eq(credited(stationary_q(s, a)) - here(mean * stationary_value(s)), by=bellman)
        .eq(credited(advantage(s, a)), by=[unfold(advantage), linearity, factor_out])
    )  # fmt: skip
