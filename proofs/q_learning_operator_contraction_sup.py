"""max_{s,a} |γ Σ_s' P max_b Q(s',b) − γ Σ_s' P max_b W(s',b)| ≤ γ max_{s,a} |Q − W|: Q-learning's targets contract."""

from sympy import Max

from derive.catalogue import Falsehood, derivation
from derive.notation import a, b, discount, gamma, s, s_next, transition
from derive.rules import below_by, below_larger, below_maximum, constant_maximum, factor_out, linearity, normalised
from derive.terms import ACTIONS, STATES, Inequality, Letter, Maximum, SumOver
from proofs.bellman_operator_contraction_sup import apart

Q, W = Letter("Q", (STATES, ACTIONS)), Letter("W", (STATES, ACTIONS))


def ahead(body):
    return gamma * SumOver(transition(s_next, s, a) * body, s_next)


def best_ahead(table):
    """γ Σ_s' P(s'|s,a) max_b Q(s',b), which with r(s,a) is the mean of the target."""
    return ahead(Maximum(table(s_next, b), b))


def over_pairs(body):
    return Maximum(Maximum(body, a), s)


distance = over_pairs(apart(best_ahead(Q), best_ahead(W)))
farthest = over_pairs(apart(Q(s, a), W(s, a)))


@derivation(
    title="The targets of Q-learning contract",
    claim=Inequality(distance, gamma * farthest),
    assuming=[discount],
    source="Watkins & Dayan 1992, Machine Learning 8:279-292; Jaakkola, Jordan & Singh 1994, Neural Computation 6",
    falsehood=Falsehood(
        Inequality(distance, gamma * over_pairs(Q(s, a) - W(s, a))), "the distance is taken without its absolute value"
    ),
    world="two_rooms",
)
def q_learning_operator_contraction_sup(start):
    later_q, later_w = Maximum(Q(s_next, b), b), Maximum(W(s_next, b), b)
    high, low = Maximum(Q(s_next, a) - W(s_next, a), a), Maximum(W(s_next, a) - Q(s_next, a), a)
    near = Maximum(apart(Q(s_next, a), W(s_next, a)), a)

    def raised(above, below):
        return over_pairs(Max(ahead(above), ahead(below)))

    return (
        start
        .eq(raised(later_q - later_w, later_w - later_q), by=[linearity, factor_out])
        .le(raised(Maximum(W(s_next, b) + high, b) - later_w, later_w - later_q), by=below_by(high, b))
        .le(raised(Maximum(W(s_next, b) + high, b) - later_w, Maximum(Q(s_next, b) + low, b) - later_q),
            by=below_by(low, b))
        .eq(raised(high, low), by=constant_maximum)
        .le(raised(near, near), by=[below_larger(apart(Q(s_next, a), W(s_next, a)))] * 2)
        .le(raised(farthest, farthest), by=below_maximum(farthest, s_next))
        .eq(gamma * farthest, by=[factor_out, normalised, constant_maximum])
    )  # fmt: skip
