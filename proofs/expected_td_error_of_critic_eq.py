"""E[δ_t | h_t, a_t] = A_t + γ E[(v − V)_{t+1} | h_t, a_t] − (v − V)_t: any critic's TD error, and its bias."""

from derive.catalogue import Falsehood, derivation
from derive.notation import T, advantage, before, critic, gamma, given_action, reward, state_value, t, td_error
from derive.rules import linearity, unfold
from derive.terms import AtMost, Equation, State
from proofs.bellman_action_value_finite import bellman_action_value_finite


def error(time):
    """(v − V)_t."""
    return critic(time, State(time)) - state_value(time)


@derivation(
    title="The expected TD error of any critic",
    claim=Equation(given_action(td_error(t), t), advantage(t) + gamma * given_action(error(t + 1), t) - error(t)),
    assuming=[before(t, T)],
    source="Sutton & Barto 2018, §13.5; Schulman et al. 2016, ICLR, §3",
    falsehood=Falsehood(
        Equation(given_action(td_error(t), t), advantage(t)),
        "any critic is taken to give the advantage",
        (AtMost(0, t), before(t, T)),
    ),
    world="number_line",
    defining=[Equation(td_error(t), td_error.body), Equation(advantage(t), advantage.body)],
)
def expected_td_error_of_critic_eq(start):
    target = given_action(reward(t) + gamma * state_value(t + 1), t)
    return (
        start
        .eq(target - state_value(t) + gamma * given_action(error(t + 1), t) - error(t),
            by=[unfold(td_error), linearity])
        .eq(start.claim.rhs, by=[unfold(advantage), bellman_action_value_finite])
    )  # fmt: skip
