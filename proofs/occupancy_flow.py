"""(1 − γ) J = Σ_s d(s) Σ_a π(a|s) r(s,a): the discounted return is the mean reward under the occupancy."""

from derive.catalogue import Falsehood, derivation
from derive.notation import (
    a,
    bellman,
    flow,
    gamma,
    initial,
    mean_reward,
    occupancy,
    policy,
    s,
    s_next,
    start_value,
    stationary_q,
    stationary_value,
    transition,
    u,
)
from derive.rules import linearity, reorder, unfold
from derive.terms import Equation, SumOver

value = stationary_value(s)
rewards = SumOver(occupancy(s) * SumOver(policy(a, s) * mean_reward(s, a), a), s)
one_step = occupancy(u) * policy(a, u) * transition(s, u, a) * value
next_value = occupancy(s) * policy(a, s) * transition(s_next, s, a) * stationary_value(s_next)


@derivation(
    title="The return as a mean under the occupancy",
    claim=Equation((1 - gamma) * start_value(), rewards),
    assuming=[bellman, flow],
    source="Puterman 1994, Markov Decision Processes, §6.9",
    falsehood=Falsehood(Equation(start_value(), rewards), "d is normalised, and the factor 1/(1 − γ) is forgotten"),
    world="two_rooms",
    defining=[Equation(start_value(), start_value.body), Equation(stationary_q(s, a), stationary_q.body)],
)
def occupancy_flow(start):
    later = SumOver(SumOver(SumOver(one_step, a), u), s)
    direct = SumOver(SumOver(occupancy(s) * policy(a, s) * mean_reward(s, a), a), s)
    ahead = gamma * SumOver(SumOver(SumOver(next_value, s_next), a), s)
    return (
        start
        .eq((1 - gamma) * SumOver(initial(s) * value, s), by=unfold)
        .eq(SumOver(occupancy(s) * value, s) - gamma * later, by=[flow, linearity])
        .eq(SumOver(occupancy(s) * SumOver(policy(a, s) * stationary_q(s, a), a), s) - gamma * later, by=bellman)
        .eq(direct + ahead - gamma * later, by=[unfold, linearity])
        .eq(direct + ahead - gamma * SumOver(SumOver(SumOver(one_step, s), a), u), by=[reorder, reorder])
        .eq(rewards, by=linearity)
    )  # fmt: skip
