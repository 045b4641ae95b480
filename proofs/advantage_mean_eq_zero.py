"""E[A_t | h_t] = 0: over the policy's own actions the advantage has mean zero."""

from derive.catalogue import Falsehood, derivation
from derive.notation import T, action_value, advantage, before, given_history, return_to_go, state_value, t
from derive.rules import linearity, tower, unfold
from derive.terms import Equation


@derivation(
    title="The advantage has mean zero",
    claim=Equation(given_history(advantage(t), t), 0),
    assuming=[before(t, T)],
    source="Sutton & Barto 2018, §13.4; Schulman et al. 2016, ICLR, §2",
    falsehood=Falsehood(Equation(given_history(action_value(t), t), 0), "the value of the state is not subtracted"),
    world="number_line",
    defining=[Equation(advantage(t), advantage.body)],
)
def advantage_mean_eq_zero(start):
    return (
        start
        .eq(given_history(action_value(t) - state_value(t), t), by=unfold(advantage))
        .eq(given_history(action_value(t), t) - state_value(t), by=[unfold, linearity])
        .eq(given_history(return_to_go(t), t) - state_value(t), by=[unfold, tower(2 * t + 1)])
        .eq(0, by=unfold)
    )  # fmt: skip
