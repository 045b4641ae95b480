"""σ'(θ) = σ(θ)(1 − σ(θ))."""

from derive.catalogue import Falsehood, derivation
from derive.notation import grad, sigmoid, theta
from derive.rules import chain_rule, unfold
from derive.terms import Equation, Exp

sigma = sigmoid(theta)
decay = Exp(-theta)


@derivation(
    title="Sigmoid gradient",
    claim=Equation(grad(sigma), sigma * (1 - sigma)),
    source="Folklore; Sutton & Barto 2018, Reinforcement Learning, exercise 13.5",
    falsehood=Falsehood(Equation(grad(sigma), 1 - sigma), "the factor σ(θ) is forgotten"),
    world="quiz_bandit",
    defining=[Equation(sigma, 1 / (1 + decay))],
)
def sigmoid_gradient(start):
    return (
        start
        .eq(grad(1 / (1 + decay)), by=unfold)
        .eq(decay / (1 + decay) ** 2, by=chain_rule)
        .eq(sigma * (1 - sigma), by=unfold)
    )  # fmt: skip
