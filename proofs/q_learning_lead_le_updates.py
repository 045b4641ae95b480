"""(1 − γ) max (Q − W) ≤ max (Q − T Q) + max (T W − W), T Q = r + γ Σ_s' P max_b Q(s',b): how far apart they are."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, discount, gamma, mean_reward, s
from derive.rules import arithmetic, below_by, below_maximum, constant_maximum
from derive.terms import Inequality, Maximum
from proofs.q_learning_operator_contraction_sup import Q, W, best_ahead, over_pairs
from proofs.q_learning_targets_rise_at_most import q_learning_targets_rise_at_most


def target(table):
    """r(s,a) + γ Σ_s' P(s'|s,a) max_b Q(s',b)."""
    return mean_reward(s, a) + best_ahead(table)


lead = over_pairs(Q(s, a) - W(s, a))
above, below = over_pairs(Q(s, a) - target(Q)), over_pairs(target(W) - W(s, a))


@derivation(
    title="Two tables are as far apart as their updates let them",
    claim=Inequality((1 - gamma) * lead, above + below),
    assuming=[discount],
    source="Puterman 1994, Markov Decision Processes, theorem 6.3.1, for tables of actions",
    falsehood=Falsehood(Inequality(lead, above + below), "the factor 1/(1 − γ) is forgotten"),
    world="two_rooms",
)
def q_learning_lead_le_updates(start):
    up, down = Maximum(Q(s, a) - target(Q), a), Maximum(target(W) - W(s, a), a)
    apart = best_ahead(Q) - best_ahead(W)
    return (
        start
        .eq(lead - gamma * lead, by=arithmetic)
        .le(over_pairs(target(Q) + up - W(s, a)) - gamma * lead, by=below_by(up, a))
        .le(over_pairs(apart + up + down) - gamma * lead, by=below_by(down, a))
        .le(over_pairs(apart + above + down) - gamma * lead, by=below_maximum(above, s))
        .le(over_pairs(apart + above + below) - gamma * lead, by=below_maximum(below, s))
        .eq(over_pairs(apart) + above + below - gamma * lead, by=constant_maximum)
        .le(above + below, by=q_learning_targets_rise_at_most)
    )  # fmt: skip
