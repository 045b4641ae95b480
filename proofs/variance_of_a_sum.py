"""Var[X + Y] = Var X + Var Y + 2 (E[XY] − E X E Y): removing a term of mean zero may raise the variance."""

from derive.catalogue import Falsehood, derivation
from derive.notation import OUTCOMES, density, mean, payoff, x
from derive.rules import linearity, variance
from derive.terms import Equation, Letter, Variance

p, f, g = density(x), payoff(x), Letter("g", (OUTCOMES,))(x)
apart = Variance(f, x, p) + Variance(g, x, p)


@derivation(
    title="Variance of a sum",
    claim=Equation(Variance(f + g, x, p), apart + 2 * (mean(f * g, x, p) - mean(f, x, p) * mean(g, x, p))),
    source="Folklore",
    falsehood=Falsehood(Equation(Variance(f + g, x, p), apart), "the covariance is forgotten"),
    world="quiz_bandit",
)
def variance_of_a_sum(start):
    return start.eq(start.claim.rhs, by=[variance, linearity])
