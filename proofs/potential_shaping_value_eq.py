"""V − Φ solves the Bellman equation of r + γ Φ(s') − Φ(s) where V solves that of r: what shaping does to a value."""

from derive.catalogue import Falsehood, derivation
from derive.notation import (
    a,
    bellman,
    gamma,
    mean_reward,
    policy,
    s,
    s_next,
    stationary_q,
    stationary_value,
    transition,
)
from derive.rules import factor_out, linearity, normalised, unfold
from derive.terms import STATES, Definition, Equation, Letter, SumOver

potential = Letter("Phi", (STATES,))


def ahead(body):
    return gamma * SumOver(transition(s_next, s, a) * body, s_next)


value = Definition("V'", (s,), stationary_value(s) - potential(s), "call")
shaped = mean_reward(s, a) + ahead(potential(s_next)) - potential(s)
q = Definition("Q'", (s, a), shaped + ahead(value(s_next)), "call")


@derivation(
    title="Potential shaping shifts the value by the potential",
    claim=Equation(value(s), SumOver(policy(a, s) * q(s, a), a)),
    assuming=[bellman],
    source="Ng, Harada & Russell 1999, ICML, theorem 1",
    falsehood=Falsehood(
        Equation(stationary_value(s), SumOver(policy(a, s) * (shaped + ahead(stationary_value(s_next))), a)),
        "shaping is taken to leave the value as it was",
    ),
    world="two_rooms",
    defining=[
        Equation(value(s), value.body),
        Equation(q(s, a), q.body),
        Equation(stationary_q(s, a), stationary_q.body),
    ],
)
def potential_shaping_value_eq(start):
    return (
        start
        .eq(SumOver(policy(a, s) * stationary_q(s, a), a) - potential(s), by=[unfold(value), bellman])
        .eq(start.claim.rhs, by=[unfold, linearity, factor_out, normalised])
    )  # fmt: skip
