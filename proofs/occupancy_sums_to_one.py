"""(1 − γ)(Σ_s d(s) − 1) = 0 for d = (1 − γ) ρ_0 + γ Pᵀ d, whatever else d is: for γ < 1 it is a distribution."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, gamma, initial, policy, s, theta, transition, u
from derive.rules import factor_out, linearity, normalised, reorder
from derive.terms import STATES, Always, Equation, Letter, SumOver

visits = Letter("d", (STATES,), parameter=theta)
arriving = SumOver(SumOver(visits(u) * policy(a, u) * transition(s, u, a), a), u)
flow = Always(visits(s), (1 - gamma) * initial(s) + gamma * arriving)
unnormalised = Always(visits(s), initial(s) + gamma * arriving)
total = SumOver(visits(s), s)


@derivation(
    title="The occupancy sums to one",
    claim=Equation((1 - gamma) * (total - 1), 0),
    assuming=[flow],
    source="Puterman 1994, Markov Decision Processes, §6.9",
    falsehood=Falsehood(
        Equation((1 - gamma) * (total - 1), 0), "the factor 1 − γ is left out of the flow", (unnormalised,)
    ),
    world="two_rooms",
)
def occupancy_sums_to_one(start):
    moved = SumOver(SumOver(SumOver(visits(u) * policy(a, u) * transition(s, u, a), s), a), u)
    return (
        start
        .eq(SumOver((1 - gamma) * initial(s) + gamma * arriving, s) - gamma * total - (1 - gamma), by=[flow])
        .eq((1 - gamma) * SumOver(initial(s), s) + gamma * moved - gamma * total - (1 - gamma),
            by=[linearity, reorder, reorder])
        .eq(0, by=[linearity, factor_out, normalised])
    )  # fmt: skip
