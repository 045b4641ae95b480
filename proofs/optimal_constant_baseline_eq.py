"""E[w (f − b*)²] ≤ E[w (f − b)²] for b* = E[w f] / E[w]: with w = ‖∇ log p‖² > 0, the baseline of least variance."""

from derive.catalogue import Falsehood, derivation
from derive.notation import OUTCOMES, density, mean, payoff, x
from derive.rules import adding, linearity, unfold
from derive.terms import Definition, Equation, Inequality, Letter, Positive, real_symbol

p, f, w = density(x), payoff(x), Letter("w", (OUTCOMES,))(x)
baseline = real_symbol("b")
optimal = Definition("b^*", (), mean(w * f, x, p) / mean(w, x, p), "bare")


def spread(level):
    """What Var of the estimate (f − b) ∇ log p is, but for the square of its mean, which b does not change."""
    return mean(w * (f - level) ** 2, x, p)


@derivation(
    title="The best constant baseline",
    claim=Inequality(spread(optimal()), spread(baseline)),
    assuming=[Positive(density), Positive(w.letter)],
    source="Greensmith, Bartlett & Baxter 2004, JMLR 5:1471-1530, §4; Weaver & Tao 2001, UAI",
    falsehood=Falsehood(
        Inequality(spread(mean(f, x, p)), spread(baseline)),
        "the mean of f is taken to be the best baseline",
        (Positive(density), Positive(w.letter)),
    ),
    world="quiz_bandit",
    defining=[Equation(optimal(), optimal.body)],
)
def optimal_constant_baseline_eq(start):
    excess = (baseline - optimal()) ** 2 * mean(w, x, p)
    moved = spread(baseline) - 2 * (optimal() - baseline) * mean(w * (f - baseline), x, p)
    return (
        start
        .eq(moved + (optimal() - baseline) ** 2 * mean(w, x, p), by=linearity)
        .eq(spread(baseline) - excess, by=[unfold, linearity])
        .le(spread(baseline), by=adding(excess))
    )  # fmt: skip
