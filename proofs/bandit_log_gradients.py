"""∇ log(1 − σ(θ)) = −σ(θ): the score of the arm that does not pay; that of the other is 1 − σ(θ)."""

from derive.catalogue import Falsehood, derivation
from derive.notation import grad
from derive.rules import chain_rule, log_derivative
from derive.terms import Equation, Log
from proofs.bandit_mean import sigma
from proofs.sigmoid_gradient import sigmoid_gradient


@derivation(
    title="Scores of the two-armed bandit",
    claim=Equation(grad(Log(1 - sigma)), -sigma),
    source="Direct computation",
    falsehood=Falsehood(Equation(grad(Log(1 - sigma)), sigma), "the inner derivative's sign is forgotten"),
    world="quiz_bandit",
)
def bandit_log_gradients(start):
    return (
        start
        .eq(grad(1 - sigma) / (1 - sigma), by=log_derivative)
        .eq(-sigma, by=[chain_rule, sigmoid_gradient])
    )  # fmt: skip
