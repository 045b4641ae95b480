"""(1 − γ) max_s (V(s) − V*(s)) ≤ 0 for the value V of every policy, where V* = max_a Q*: none is above for γ < 1."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, b, backed_up, discount, gamma, policy, s, s_next, stationary_value, transition
from derive.rules import below_maximum, constant_maximum, factor_out, linearity, normalised, unfold
from derive.terms import STATES, Always, Equation, Inequality, Letter, Maximum, SumOver

value, optimal = stationary_value, Letter("V^*", (STATES,))
q, best_q = backed_up(value), backed_up(optimal)
bellman = Always(value(s), SumOver(policy(a, s) * q(s, a), a))
optimality = Always(optimal(s), Maximum(best_q(s, b), b))
lead = Maximum(value(s) - optimal(s), s)


def averaged(body):
    return gamma * SumOver(policy(a, s) * SumOver(transition(s_next, s, a) * body, s_next), a)


@derivation(
    title="No policy is above the optimal value",
    claim=Inequality((1 - gamma) * lead, 0),
    assuming=[discount, bellman, optimality],
    source="Puterman 1994, Markov Decision Processes, theorem 6.2.2",
    falsehood=Falsehood(Equation(lead, 0), "every policy is taken to be optimal somewhere", (bellman, optimality)),
    world="two_rooms",
    defining=[Equation(q(s, a), q.body), Equation(best_q(s, a), best_q.body)],
)
def no_policy_above_optimal_value(start):
    chosen = SumOver(policy(a, s) * best_q(s, a), a)
    return (
        start
        .eq(
            Maximum(SumOver(policy(a, s) * q(s, a), a) - optimal(s), s) - gamma * lead,
            by=bellman,
        )
        .eq(
            Maximum(averaged(value(s_next) - optimal(s_next)) + chosen - optimal(s), s) - gamma * lead,
            by=[unfold, linearity, factor_out],
        )
        .eq(
            Maximum(averaged(value(s_next) - optimal(s_next)) + chosen - Maximum(best_q(s, b), b), s) - gamma * lead,
            by=optimality,
        )
        .le(
            Maximum(averaged(lead) + chosen - Maximum(best_q(s, b), b), s) - gamma * lead,
            by=below_maximum(lead, s_next),
        )
        .le(
            Maximum(
                averaged(lead) + SumOver(policy(a, s) * Maximum(best_q(s, b), b), a) - Maximum(best_q(s, b), b), s
            ) - gamma * lead,
            by=below_maximum(Maximum(best_q(s, b), b), a),
        )
        .eq(0, by=[factor_out, normalised, constant_maximum])
    )  # fmt: skip
