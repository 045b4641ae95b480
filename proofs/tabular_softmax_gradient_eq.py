"""∇π(a|s) = π(a|s) (∇h(a,s) − Σ_b π(b|s) ∇h(b,s)) for the softmax of logits h = log w: π(a|s) = w(a,s) / Σ_b w(b,s)."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, b, grad, s, theta
from derive.rules import chain_rule, gradient_of_sum, linearity, log_derivative, product_rule, unfold
from derive.terms import ACTIONS, STATES, Definition, Equation, Letter, Log, Positive, SumOver

w = Letter("w", (ACTIONS, STATES), parameter=theta)
softmax = Definition("pi_theta", (a, s), w(a, s) / SumOver(w(b, s), b), "given")


def slope(action):
    """∇h(a,s), the gradient of a logit."""
    return grad(Log(w(action, s)))


centred = slope(a) - SumOver(softmax(b, s) * slope(b), b)


@derivation(
    title="Gradient of a tabular softmax",
    claim=Equation(grad(softmax(a, s)), softmax(a, s) * centred),
    assuming=[Positive(w)],
    source="Sutton & Barto 2018, eq. (13.9)",
    falsehood=Falsehood(
        Equation(grad(softmax(a, s)), softmax(a, s) * slope(a)), "the normaliser is taken to be constant"
    ),
    world="two_rooms",
    defining=[Equation(softmax(a, s), softmax.body)],
)
def tabular_softmax_gradient_eq(start):
    total, slopes = SumOver(w(b, s), b), SumOver(grad(w(b, s)), b)
    return (
        start
        .eq(grad(w(a, s)) / total - w(a, s) * slopes / total**2,
            by=[unfold, product_rule, chain_rule, gradient_of_sum])
        .eq(softmax(a, s) * centred, by=[unfold, log_derivative, linearity])
    )  # fmt: skip
