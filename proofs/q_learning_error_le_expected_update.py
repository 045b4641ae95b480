"""(1 − γ) max |Q − Q*| ≤ max |E[update of Q]|: where γ < 1 and no expected update moves Q, Q is Q*."""

from sympy import Max

from derive.catalogue import Falsehood, derivation
from derive.notation import a, discount, gamma, mean_reward, s
from derive.rules import below_by, below_larger, below_maximum, constant_maximum
from derive.terms import ACTIONS, STATES, Always, Inequality, Letter, Maximum
from proofs.bellman_operator_contraction_sup import apart
from proofs.q_learning_operator_contraction_sup import Q, best_ahead, over_pairs, q_learning_operator_contraction_sup

best = Letter("Q^*", (STATES, ACTIONS))
target, optimum = mean_reward(s, a) + best_ahead(Q), mean_reward(s, a) + best_ahead(best)
optimality = Always(best(s, a), optimum)
error, moved = over_pairs(apart(Q(s, a), best(s, a))), over_pairs(apart(target, Q(s, a)))


@derivation(
    title="A table that is hardly moved is nearly optimal",
    claim=Inequality((1 - gamma) * error, moved),
    assuming=[discount, optimality],
    source="Watkins & Dayan 1992, Machine Learning 8:279-292; Puterman 1994, theorem 6.3.1",
    falsehood=Falsehood(Inequality(error, moved), "the factor 1/(1 − γ) is forgotten", (discount, optimality)),
    world="two_rooms",
)
def q_learning_error_le_expected_update(start):
    up, down = Maximum(Q(s, a) - target, a), Maximum(target - Q(s, a), a)
    high, low = Maximum(best_ahead(Q) - best_ahead(best), a), Maximum(best_ahead(best) - best_ahead(Q), a)
    here, there = apart(target, Q(s, a)), apart(best_ahead(Q), best_ahead(best))

    def raised(above, below):
        return over_pairs(Max(above, below)) - gamma * error

    return (
        start
        .eq(raised(Q(s, a) - optimum, best(s, a) - Q(s, a)), by=optimality)
        .eq(raised(Q(s, a) - optimum, optimum - Q(s, a)), by=optimality)
        .le(raised(target + up - optimum, optimum - Q(s, a)), by=below_by(up, a))
        .le(raised(target + up - optimum, optimum - target + down), by=below_by(down, a))
        .le(raised(high + up, optimum - target + down), by=below_by(high, a))
        .le(raised(high + up, low + down), by=below_by(low, a))
        .le(raised(Maximum(there, a) + up, Maximum(there, a) + down), by=[below_larger(there)] * 2)
        .le(raised(*[Maximum(there, a) + Maximum(here, a)] * 2), by=[below_larger(here)] * 2)
        .le(over_pairs(over_pairs(there) + Maximum(here, a)) - gamma * error, by=below_maximum(over_pairs(there), s))
        .le(over_pairs(over_pairs(there) + moved) - gamma * error, by=below_maximum(moved, s))
        .eq(over_pairs(there) + moved - gamma * error, by=constant_maximum)
        .le(moved, by=q_learning_operator_contraction_sup)
    )  # fmt: skip
