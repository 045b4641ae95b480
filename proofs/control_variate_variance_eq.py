"""Var[f − c g] = Var f − 2 c Cov + c² Var g: least at c = Cov/Var g, not at c = 1."""

from derive.catalogue import Falsehood, derivation
from derive.notation import mean, x
from derive.rules import linearity, variance
from derive.terms import Equation, Variance, real_symbol
from proofs.variance_of_a_sum import f, g, p

c = real_symbol("c")
covariance = mean(f * g, x, p) - mean(f, x, p) * mean(g, x, p)


@derivation(
    title="Variance with a control variate",
    claim=Equation(Variance(f - c * g, x, p), Variance(f, x, p) - 2 * c * covariance + c**2 * Variance(g, x, p)),
    source="Owen 2013, Monte Carlo theory, §8.9",
    falsehood=Falsehood(
        Equation(Variance(f - c * g, x, p), Variance(f, x, p) - c**2 * Variance(g, x, p)),
        "the control variate is taken to lower the variance always",
    ),
    world="quiz_bandit",
)
def control_variate_variance_eq(start):
    return start.eq(start.claim.rhs, by=[variance, linearity])
