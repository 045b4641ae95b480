"""e^y / (e^x + e^y) = σ(y − x): a softmax over two actions is a sigmoid of the difference."""

from derive.catalogue import Falsehood, derivation
from derive.notation import sigmoid
from derive.rules import exp_of_sum, unfold
from derive.terms import Equation, Exp, real_symbol

x, y = real_symbol("x"), real_symbol("y")
share = Exp(y) / (Exp(x) + Exp(y))


@derivation(
    title="A softmax over two actions is a sigmoid",
    claim=Equation(share, sigmoid(y - x)),
    source="Folklore; Sutton & Barto 2018, exercise 2.9",
    falsehood=Falsehood(Equation(share, sigmoid(y)), "the sigmoid of the action's own logit is taken"),
    world="quiz_bandit",
)
def two_action_softmax_eq_sigmoid(start):
    return start.eq(sigmoid(y - x), by=[unfold, exp_of_sum])
