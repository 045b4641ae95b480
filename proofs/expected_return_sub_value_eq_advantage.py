"""E[G_t − V_t | h_t, a_t] = A_t: the return less the value is the advantage on average, not on every trajectory."""

from derive.catalogue import Falsehood, derivation
from derive.notation import T, advantage, before, given_action, return_to_go, state_value, t
from derive.rules import linearity, unfold
from derive.terms import AtMost, Equation

estimate = return_to_go(t) - state_value(t)


@derivation(
    title="The return less the value estimates the advantage",
    claim=Equation(given_action(estimate, t), advantage(t)),
    assuming=[before(t, T)],
    source="Sutton & Barto 2018, §13.4; Schulman et al. 2016, ICLR, §2",
    falsehood=Falsehood(
        Equation(estimate, advantage(t)),
        "the two are taken to be equal on every trajectory",
        (AtMost(0, t), before(t, T)),
    ),
    world="number_line",
    defining=[Equation(advantage(t), advantage.body), Equation(state_value(t), state_value.body)],
)
def expected_return_sub_value_eq_advantage(start):
    return start.eq(advantage(t), by=[unfold, linearity])
