"""V^π ≤ V* for every policy π, and V* = V^{π'} for a greedy one, which loses nothing: V* = max_π V^π for γ < 1."""

from sympy import Max

from derive.catalogue import Falsehood, derivation
from derive.notation import a, discount, gamma, s
from derive.terms import Equation, Inequality
from proofs.greedy_policy_attains_optimal_value import greedy_policy_attains_optimal_value, loss, shortfall
from proofs.no_policy_above_optimal_value import bellman, best_q, lead, no_policy_above_optimal_value, optimality, q
from proofs.performance_difference_discounted import other_bellman

both = Inequality(Max((1 - gamma) * lead, (1 - gamma) * shortfall - loss), 0)


@derivation(
    title="The optimal value is the greatest of all policies",
    claim=both,
    assuming=[discount, bellman, optimality, other_bellman],
    source="Puterman 1994, Markov Decision Processes, theorems 6.2.2, 6.2.5 and 6.2.7",
    falsehood=Falsehood(
        Inequality(Max((1 - gamma) * lead, (1 - gamma) * shortfall), 0), "every policy is taken to attain it"
    ),
    world="two_rooms",
    defining=[Equation(q(s, a), q.body), Equation(best_q(s, a), best_q.body)],
)
def bellman_optimality_eq_max_policy(start):
    return (
        start
        .le(Max(0, (1 - gamma) * shortfall - loss), by=no_policy_above_optimal_value)
        .le(0, by=greedy_policy_attains_optimal_value)
    )  # fmt: skip
