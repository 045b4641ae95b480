"""(1 − γ) max_{s,a} (Q(s,a) − Q*(s,a)) ≤ 0 where no expected update moves Q or Q*: for γ < 1 there is one such."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, b, discount, gamma, mean_reward, s, s_next, transition
from derive.rules import below_by, below_maximum, constant_maximum, factor_out, linearity, normalised
from derive.terms import ACTIONS, STATES, Always, Inequality, Letter, Maximum, SumOver

q, best_q = Letter("Q", (STATES, ACTIONS)), Letter("Q^*", (STATES, ACTIONS))


def ahead(body):
    return gamma * SumOver(transition(s_next, s, a) * body, s_next)


def unmoved(table):
    """E[r + γ max_b Q(s',b) − Q(s,a) | s, a] = 0."""
    return Always(table(s, a), mean_reward(s, a) + ahead(Maximum(table(s_next, b), b)))


def over_pairs(body):
    return Maximum(Maximum(body, a), s)


lead = over_pairs(q(s, a) - best_q(s, a))
greatest, best = Maximum(q(s_next, b), b), Maximum(best_q(s_next, b), b)


@derivation(
    title="Only one table is not moved by Q-learning",
    claim=Inequality((1 - gamma) * lead, 0),
    assuming=[discount, unmoved(q), unmoved(best_q)],
    source="Watkins & Dayan 1992, Machine Learning 8:279-292",
    falsehood=Falsehood(
        Inequality((1 - gamma) * lead, 0), "one of the two is any table at all", (discount, unmoved(best_q))
    ),
    world="two_rooms",
)
def q_learning_expected_update_zero_iff_optimal(start):
    farthest = Maximum(q(s_next, a) - best_q(s_next, a), a)
    return (
        start
        .eq(over_pairs(ahead(greatest) - ahead(best)) - gamma * lead, by=[unmoved(q), unmoved(best_q)])
        .le(over_pairs(ahead(Maximum(best_q(s_next, b) + farthest, b)) - ahead(best)) - gamma * lead,
            by=below_by(farthest, b))
        .le(over_pairs(ahead(Maximum(best_q(s_next, b) + lead, b)) - ahead(best)) - gamma * lead,
            by=below_maximum(lead, s_next))
        .eq(0, by=[constant_maximum, linearity, factor_out, normalised, constant_maximum])
    )  # fmt: skip
