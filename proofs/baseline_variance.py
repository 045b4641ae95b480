"""Var[(f − b) g] = Var[f g] − 2b (E[f g²] − E[f g] E[g]) + b² Var[g]: the variance is a parabola in the baseline."""

from derive.catalogue import Falsehood, derivation
from derive.notation import mean, x
from derive.rules import linearity, variance
from derive.terms import Equation, Variance, real_symbol
from proofs.variance_of_a_sum import f, g, p

b = real_symbol("b")
cross = mean(f * g**2, x, p) - mean(f * g, x, p) * mean(g, x, p)


@derivation(
    title="Variance as a function of the baseline",
    claim=Equation(Variance((f - b) * g, x, p), Variance(f * g, x, p) - 2 * b * cross + b**2 * Variance(g, x, p)),
    source="Greensmith et al. 2004, JMLR 5:1471-1530, §4",
    falsehood=Falsehood(
        Equation(Variance((f - b) * g, x, p), Variance(f * g, x, p) - b**2 * Variance(g, x, p)),
        "a baseline is taken to lower the variance always",
    ),
    world="quiz_bandit",
)
def baseline_variance(start):
    return start.eq(start.claim.rhs, by=[variance, linearity])
