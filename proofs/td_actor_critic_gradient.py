"""E[Σ_t γ^t δ_t z_t] − ∇J = E[Σ_t γ^{t+1} (v − V)_{t+1} z_t]: the actor-critic is biased by its critic's errors."""

from derive.catalogue import Falsehood, derivation
from derive.notation import (
    T,
    action_value,
    critic,
    expect,
    gamma,
    given_action,
    grad,
    objective,
    policy,
    reward,
    score,
    state_value,
    t,
    td_error,
)
from derive.rules import factor_out, known, linearity, score_vanishes, tower, unfold
from derive.terms import AtMost, Equation, Positive, State, TimeSum
from proofs.bellman_action_value_finite import bellman_action_value_finite
from proofs.q_policy_gradient import q_policy_gradient


def each(body):
    return TimeSum(gamma**t * body, t, 0, T - 1)


def credited(weight):
    return expect(each(weight * score(t)))


def v(time):
    return critic(time, State(time))


target = reward(t) + gamma * state_value(t + 1)
bias = credited(td_error(t)) - grad(objective())


@derivation(
    title="Bias of the actor-critic gradient",
    claim=Equation(bias, credited(gamma * (v(t + 1) - state_value(t + 1)))),
    assuming=[Positive(policy), AtMost(0, T)],
    source="Sutton & Barto 2018, §13.5; Sutton et al. 2000",
    falsehood=Falsehood(Equation(bias, 0), "any critic is taken to be unbiased", (Positive(policy), AtMost(1, T))),
    world="number_line",
    defining=[Equation(td_error(t), td_error.body), Equation(state_value(t), state_value.body)],
)
def td_actor_critic_gradient(start):
    rest = each(expect(v(t) * score(t)))
    return (
        start
        .eq(credited(td_error(t)) - credited(action_value(t)), by=q_policy_gradient)
        .eq(credited(td_error(t)) - credited(given_action(target, t)), by=bellman_action_value_finite)
        .eq(credited(td_error(t)) - each(expect(given_action(target, t) * score(t))), by=linearity)
        .eq(credited(td_error(t)) - each(expect(given_action(target * score(t), t))), by=known)
        .eq(credited(td_error(t)) - each(expect(target * score(t))), by=tower(2 * t + 1))
        .eq(credited(gamma * (v(t + 1) - state_value(t + 1))) - rest, by=[unfold(td_error), linearity, factor_out])
        .eq(start.claim.rhs, by=[tower(2 * t), known, score_vanishes, linearity])
    )  # fmt: skip
