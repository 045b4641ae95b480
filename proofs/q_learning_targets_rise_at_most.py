"""max_{s,a} (γ Σ_s' P max_b Q(s',b) − γ Σ_s' P max_b W(s',b)) ≤ γ max_{s,a} (Q − W): the targets from one side."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, b, discount, gamma, s, s_next
from derive.rules import below_by, below_maximum, constant_maximum, factor_out, linearity, normalised
from derive.terms import Inequality, Maximum
from proofs.q_learning_operator_contraction_sup import Q, W, ahead, best_ahead, over_pairs

rise, lead = over_pairs(best_ahead(Q) - best_ahead(W)), over_pairs(Q(s, a) - W(s, a))


@derivation(
    title="The targets of Q-learning from one side",
    claim=Inequality(rise, gamma * lead),
    assuming=[discount],
    source="Watkins & Dayan 1992, Machine Learning 8:279-292",
    falsehood=Falsehood(
        Inequality(over_pairs(best_ahead(W) - best_ahead(Q)), gamma * lead), "the two tables are exchanged"
    ),
    world="two_rooms",
)
def q_learning_targets_rise_at_most(start):
    high = Maximum(Q(s_next, a) - W(s_next, a), a)
    return (
        start
        .eq(over_pairs(ahead(Maximum(Q(s_next, b), b) - Maximum(W(s_next, b), b))), by=[linearity, factor_out])
        .le(over_pairs(ahead(Maximum(W(s_next, b) + high, b) - Maximum(W(s_next, b), b))), by=below_by(high, b))
        .le(over_pairs(ahead(Maximum(W(s_next, b) + lead, b) - Maximum(W(s_next, b), b))),
            by=below_maximum(lead, s_next))
        .eq(gamma * lead, by=[constant_maximum, factor_out, normalised, constant_maximum])
    )  # fmt: skip
