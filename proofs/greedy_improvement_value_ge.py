"""(1 − γ) max_s (V(s) − V'(s)) ≤ 0 where Σ_a π'(a|s) Q(s,a) ≥ V(s) everywhere, as for π' greedy by Q: V' ≥ V."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, backed_up, discount, gamma, other_policy, s, s_next, transition
from derive.rules import (
    arithmetic,
    below_by,
    below_maximum,
    constant_maximum,
    factor_out,
    linearity,
    normalised,
    unfold,
)
from derive.terms import Equation, Inequality, Maximum, SumOver
from proofs.bellman_operator_contraction_sup import V
from proofs.performance_difference_discounted import other_bellman, other_value

q = backed_up(V)
improved = SumOver(other_policy(a, s) * q(s, a), a)
shortfall = Maximum(V(s) - improved, s)
lead = Maximum(V(s) - other_value(s), s)


@derivation(
    title="Greedy improvement",
    claim=Inequality((1 - gamma) * lead, 0),
    assuming=[discount, other_bellman, Inequality(shortfall, 0)],
    source="Sutton & Barto 2018, §4.2 (policy improvement theorem)",
    falsehood=Falsehood(
        Inequality((1 - gamma) * lead, 0), "any other policy is taken to be better", (discount, other_bellman)
    ),
    world="two_rooms",
    defining=[Equation(q(s, a), q.body)],
)
def greedy_improvement_value_ge(start):
    def averaged(body):
        return gamma * SumOver(other_policy(a, s) * SumOver(transition(s_next, s, a) * body, s_next), a)

    return (
        start
        .eq(lead - gamma * lead, by=arithmetic)
        .le(Maximum(improved + shortfall - other_value(s), s) - gamma * lead, by=below_by(shortfall, s))
        .le(Maximum(improved - other_value(s), s) - gamma * lead, by=Inequality(shortfall, 0))
        .eq(
            Maximum(averaged(V(s_next) - other_value(s_next)), s) - gamma * lead,
            by=[other_bellman, unfold, linearity, factor_out],
        )
        .le(Maximum(averaged(lead), s) - gamma * lead, by=below_maximum(lead, s_next))
        .eq(0, by=[factor_out, normalised, constant_maximum])
    )  # fmt: skip
