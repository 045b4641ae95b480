"""(1 − γ) max_s |V_{k+1} − V*| ≤ γ max_s |V_{k+1} − V_k|, V_{k+1} = T V_k: when value iteration may stop."""

from sympy import Max

from derive.catalogue import Falsehood, derivation
from derive.notation import a, discount, gamma, s
from derive.rules import below_larger, below_maximum, constant_maximum, factor_of_extreme
from derive.terms import Equation, Inequality, Maximum
from proofs.bellman_operator_contraction_sup import V, apart
from proofs.bellman_optimality_operator_contraction_sup import TV
from proofs.value_iteration_error_above_le import best_q, optimal, optimality, value_iteration_error_above_le
from proofs.value_iteration_error_below_le import value_iteration_error_below_le

error, change = Maximum(apart(TV(s), optimal(s)), s), Maximum(apart(TV(s), V(s)), s)


@derivation(
    title="When value iteration may stop",
    claim=Inequality((1 - gamma) * error, gamma * change),
    assuming=[discount, Inequality(gamma, 1), optimality],
    source="Puterman 1994, Markov Decision Processes, theorem 6.3.1",
    falsehood=Falsehood(Inequality(error, gamma * change), "the factor 1/(1 − γ) is forgotten", (discount, optimality)),
    world="two_rooms",
    defining=[Equation(TV(s), TV.body), Equation(best_q(s, a), best_q.body)],
)
def value_iteration_error_le(start):
    high, low = Maximum(TV(s) - optimal(s), s), Maximum(optimal(s) - TV(s), s)
    down, up = Maximum(V(s) - TV(s), s), Maximum(TV(s) - V(s), s)
    return (
        start
        .le((1 - gamma) * Maximum(Max(high, low), s), by=[below_maximum(high, s), below_maximum(low, s)])
        .eq(Max((1 - gamma) * high, (1 - gamma) * low), by=[constant_maximum, factor_of_extreme(1 - gamma)])
        .le(Max(gamma * down, (1 - gamma) * low), by=value_iteration_error_above_le)
        .le(Max(gamma * down, gamma * up), by=value_iteration_error_below_le)
        .le(gamma * change, by=[below_larger(apart(TV(s), V(s)))] * 2)
    )  # fmt: skip
