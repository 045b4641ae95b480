"""∇ log P_θ(τ) = Σ_t ∇ log π_θ(a_t|s_t): the initial law and the dynamics drop out."""

from derive.catalogue import Falsehood, derivation
from derive.notation import T, dynamics, grad, initial, path, pi, process, t, trajectory_score
from derive.rules import linearity, log_of_product
from derive.terms import AtMost, Equation, Log, Possible, State, TimeProduct, TimeSum
from proofs.trajectory_probability import product, trajectory_probability

logs = Log(initial(State(0))) + TimeSum(Log(pi(t)) + Log(dynamics(t)), t, 0, T - 1)


@derivation(
    title="The log trick expands a trajectory's score",
    claim=Equation(grad(Log(path)), trajectory_score),
    assuming=[Possible(process), AtMost(0, T)],
    source="Williams 1992, Machine Learning 8:229-256, §5; Peters & Schaal 2008, Neural Networks 21:682-697, §3.2",
    falsehood=Falsehood(
        Equation(grad(Log(path)), grad(TimeProduct(pi(t), t, 0, T - 1))),
        "the logarithm is forgotten: the gradient of the product is not the sum of the scores",
    ),
    world="number_line",
)
def log_trick_expansion(start):
    return (
        start
        .eq(grad(Log(product(T))), by=trajectory_probability)
        .eq(grad(logs), by=log_of_product)
        .eq(trajectory_score, by=linearity)
    )  # fmt: skip
