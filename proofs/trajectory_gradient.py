"""∇P_θ(τ) = P_θ(τ) Σ_t ∇ log π_θ(a_t|s_t), also for trajectories that the dynamics rule out."""

from derive.catalogue import Falsehood, derivation
from derive.notation import T, dynamics, grad, initial, path, pi, policy, score, t, trajectory_score
from derive.rules import constant, linearity, log_derivative, log_of_product, separate
from derive.terms import AtMost, Equation, Log, Positive, State, TimeProduct
from proofs.trajectory_probability import product, trajectory_probability

world = initial(State(0)) * TimeProduct(dynamics(t), t, 0, T - 1)
choices = TimeProduct(pi(t), t, 0, T - 1)


@derivation(
    title="Gradient of a trajectory's probability",
    claim=Equation(grad(path), path * trajectory_score),
    assuming=[Positive(policy), AtMost(0, T)],
    source="Williams 1992, Machine Learning 8:229-256, §5",
    falsehood=Falsehood(
        Equation(grad(path), path * score(T - 1)), "only the last action's score is kept", (AtMost(1, T),)
    ),
    world="number_line",
)
def trajectory_gradient(start):
    return (
        start
        .eq(grad(product(T)), by=trajectory_probability)
        .eq(world * grad(choices), by=[separate, constant])
        .eq(world * choices * grad(Log(choices)), by=log_derivative)
        .eq(world * choices * trajectory_score, by=[log_of_product, linearity])
        .eq(path * trajectory_score, by=[trajectory_probability, separate])
    )  # fmt: skip
