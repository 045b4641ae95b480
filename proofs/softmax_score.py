"""∇ log π(a) = ∇h(a) − E_{b ∼ π}[∇h(b)], for the softmax of any logits h."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, grad, mean, theta
from derive.rules import chain_rule, expectation, gradient_of_sum, linearity, log_derivative, product_rule, unfold
from derive.terms import ACTIONS, Definition, Equation, Exp, Letter, Log, SumOver, Var

h, other = Letter("h", (ACTIONS,), parameter=theta), Var("b", ACTIONS)
odds = SumOver(Exp(h(other)), other)
softmax = Definition("pi_theta", (a,), Exp(h(a)) / odds, "given")
average = mean(grad(h(other)), other, softmax(other))


@derivation(
    title="Score of a softmax",
    claim=Equation(grad(Log(softmax(a))), grad(h(a)) - average),
    source="Sutton & Barto 2018, eq. (13.9)",
    falsehood=Falsehood(Equation(grad(Log(softmax(a))), grad(h(a))), "the normaliser is taken to be constant"),
    world="quiz_bandit",
    defining=[Equation(softmax(a), softmax.body)],
)
def softmax_score(start):
    slopes = SumOver(Exp(h(other)) * grad(h(other)), other)
    return (
        start
        .eq(grad(softmax(a)) / softmax(a), by=log_derivative)
        .eq(grad(h(a)) - slopes / odds, by=[unfold, product_rule, chain_rule, gradient_of_sum, chain_rule])
        .eq(grad(h(a)) - average, by=[expectation, unfold, linearity])
    )  # fmt: skip
