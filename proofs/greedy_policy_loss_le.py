"""(1 − γ) max_s (V* − V') ≤ 2 γ max_s |W − V*| + max_s (max_b Q_W(s,b) − Σ_a π'(a|s) Q_W(s,a)), 0 if greedy."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, b, backed_up, discount, gamma, other_policy, s, s_next, transition
from derive.rules import (
    below_by,
    below_larger,
    below_maximum,
    constant_maximum,
    factor_out,
    linearity,
    normalised,
    unfold,
)
from derive.terms import Equation, Inequality, Maximum, SumOver
from proofs.bellman_operator_contraction_sup import W, apart
from proofs.greedy_policy_attains_optimal_value import shortfall
from proofs.no_policy_above_optimal_value import best_q, optimal, optimality
from proofs.performance_difference_discounted import other_bellman, other_value

q = backed_up(W)
chosen, best = SumOver(other_policy(a, s) * q(s, a), a), Maximum(q(s, b), b)
loss, error = Maximum(best - chosen, s), Maximum(apart(W(s), optimal(s)), s)


@derivation(
    title="What a greedy policy loses",
    claim=Inequality((1 - gamma) * shortfall, 2 * gamma * error + loss),
    assuming=[discount, optimality, other_bellman],
    source="Singh & Yee 1994, Machine Learning 16:227-233; Bertsekas & Tsitsiklis 1996, proposition 6.1",
    falsehood=Falsehood(
        Inequality(shortfall, error + loss), "the policy is taken to be as near the optimum as the values"
    ),
    world="two_rooms",
    defining=[Equation(q(s, a), q.body), Equation(best_q(s, a), best_q.body)],
)
def greedy_policy_loss_le(start):
    def ahead(action, body):
        return gamma * SumOver(transition(s_next, s, action) * body, s_next)

    def averaged(body):
        return gamma * SumOver(other_policy(a, s) * SumOver(transition(s_next, s, a) * body, s_next), a)

    size = apart(W(s_next), optimal(s_next))
    rest = averaged(optimal(s_next) - other_value(s_next))

    def at_best(more):
        return Maximum(Maximum(q(s, b) + more, b) - other_value(s), s) - gamma * shortfall

    def left(body):
        return Maximum(body, s) + gamma * error + loss - gamma * shortfall

    return (
        start
        .eq(Maximum(Maximum(best_q(s, b), b) - other_value(s), s) - gamma * shortfall, by=optimality)
        .eq(at_best(ahead(b, optimal(s_next) - W(s_next))), by=[unfold, linearity, factor_out])
        .le(at_best(ahead(b, size)), by=below_larger(size))
        .le(at_best(ahead(b, error)), by=below_maximum(error, s_next))
        .eq(Maximum(best - other_value(s), s) + gamma * error - gamma * shortfall,
            by=[factor_out, normalised, constant_maximum])
        .le(Maximum(chosen + loss - other_value(s), s) + gamma * error - gamma * shortfall, by=below_by(loss, s))
        .eq(left(averaged(W(s_next) - optimal(s_next)) + rest),
            by=[other_bellman, constant_maximum, unfold, linearity, factor_out])
        .le(left(averaged(size) + rest), by=below_larger(size))
        .le(left(averaged(error) + rest), by=below_maximum(error, s_next))
        .le(left(averaged(error) + averaged(shortfall)), by=below_maximum(shortfall, s_next))
        .eq(2 * gamma * error + loss, by=[factor_out, normalised, constant_maximum])
    )  # fmt: skip
