"""(1 − γ) ∇J = Σ_s d(s) Σ_a ∇π(a|s) Q(s,a): the policy gradient theorem without a horizon."""

from derive.catalogue import Falsehood, derivation
from derive.notation import (
    a,
    bellman,
    flow,
    gamma,
    grad,
    initial,
    occupancy,
    policy,
    s,
    s_next,
    start_value,
    stationary_q,
    stationary_value,
    transition,
    u,
)
from derive.rules import linearity, product_rule, reorder, unfold
from derive.terms import Equation, SumOver

slope = grad(stationary_value(s))
theorem = SumOver(occupancy(s) * SumOver(grad(policy(a, s)) * stationary_q(s, a), a), s)
direct = SumOver(SumOver(occupancy(s) * grad(policy(a, s)) * stationary_q(s, a), a), s)
one_step = occupancy(u) * policy(a, u) * transition(s, u, a) * slope
next_slope = occupancy(s) * policy(a, s) * transition(s_next, s, a) * grad(stationary_value(s_next))


def here(body):
    return SumOver(occupancy(s) * body, s)


@derivation(
    title="Policy gradient theorem",
    claim=Equation((1 - gamma) * grad(start_value()), theorem),
    assuming=[bellman, flow],
    source="Sutton, McAllester, Singh & Mansour 2000, NeurIPS 12, theorem 1; Sutton & Barto 2018, §13.2",
    falsehood=Falsehood(
        Equation(grad(start_value()), theorem), "d is normalised, and the factor 1/(1 − γ) is forgotten"
    ),
    world="two_rooms",
    defining=[Equation(start_value(), start_value.body), Equation(stationary_q(s, a), stationary_q.body)],
)
def policy_gradient_theorem_discounted(start):
    later = SumOver(SumOver(SumOver(one_step, a), u), s)
    return (
        start
        .eq((1 - gamma) * SumOver(initial(s) * slope, s), by=[unfold, linearity])
        .eq(here(slope) - gamma * later, by=[flow, linearity])
        .eq(here(grad(SumOver(policy(a, s) * stationary_q(s, a), a))) - gamma * later, by=bellman)
        .eq(
            direct + gamma * SumOver(SumOver(SumOver(next_slope, s_next), a), s) - gamma * later,
            by=[linearity, product_rule, unfold, linearity],
        )
        .eq(
            direct
            + gamma * SumOver(SumOver(SumOver(next_slope, s_next), a), s)
            - gamma * SumOver(SumOver(SumOver(one_step, s), a), u),
            by=[reorder, reorder],
        )
        .eq(theorem, by=linearity)
    )  # fmt: skip
