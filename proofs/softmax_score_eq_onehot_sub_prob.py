"""∂ log π(a)/∂θ_b = κ (1{a = b} − π(b)) for π(a) = e^{κ θ_a} / Σ_c e^{κ θ_c}, κ = 1/τ the inverse temperature."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, b, grad, theta
from derive.rules import chain_rule, enumerate_cases, gradient_of_sum, linearity, log_derivative, log_of_product, unfold
from derive.terms import ACTIONS, Cases, Definition, Equation, Exp, Letter, Log, SumOver, Var, real_symbol

kappa, c = real_symbol("kappa"), Var("c", ACTIONS)
others = Letter("h", (ACTIONS,))


def logit(action):
    """θ_b is the parameter; the other logits are held."""
    return kappa * Cases(action, b, theta, others(action))


softmax = Definition("pi", (a,), Exp(logit(a)) / SumOver(Exp(logit(c)), c), "given")
score = kappa * (Cases(a, b, 1, 0) - softmax(b))


@derivation(
    title="Score of a softmax in one of its logits",
    claim=Equation(grad(Log(softmax(a))), score),
    source="Sutton & Barto 2018, §2.8, proof of eq. (2.12)",
    falsehood=Falsehood(
        Equation(grad(Log(softmax(a))), Cases(a, b, 1, 0) - softmax(b)), "the temperature is forgotten"
    ),
    world="quiz_bandit",
    defining=[Equation(softmax(a), softmax.body)],
)
def softmax_score_eq_onehot_sub_prob(start):
    slopes = SumOver(grad(Exp(logit(c))), c)
    normaliser = SumOver(Exp(logit(c)), c)
    return (
        start
        .eq(grad(logit(a)) - grad(Log(normaliser)), by=[unfold, log_of_product, linearity])
        .eq(grad(logit(a)) - slopes / normaliser, by=[log_derivative, gradient_of_sum])
        .eq(
            kappa * Cases(a, b, 1, 0) - SumOver(Exp(logit(c)) * kappa * Cases(c, b, 1, 0), c) / normaliser,
            by=chain_rule,
        )
        .eq(score, by=[unfold, enumerate_cases])
    )  # fmt: skip
