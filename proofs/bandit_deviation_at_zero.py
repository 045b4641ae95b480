"""The standard deviation of r(a) ∇ log π_θ(a) at θ = 0 is 1/4."""

from sympy import Rational, sqrt

from derive.catalogue import Falsehood, derivation
from derive.notation import theta
from derive.terms import At, Equation
from proofs.bandit_variance_at_zero import bandit_variance_at_zero, variance

deviation = sqrt(At(variance, theta, 0))


@derivation(
    title="Standard deviation of the bandit's gradient estimate at θ = 0",
    claim=Equation(deviation, Rational(1, 4)),
    source="Direct computation, from the variance",
    falsehood=Falsehood(Equation(deviation, Rational(1, 16)), "the variance is taken for the standard deviation"),
    world="quiz_bandit",
)
def bandit_deviation_at_zero(start):
    return start.eq(Rational(1, 4), by=bandit_variance_at_zero)
