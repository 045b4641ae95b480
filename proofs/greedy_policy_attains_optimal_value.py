"""(1 − γ) max_s (V* − V') ≤ max_s (max_b Q*(s,b) − Σ_a π'(a|s) Q*(s,a)): zero for a greedy π', which attains V*."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, b, discount, gamma, other_policy, s, s_next, transition
from derive.rules import below_by, below_maximum, constant_maximum, factor_out, linearity, normalised, unfold
from derive.terms import Equation, Inequality, Maximum, SumOver
from proofs.no_policy_above_optimal_value import best_q, optimal, optimality
from proofs.performance_difference_discounted import other_bellman, other_value

chosen, best = SumOver(other_policy(a, s) * best_q(s, a), a), Maximum(best_q(s, b), b)
loss = Maximum(best - chosen, s)
shortfall = Maximum(optimal(s) - other_value(s), s)


@derivation(
    title="A greedy policy attains the optimal value",
    claim=Inequality((1 - gamma) * shortfall, loss),
    assuming=[discount, optimality, other_bellman],
    source="Puterman 1994, Markov Decision Processes, theorem 6.2.7",
    falsehood=Falsehood(Inequality(shortfall, loss), "what is lost at one step is taken to be lost but once"),
    world="two_rooms",
    defining=[Equation(best_q(s, a), best_q.body)],
)
def greedy_policy_attains_optimal_value(start):
    def averaged(body):
        return gamma * SumOver(other_policy(a, s) * SumOver(transition(s_next, s, a) * body, s_next), a)

    return (
        start
        .eq(Maximum(best - other_value(s), s) - gamma * shortfall, by=optimality)
        .le(Maximum(chosen + loss - other_value(s), s) - gamma * shortfall, by=below_by(loss, s))
        .eq(
            Maximum(averaged(optimal(s_next) - other_value(s_next)), s) + loss - gamma * shortfall,
            by=[other_bellman, constant_maximum, unfold, linearity, factor_out],
        )
        .le(Maximum(averaged(shortfall), s) + loss - gamma * shortfall, by=below_maximum(shortfall, s_next))
        .eq(loss, by=[factor_out, normalised, constant_maximum])
    )  # fmt: skip
