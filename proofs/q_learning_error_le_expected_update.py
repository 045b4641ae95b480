"""(1 − γ) max |Q − Q*| ≤ max |E[update of Q]|: where γ < 1 and no expected update moves Q, Q is Q*."""

from sympy import Max

from derive.catalogue import Falsehood, derivation
from derive.notation import a, discount, gamma, s
from derive.rules import below_larger, below_maximum, constant_maximum, factor_of_extreme
from derive.terms import ACTIONS, STATES, Always, Inequality, Letter, Maximum
from proofs.bellman_operator_contraction_sup import apart
from proofs.q_learning_lead_le_updates import q_learning_lead_le_updates, target
from proofs.q_learning_operator_contraction_sup import Q, over_pairs

best = Letter("Q^*", (STATES, ACTIONS))
optimality = Always(best(s, a), target(best))
error, moved = over_pairs(apart(Q(s, a), best(s, a))), over_pairs(apart(target(Q), Q(s, a)))


@derivation(
    title="A table that is hardly moved is nearly optimal",
    claim=Inequality((1 - gamma) * error, moved),
    assuming=[discount, Inequality(gamma, 1), optimality],
    source="Watkins & Dayan 1992, Machine Learning 8:279-292; Puterman 1994, theorem 6.3.1",
    falsehood=Falsehood(Inequality(error, moved), "the factor 1/(1 − γ) is forgotten", (discount, optimality)),
    world="two_rooms",
)
def q_learning_error_le_expected_update(start):
    above, below = Q(s, a) - best(s, a), best(s, a) - Q(s, a)
    high, low = over_pairs(above), over_pairs(below)
    up, down = over_pairs(Q(s, a) - target(Q)), over_pairs(target(Q) - Q(s, a))
    unmoved, size = over_pairs(target(best) - best(s, a)), apart(target(Q), Q(s, a))
    back = over_pairs(best(s, a) - target(best))
    return (
        start
        .le((1 - gamma) * over_pairs(Max(Maximum(above, a), Maximum(below, a))),
            by=[below_maximum(Maximum(above, a), a), below_maximum(Maximum(below, a), a)])
        .le((1 - gamma) * over_pairs(Max(high, low)), by=[below_maximum(high, s), below_maximum(low, s)])
        .eq(Max((1 - gamma) * high, (1 - gamma) * low), by=[constant_maximum, factor_of_extreme(1 - gamma)])
        .le(Max(up + unmoved, back + down), by=q_learning_lead_le_updates)
        .eq(Max(up, back + down), by=[optimality, constant_maximum])
        .eq(Max(up, down), by=[optimality, constant_maximum])
        .le(moved, by=[below_larger(size)] * 2)
    )  # fmt: skip
