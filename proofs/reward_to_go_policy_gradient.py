"""∇J(θ) = E_τ[Σ_t γ^t G_t ∇ log π_θ(a_t|s_t)]: the total return and the reward-to-go have the same mean."""

from derive.catalogue import Falsehood, derivation
from derive.notation import (
    T,
    expect,
    gamma,
    grad,
    k,
    objective,
    policy,
    return_to_go,
    reward,
    score,
    t,
    total_return,
    trajectory_score,
)
from derive.rules import linearity, reorder, split, unfold
from derive.terms import AtMost, Equation, Positive, TimeSum
from proofs.multi_step_policy_gradient import multi_step_policy_gradient
from proofs.past_reward_cancellation import past_reward_cancellation

credit = gamma**k * expect(reward(k) * score(t))


def steps(body):
    return TimeSum(body, t, 0, T - 1)


@derivation(
    title="Policy gradient of the reward-to-go",
    claim=Equation(grad(objective()), expect(steps(gamma**t * return_to_go(t) * score(t)))),
    assuming=[Positive(policy), AtMost(0, T)],
    source="Sutton & Barto 2018, Reinforcement Learning, §13.3; Nota & Thomas 2020, Is the policy gradient a gradient?",
    falsehood=Falsehood(
        Equation(grad(objective()), expect(steps(return_to_go(t) * score(t)))),
        "γ^t is left out, which is right only for γ = 1",
        (Positive(policy),),
    ),
    world="number_line",
    defining=[
        Equation(objective(), expect(total_return())),
        Equation(total_return(), total_return.body),
        Equation(return_to_go(t), return_to_go.body),
    ],
)
def reward_to_go_policy_gradient(start):
    return (
        start
        .eq(expect(total_return() * trajectory_score), by=multi_step_policy_gradient)
        .eq(expect(TimeSum(gamma**k * reward(k), k, 0, T - 1) * trajectory_score), by=unfold)
        .eq(steps(TimeSum(credit, k, 0, T - 1)), by=[linearity, reorder])
        .eq(steps(TimeSum(credit, k, 0, t - 1) + TimeSum(credit, k, t, T - 1)), by=split(t))
        .eq(steps(TimeSum(credit, k, t, T - 1)), by=[past_reward_cancellation, linearity])
        .eq(expect(steps(gamma**t * return_to_go(t) * score(t))), by=[unfold, linearity])
    )  # fmt: skip
