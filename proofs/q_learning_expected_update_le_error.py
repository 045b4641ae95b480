"""max |E[update of Q]| ≤ (1 + γ) max |Q − Q*|: no expected update moves Q*, and hardly one a table near it."""

from sympy import Max

from derive.catalogue import Falsehood, derivation
from derive.notation import a, discount, gamma, s
from derive.rules import below_by, below_larger, below_maximum, constant_maximum
from derive.terms import Inequality, Maximum
from proofs.bellman_operator_contraction_sup import apart
from proofs.q_learning_error_le_expected_update import best, error, moved, optimality, optimum, target
from proofs.q_learning_operator_contraction_sup import Q, best_ahead, over_pairs, q_learning_operator_contraction_sup


@derivation(
    title="A table near the optimal one is hardly moved",
    claim=Inequality(moved, (1 + gamma) * error),
    assuming=[discount, optimality],
    source="Watkins & Dayan 1992, Machine Learning 8:279-292",
    falsehood=Falsehood(Inequality(moved, gamma * error), "a contraction is taken to bound the step itself"),
    world="two_rooms",
)
def q_learning_expected_update_le_error(start):
    up, down = Maximum(Q(s, a) - best(s, a), a), Maximum(best(s, a) - Q(s, a), a)
    high, low = Maximum(best_ahead(Q) - best_ahead(best), a), Maximum(best_ahead(best) - best_ahead(Q), a)
    here, there = apart(Q(s, a), best(s, a)), apart(best_ahead(Q), best_ahead(best))

    def raised(above, below):
        return over_pairs(Max(above, below))

    return (
        start
        .le(raised(target - Q(s, a), best(s, a) + up - target), by=below_by(up, a))
        .le(raised(target - best(s, a) + down, best(s, a) + up - target), by=below_by(down, a))
        .eq(raised(target - optimum + down, best(s, a) + up - target), by=optimality)
        .eq(raised(target - optimum + down, optimum + up - target), by=optimality)
        .le(raised(high + down, optimum + up - target), by=below_by(high, a))
        .le(raised(high + down, low + up), by=below_by(low, a))
        .le(raised(Maximum(there, a) + down, Maximum(there, a) + up), by=[below_larger(there)] * 2)
        .le(raised(*[Maximum(there, a) + Maximum(here, a)] * 2), by=[below_larger(here)] * 2)
        .le(over_pairs(over_pairs(there) + Maximum(here, a)), by=below_maximum(over_pairs(there), s))
        .le(over_pairs(over_pairs(there) + error), by=below_maximum(error, s))
        .eq(over_pairs(there) + error, by=constant_maximum)
        .le((1 + gamma) * error, by=q_learning_operator_contraction_sup)
    )  # fmt: skip
