"""(1 − γ)(J' − J) = Σ_s d'(s) Σ_a π'(a|s) A(s,a): the performance difference without a horizon."""

from derive.catalogue import Falsehood, derivation
from derive.notation import (
    a,
    backed_up,
    gamma,
    initial,
    occupancy,
    other_policy,
    s,
    s_next,
    start_value,
    stationary_q,
    stationary_value,
    transition,
    u,
)
from derive.rules import factor_out, linearity, normalised, reorder, unfold
from derive.terms import STATES, Always, Definition, Equation, Letter, SumOver

other_value, other_occupancy = Letter("V'", (STATES,)), Letter("d'", (STATES,), pmf=True)
other_q = backed_up(other_value)
other_bellman = Always(other_value(s), SumOver(other_policy(a, s) * other_q(s, a), a))
other_arriving = SumOver(SumOver(other_occupancy(u) * other_policy(a, u) * transition(s, u, a), a), u)
other_flow = Always(other_occupancy(s), (1 - gamma) * initial(s) + gamma * other_arriving)
other_start = Definition("J'", (), SumOver(initial(s) * other_value(s), s), "objective")
advantage = Definition("A", (s, a), stationary_q(s, a) - stationary_value(s), "call")

gap = other_value(s) - stationary_value(s)
one_step = other_occupancy(u) * other_policy(a, u) * transition(s, u, a) * gap
next_gap = other_value(s_next) - stationary_value(s_next)


def under(law, body):
    return SumOver(law(s) * SumOver(other_policy(a, s) * body, a), s)


@derivation(
    title="Performance difference without a horizon",
    claim=Equation((1 - gamma) * (other_start() - start_value()), under(other_occupancy, advantage(s, a))),
    assuming=[other_bellman, other_flow],
    source="Kakade & Langford 2002, ICML, lemma 6.1",
    falsehood=Falsehood(
        Equation((1 - gamma) * (other_start() - start_value()), under(occupancy, advantage(s, a))),
        "the states of the old policy are taken",
    ),
    world="two_rooms",
    defining=[
        Equation(start_value(), start_value.body),
        Equation(other_start(), other_start.body),
        Equation(advantage(s, a), advantage.body),
        Equation(stationary_q(s, a), stationary_q.body),
    ],
)
def performance_difference_discounted(start):
    later = SumOver(SumOver(SumOver(one_step, a), u), s)
    back = SumOver(SumOver(SumOver(one_step, s), a), u)
    ahead = SumOver(
        SumOver(
            SumOver(other_occupancy(s) * other_policy(a, s) * transition(s_next, s, a) * next_gap, s_next), a
        ), s
    )  # fmt: skip
    direct = SumOver(SumOver(other_occupancy(s) * other_policy(a, s) * advantage(s, a), a), s)
    return (
        start
        .eq((1 - gamma) * SumOver(initial(s) * gap, s), by=[unfold, linearity])
        .eq(SumOver(other_occupancy(s) * gap, s) - gamma * later, by=[other_flow, linearity, factor_out])
        .eq(
            under(other_occupancy, other_q(s, a))
            - SumOver(other_occupancy(s) * stationary_value(s), s)
            - gamma * later,
            by=[other_bellman, linearity],
        )
        .eq(
            under(other_occupancy, other_q(s, a) - stationary_value(s)) - gamma * later,
            by=[linearity, factor_out, normalised],
        )
        .eq(direct + gamma * ahead - gamma * later, by=[unfold, linearity, factor_out])
        .eq(direct + gamma * ahead - gamma * back, by=[reorder, reorder])
        .eq(under(other_occupancy, advantage(s, a)), by=linearity)
    )  # fmt: skip
