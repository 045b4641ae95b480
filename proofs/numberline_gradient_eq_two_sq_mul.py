"""∇J = 2 σ²(1 − σ) on the number line with π(right) = σ(θ)."""

from derive.binding import substitute
from derive.catalogue import Falsehood, derivation
from derive.notation import grad, sigmoid, theta, unit
from derive.rules import chain_rule
from derive.terms import Equation, Expectation
from proofs.number_line_trajectories import walk
from proofs.numberline_objective_eq_sq import numberline_objective_eq_sq, total
from proofs.sigmoid_gradient import sigmoid_gradient

sigma = sigmoid(theta)
objective = Expectation(total(), substitute(walk, {unit: sigma}))


@derivation(
    title="Gradient of the number line",
    claim=Equation(grad(objective), 2 * sigma**2 * (1 - sigma)),
    source="Direct computation, from the objective",
    falsehood=Falsehood(Equation(grad(objective), sigma**2 * (1 - sigma)), "only one of the two steps is credited"),
    world="number_line",
)
def numberline_gradient_eq_two_sq_mul(start):
    return (
        start
        .eq(grad(sigma**2), by=numberline_objective_eq_sq)
        .eq(2 * sigma * grad(sigma), by=chain_rule)
        .eq(2 * sigma**2 * (1 - sigma), by=sigmoid_gradient)
    )  # fmt: skip
