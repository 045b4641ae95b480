"""θ_2 = 3/2 − σ(1/2): two updates θ + 1 − σ(θ) by hand, from θ_0 = 0, after action 1 and reward 1 twice."""

from sympy import Rational

from derive.catalogue import Falsehood, derivation
from derive.notation import sigmoid, x_real
from derive.rules import evaluate_at, unfold
from derive.terms import Definition, Equation

updated = Definition("u", (x_real,), x_real + 1 - sigmoid(x_real), "call")
half = Rational(1, 2)


@derivation(
    title="Two updates by hand",
    claim=Equation(updated(updated(0)), Rational(3, 2) - sigmoid(half)),
    source="Lesson: Policy gradients (REINFORCE), «Step 1» and «Step 2», with α = 1",
    falsehood=Falsehood(
        Equation(updated(updated(0)), 1), "the second step is taken to be as long as the first, at θ = 0"
    ),
    world="quiz_bandit",
    defining=[Equation(updated(x_real), updated.body), Equation(sigmoid(x_real), sigmoid.body)],
)
def hand_update_values(start):
    return (
        start
        .eq(updated(half), by=[unfold, evaluate_at])
        .eq(Rational(3, 2) - sigmoid(half), by=unfold(updated))
    )  # fmt: skip
