"""∇ E_{x ∼ p}[f(x)] = E_{x ∼ p}[f(x) ∇ log p(x) + ∇f(x)]: the score-function gradient, f depending on θ too."""

from derive.catalogue import Falsehood, derivation
from derive.notation import OUTCOMES, density, grad, mean, theta, x
from derive.rules import expectation, gradient_of_sum, linearity, log_derivative, product_rule
from derive.terms import Equation, Letter, Log, Positive, SumOver

p, f = density(x), Letter("f", (OUTCOMES,), parameter=theta)(x)


@derivation(
    title="Gradient of an expectation",
    claim=Equation(grad(mean(f, x, p)), mean(f * grad(Log(p)) + grad(f), x, p)),
    assuming=[Positive(density)],
    source="Mohamed et al. 2020, JMLR 21(132), §4.1",
    falsehood=Falsehood(
        Equation(grad(mean(f, x, p)), mean(f * grad(Log(p)), x, p)), "that f depends on θ too is forgotten"
    ),
    world="quiz_bandit",
)
def grad_expectation_eq_expectation_mul_score(start):
    return (
        start
        .eq(grad(SumOver(p * f, x)), by=expectation)
        .eq(SumOver(grad(p * f), x), by=gradient_of_sum)
        .eq(SumOver(f * grad(p) + p * grad(f), x), by=product_rule)
        .eq(SumOver(p * f * grad(Log(p)) + p * grad(f), x), by=log_derivative)
        .eq(mean(f * grad(Log(p)) + grad(f), x, p), by=[expectation, linearity])
    )  # fmt: skip
