"""E[z²] Var[(f − b) z] = E[z²] (E[f² z²] − (E[f z])²) − (E[f z²])² + (b E[z²] − E[f z²])²: b* = E[f z²]/E[z²]."""

from derive.catalogue import Falsehood, derivation
from derive.notation import density, grad, mean, payoff, x
from derive.rules import linearity, variance
from derive.terms import Equation, Log, Positive, Variance, real_symbol
from proofs.score_function_identity import score_function_identity

p, f, b = density(x), payoff(x), real_symbol("b")
z = grad(Log(p))
squared, weighted = mean(z**2, x, p), mean(f * z**2, x, p)
left = squared * Variance((f - b) * z, x, p)
least = squared * (mean(f**2 * z**2, x, p) - mean(f * z, x, p) ** 2) - weighted**2


@derivation(
    title="Variance of the score estimate with a baseline",
    claim=Equation(left, least + (b * squared - weighted) ** 2),
    assuming=[Positive(density)],
    source="Greensmith, Bartlett & Baxter 2004, JMLR 5:1471-1530, §4; Weaver & Tao 2001, UAI",
    falsehood=Falsehood(
        Equation(left, least + (b - mean(f, x, p)) ** 2 * squared**2), "the mean of f is taken for the best baseline"
    ),
    world="quiz_bandit",
)
def score_baseline_variance_eq(start):
    first = mean(f * z, x, p) - b * mean(z, x, p)
    return (
        start
        .eq(squared * (mean((f - b) ** 2 * z**2, x, p) - first**2), by=[variance, linearity])
        .eq(squared * (mean((f - b) ** 2 * z**2, x, p) - mean(f * z, x, p) ** 2), by=score_function_identity)
        .eq(start.claim.rhs, by=linearity)
    )  # fmt: skip
