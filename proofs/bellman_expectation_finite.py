"""V_t = E[r_t + γ V_{t+1} | h_t], for 0 ≤ t < T."""

from derive.catalogue import Falsehood, derivation
from derive.notation import T, before, gamma, given_history, return_to_go, reward, state_value, t
from derive.rules import linearity, tower, unfold
from derive.terms import AtMost, Equation
from proofs.return_recursion import return_recursion


def backed_up(discount):
    return given_history(reward(t) + discount * state_value(t + 1), t)


@derivation(
    title="Bellman expectation equation",
    claim=Equation(state_value(t), backed_up(gamma)),
    assuming=[before(t, T)],
    source="Sutton & Barto 2018, eq. (3.14)",
    falsehood=Falsehood(
        Equation(state_value(t), backed_up(1)),
        "the discount of what follows is forgotten",
        (AtMost(0, t), before(t, T)),
    ),
    world="number_line",
    defining=[Equation(state_value(t), state_value.body)],
)
def bellman_expectation_finite(start):
    return (
        start
        .eq(given_history(return_to_go(t), t), by=unfold(state_value))
        .eq(given_history(reward(t) + gamma * return_to_go(t + 1), t), by=return_recursion)
        .eq(backed_up(gamma), by=[unfold(state_value), linearity, tower(2 * t + 2)])
    )  # fmt: skip
