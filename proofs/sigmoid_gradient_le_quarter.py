"""σ'(x) ≤ 1/4: the sigmoid is nowhere steeper than at 0."""

from sympy import Rational

from derive.catalogue import Falsehood, derivation
from derive.notation import grad, sigmoid, theta
from derive.rules import adding
from derive.terms import Equation, Inequality
from proofs.sigmoid_gradient import sigmoid_gradient

p, half = sigmoid(theta), Rational(1, 2)


@derivation(
    title="Steepness of the sigmoid",
    claim=Inequality(grad(p), Rational(1, 4)),
    source="Reinforcement Learning from Scratch, «Computing the Gradient» (corollary)",
    falsehood=Falsehood(Inequality(grad(p), Rational(1, 5)), "a smaller bound is claimed"),
    world="quiz_bandit",
    defining=[Equation(p, sigmoid.body)],
)
def sigmoid_gradient_le_quarter(start):
    return (
        start
        .eq(p * (1 - p), by=sigmoid_gradient)
        .le(Rational(1, 4), by=adding((p - half) ** 2))
    )  # fmt: skip
