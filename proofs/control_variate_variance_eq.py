"""Var g · Var[f − c g] = Var f · Var g − Cov² + (c Var g − Cov)²: (1 − corr²) Var f at c = Cov/Var g, else more."""

from derive.catalogue import Falsehood, derivation
from derive.notation import mean, x
from derive.rules import arithmetic, linearity, variance
from derive.terms import Equation, Variance, real_symbol
from proofs.variance_of_a_sum import f, g, p

c = real_symbol("c")
covariance = mean(f * g, x, p) - mean(f, x, p) * mean(g, x, p)
of_f, of_g = Variance(f, x, p), Variance(g, x, p)
left = of_g * Variance(f - c * g, x, p)


@derivation(
    title="Variance with a control variate",
    claim=Equation(left, of_f * of_g - covariance**2 + (c * of_g - covariance) ** 2),
    source="Owen 2013, Monte Carlo theory, §8.9",
    falsehood=Falsehood(
        Equation(left, of_f * of_g - covariance**2), "every coefficient, 1 too, is taken to be the best one"
    ),
    world="quiz_bandit",
)
def control_variate_variance_eq(start):
    return (
        start
        .eq(of_g * (of_f - 2 * c * covariance + c**2 * of_g), by=[variance, linearity])
        .eq(start.claim.rhs, by=arithmetic)
    )  # fmt: skip
