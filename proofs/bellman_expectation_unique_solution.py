"""(1 − γ) max_s (V(s) − W(s)) ≤ 0 for two solutions of one Bellman equation: for γ < 1 there is only one."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, backed_up, discount, gamma, policy, s, s_next, stationary_value, theta, transition
from derive.rules import below_maximum, constant_maximum, factor_out, linearity, normalised, unfold
from derive.terms import STATES, Always, Inequality, Letter, Maximum, SumOver

V, W = stationary_value, Letter("W", (STATES,), parameter=theta)


def bellman(value):
    return Always(value(s), SumOver(policy(a, s) * backed_up(value)(s, a), a))


lead = Maximum(V(s) - W(s), s)


@derivation(
    title="The Bellman equation has one solution",
    claim=Inequality((1 - gamma) * lead, 0),
    assuming=[discount, bellman(V), bellman(W)],
    source="Puterman 1994, Markov Decision Processes, theorem 6.1.1",
    falsehood=Falsehood(Inequality((1 - gamma) * lead, 0), "one of the two is any function", (discount, bellman(W))),
    world="two_rooms",
)
def bellman_expectation_unique_solution(start):
    def averaged(body):
        return gamma * SumOver(policy(a, s) * SumOver(transition(s_next, s, a) * body, s_next), a)

    return (
        start
        .eq(
            Maximum(averaged(V(s_next) - W(s_next)), s) - gamma * lead,
            by=[bellman(V), bellman(W), unfold, linearity, factor_out],
        )
        .le(Maximum(averaged(lead), s) - gamma * lead, by=below_maximum(lead, s_next))
        .eq(0, by=[factor_out, normalised, constant_maximum])
    )  # fmt: skip
