"""Q_t = E[r_t + γ V_{t+1} | h_t, a_t], for t < T."""

from derive.catalogue import Falsehood, derivation
from derive.notation import T, action_value, before, gamma, given_action, return_to_go, reward, state_value, t
from derive.rules import linearity, tower, unfold
from derive.terms import AtMost, Equation
from proofs.return_recursion import return_recursion


def backed_up(later):
    return given_action(reward(t) + gamma * later, t)


@derivation(
    title="Bellman equation of the action value",
    claim=Equation(action_value(t), backed_up(state_value(t + 1))),
    assuming=[before(t, T)],
    source="Sutton & Barto 2018, §3.5, exercise 3.13",
    falsehood=Falsehood(
        Equation(action_value(t), gamma * given_action(reward(t) + state_value(t + 1), t)),
        "the reward is discounted too",
        (AtMost(0, t), before(t, T)),
    ),
    world="number_line",
    defining=[Equation(action_value(t), action_value.body), Equation(state_value(t), state_value.body)],
)
def bellman_action_value_finite(start):
    return (
        start
        .eq(given_action(return_to_go(t), t), by=unfold(action_value))
        .eq(backed_up(return_to_go(t + 1)), by=return_recursion)
        .eq(backed_up(state_value(t + 1)), by=[unfold(state_value), linearity, tower(2 * t + 2)])
    )  # fmt: skip
