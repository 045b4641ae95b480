"""(1 − γ) max_s |V_{k+1} − V*| ≤ γ max_s |V_{k+1} − V_k|, V_{k+1} = T V_k: when value iteration may stop."""

from sympy import Max

from derive.catalogue import Falsehood, derivation
from derive.notation import a, backed_up, discount, gamma, s, s_next, transition
from derive.rules import (
    arithmetic,
    below_by,
    below_larger,
    constant_maximum,
    factor_out,
    linearity,
    normalised,
    unfold,
)
from derive.terms import STATES, Always, Equation, Inequality, Letter, Maximum, SumOver
from proofs.bellman_operator_contraction_sup import V, apart
from proofs.bellman_optimality_operator_contraction_sup import TV

optimal = Letter("V^*", (STATES,))
best_q, q = backed_up(optimal), backed_up(V)
optimality = Always(optimal(s), Maximum(best_q(s, a), a))
error, change = Maximum(apart(TV(s), optimal(s)), s), Maximum(apart(TV(s), V(s)), s)


@derivation(
    title="When value iteration may stop",
    claim=Inequality((1 - gamma) * error, gamma * change),
    assuming=[discount, optimality],
    source="Puterman 1994, Markov Decision Processes, theorem 6.3.1",
    falsehood=Falsehood(Inequality(error, gamma * change), "the factor 1/(1 − γ) is forgotten", (discount, optimality)),
    world="two_rooms",
    defining=[Equation(TV(s), TV.body), Equation(best_q(s, a), best_q.body)],
)
def value_iteration_error_le(start):
    best, new, old = optimal(s_next), TV(s_next), V(s_next)
    high, low = Maximum(TV(s) - optimal(s), s), Maximum(optimal(s) - TV(s), s)
    down, up = Maximum(V(s) - TV(s), s), Maximum(TV(s) - V(s), s)

    def ahead(body):
        return gamma * SumOver(transition(s_next, s, a) * body, s_next)

    def raised(above, below):
        return Maximum(
            Max(
                Maximum(best_q(s, a) + ahead(above), a) - Maximum(best_q(s, a), a),
                Maximum(q(s, a) + ahead(below), a) - Maximum(q(s, a), a),
            ),
            s,
        ) - gamma * error  # fmt: skip

    return (
        start
        .eq(error - gamma * error, by=arithmetic)
        .eq(Maximum(apart(TV(s), Maximum(best_q(s, a), a)), s) - gamma * error, by=[optimality] * 2)
        .eq(raised(old - best, best - old), by=[unfold, linearity, factor_out])
        .le(raised(new + down - best, best - old), by=below_by(down, s_next))
        .le(raised(new + down - best, best - new + up), by=below_by(up, s_next))
        .le(raised(high + down, best - new + up), by=below_by(high, s_next))
        .le(raised(high + down, low + up), by=below_by(low, s_next))
        .le(raised(error + down, low + up), by=below_larger(apart(TV(s), optimal(s))))
        .le(raised(error + down, error + up), by=below_larger(apart(TV(s), optimal(s))))
        .le(raised(error + change, error + up), by=below_larger(apart(TV(s), V(s))))
        .le(raised(error + change, error + change), by=below_larger(apart(TV(s), V(s))))
        .eq(gamma * change, by=[factor_out, normalised, constant_maximum])
    )  # fmt: skip
