"""∇J(θ) = E_τ[R(τ) Σ_t ∇ log π_θ(a_t|s_t)]."""

from derive.catalogue import Falsehood, derivation
from derive.notation import (
    T,
    expect,
    grad,
    objective,
    path,
    policy,
    process,
    score,
    total_return,
    trajectory_score,
)
from derive.rules import expectation, linearity, unfold
from derive.terms import AtMost, Equation, PathSum, Positive
from proofs.trajectory_gradient import trajectory_gradient

R = total_return()


@derivation(
    title="Policy gradient of the total return",
    claim=Equation(grad(objective()), expect(R * trajectory_score)),
    assuming=[Positive(policy), AtMost(0, T)],
    source="Williams 1992, Machine Learning 8:229-256, theorem 1; Sutton & Barto 2018, §13.3",
    falsehood=Falsehood(
        Equation(grad(objective()), expect(R * score(0))),
        "only the first action is credited",
        (AtMost(1, T),),
    ),
    world="number_line",
    defining=[Equation(objective(), expect(R)), Equation(R, total_return.body)],
)
def multi_step_policy_gradient(start):
    return (
        start
        .eq(grad(PathSum(path * R, process)), by=[unfold, expectation])
        .eq(PathSum(grad(path) * R, process), by=linearity)
        .eq(PathSum(path * R * trajectory_score, process), by=trajectory_gradient)
        .eq(expect(R * trajectory_score), by=expectation)
    )  # fmt: skip
