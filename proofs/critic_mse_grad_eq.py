"""∇ E_{x ∼ p}[(G(x) − v)²] = −2 (E[G] − v) ∇v: the mean squared error is least at v = E[G]."""

from derive.catalogue import Falsehood, derivation
from derive.notation import OUTCOMES, grad, mean, payoff, theta, x
from derive.rules import chain_rule, expectation, factor_out, linearity, normalised
from derive.terms import Equation, Letter, SumOver

held, v = Letter("q", (OUTCOMES,), pmf=True)(x), Letter("v", (), parameter=theta)()
g = payoff(x)


@derivation(
    title="Gradient of a critic's squared error",
    claim=Equation(grad(mean((g - v) ** 2, x, held)), -2 * (mean(g, x, held) - v) * grad(v)),
    source="Sutton & Barto 2018, §9.3",
    falsehood=Falsehood(
        Equation(grad(mean((g - v) ** 2, x, held)), 2 * (mean(g, x, held) - v) * grad(v)), "the sign is lost"
    ),
    world="quiz_bandit",
)
def critic_mse_grad_eq(start):
    return (
        start
        .eq(-2 * SumOver(held * (g - v) * grad(v), x), by=[expectation, linearity, chain_rule, linearity])
        .eq(-2 * (mean(g, x, held) - v) * grad(v), by=[expectation, linearity, factor_out, normalised])
    )  # fmt: skip
