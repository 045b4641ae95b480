"""(1 − γ) max_s (V* − V_{k+1}) ≤ γ max_s (V_{k+1} − V_k), V_{k+1} = T V_k: how far below V* value iteration may be."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, discount, gamma, s, s_next, transition
from derive.rules import arithmetic, below_by, constant_maximum, factor_out, linearity, normalised, unfold
from derive.terms import Equation, Inequality, Maximum, SumOver
from proofs.bellman_operator_contraction_sup import V
from proofs.bellman_optimality_operator_contraction_sup import TV
from proofs.value_iteration_error_above_le import best_q, optimal, optimality, q

error, change = Maximum(optimal(s) - TV(s), s), Maximum(TV(s) - V(s), s)


@derivation(
    title="Value iteration from below",
    claim=Inequality((1 - gamma) * error, gamma * change),
    assuming=[discount, optimality],
    source="Puterman 1994, Markov Decision Processes, theorem 6.3.1",
    falsehood=Falsehood(Inequality(error, gamma * change), "the factor 1/(1 − γ) is forgotten", (discount, optimality)),
    world="two_rooms",
    defining=[Equation(TV(s), TV.body), Equation(best_q(s, a), best_q.body)],
)
def value_iteration_error_below_le(start):
    def ahead(body):
        return gamma * SumOver(transition(s_next, s, a) * body, s_next)

    def raised(body):
        return Maximum(Maximum(q(s, a) + ahead(body), a) - Maximum(q(s, a), a), s) - gamma * error

    here = optimal(s_next)
    return (
        start
        .eq(error - gamma * error, by=arithmetic)
        .eq(Maximum(Maximum(best_q(s, a), a) - TV(s), s) - gamma * error, by=optimality)
        .eq(raised(here - V(s_next)), by=[unfold, linearity, factor_out])
        .le(raised(here - TV(s_next) + change), by=below_by(change, s_next))
        .le(raised(error + change), by=below_by(error, s_next))
        .eq(gamma * change, by=[factor_out, normalised, constant_maximum])
    )  # fmt: skip
