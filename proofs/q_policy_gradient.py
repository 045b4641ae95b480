"""∇J(θ) = E_τ[Σ_t γ^t Q_t ∇ log π_θ(a_t|s_t)]."""

from derive.catalogue import Falsehood, derivation
from derive.notation import (
    T,
    action_value,
    expect,
    gamma,
    given_action,
    grad,
    objective,
    policy,
    return_to_go,
    reward,
    score,
    t,
)
from derive.rules import known, linearity, tower, unfold
from derive.terms import AtMost, Equation, Positive, TimeSum
from proofs.reward_to_go_policy_gradient import reward_to_go_policy_gradient


def steps(body):
    return TimeSum(gamma**t * body, t, 0, T - 1)


@derivation(
    title="Policy gradient of the action value",
    claim=Equation(grad(objective()), expect(steps(action_value(t) * score(t)))),
    assuming=[Positive(policy), AtMost(0, T)],
    source="Sutton et al. 2000, NeurIPS, theorem 1 (finite horizon)",
    falsehood=Falsehood(
        Equation(grad(objective()), expect(steps(reward(t) * score(t)))), "the immediate reward is taken for Q"
    ),
    world="number_line",
    defining=[Equation(action_value(t), action_value.body)],
)
def q_policy_gradient(start):
    return (
        start
        .eq(expect(steps(return_to_go(t) * score(t))), by=reward_to_go_policy_gradient)
        .eq(steps(expect(return_to_go(t) * score(t))), by=linearity)
        .eq(steps(expect(given_action(return_to_go(t) * score(t), t))), by=tower(2 * t + 1))
        .eq(steps(expect(given_action(return_to_go(t), t) * score(t))), by=known)
        .eq(expect(steps(action_value(t) * score(t))), by=[unfold(action_value), linearity])
    )  # fmt: skip
