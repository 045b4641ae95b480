"""E[r_t + γ V_{t+1} − V_t | h_t, a_t] = A_t: the TD error of the true value estimates the advantage."""

from derive.catalogue import Falsehood, derivation
from derive.notation import (
    T,
    action_value,
    advantage,
    before,
    gamma,
    given_action,
    return_to_go,
    reward,
    state_value,
    t,
)
from derive.rules import linearity, tower, unfold
from derive.terms import AtMost, Equation
from proofs.return_recursion import return_recursion

surprise = reward(t) + gamma * state_value(t + 1) - state_value(t)


@derivation(
    title="The expected TD error is the advantage",
    claim=Equation(given_action(surprise, t), advantage(t)),
    assuming=[before(t, T)],
    source="Sutton & Barto 2018, §13.5; Schulman et al. 2016, ICLR, §3",
    falsehood=Falsehood(
        Equation(given_action(reward(t) - state_value(t), t), advantage(t)),
        "the value of the next state is forgotten",
        (AtMost(0, t), before(t, T)),
    ),
    world="number_line",
    defining=[Equation(advantage(t), advantage.body)],
)
def expected_td_error_eq_advantage(start):
    return (
        start
        .eq(
            given_action(reward(t) + gamma * return_to_go(t + 1), t) - state_value(t),
            by=[unfold(state_value), linearity, tower(2 * t + 2)],
        )
        .eq(given_action(return_to_go(t), t) - state_value(t), by=return_recursion)
        .eq(advantage(t), by=unfold(advantage, action_value))
    )  # fmt: skip
