"""(1 − γ) max_s (V_{k+1} − V*) ≤ γ max_s (V_k − V_{k+1}), V_{k+1} = T V_k: how far above V* value iteration may be."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, backed_up, discount, gamma, s, s_next, transition
from derive.rules import arithmetic, below_by, constant_maximum, factor_out, linearity, normalised, unfold
from derive.terms import STATES, Always, Equation, Inequality, Letter, Maximum, SumOver
from proofs.bellman_operator_contraction_sup import V
from proofs.bellman_optimality_operator_contraction_sup import TV

optimal = Letter("V^*", (STATES,))
best_q, q = backed_up(optimal), backed_up(V)
optimality = Always(optimal(s), Maximum(best_q(s, a), a))
error, change = Maximum(TV(s) - optimal(s), s), Maximum(V(s) - TV(s), s)


@derivation(
    title="Value iteration from above",
    claim=Inequality((1 - gamma) * error, gamma * change),
    assuming=[discount, optimality],
    source="Puterman 1994, Markov Decision Processes, theorem 6.3.1",
    falsehood=Falsehood(Inequality(error, gamma * change), "the factor 1/(1 − γ) is forgotten", (discount, optimality)),
    world="two_rooms",
    defining=[Equation(TV(s), TV.body), Equation(best_q(s, a), best_q.body)],
)
def value_iteration_error_above_le(start):
    def ahead(body):
        return gamma * SumOver(transition(s_next, s, a) * body, s_next)

    def raised(body):
        return Maximum(Maximum(best_q(s, a) + ahead(body), a) - Maximum(best_q(s, a), a), s) - gamma * error

    here = optimal(s_next)
    return (
        start
        .eq(error - gamma * error, by=arithmetic)
        .eq(Maximum(TV(s) - Maximum(best_q(s, a), a), s) - gamma * error, by=optimality)
        .eq(raised(V(s_next) - here), by=[unfold, linearity, factor_out])
        .le(raised(TV(s_next) + change - here), by=below_by(change, s_next))
        .le(raised(error + change), by=below_by(error, s_next))
        .eq(gamma * change, by=[factor_out, normalised, constant_maximum])
    )  # fmt: skip
