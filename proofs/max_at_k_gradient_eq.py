"""∇E[M] = E[Σ_i (M − M'_i) ∇log p(x_i)], M the best of N samples and M'_i the best of the others than x_i.

Written level by level: max_j f(x_j) = Σ_v c(v) (1 − ∏_j (1 − [f(x_j) ≥ v])), where v runs over the values of f, and
c(v) is the step up to v. The claim holds for every c(v) and h(v, x) in place of these.
"""

from derive.catalogue import Falsehood, derivation
from derive.notation import OUTCOMES, density, grad, mean, x
from derive.rules import draw_sample, expectation, factor_out, gradient_of_samples, linearity, unfold
from derive.terms import AtMost, Definition, Domain, Equation, Letter, Log, Positive, SumOver, TimeProduct, TimeSum, Var
from proofs.monte_carlo_mean_unbiased import N, drawn, i, j, over_samples
from proofs.score_function_identity import score_function_identity

LEVELS = Domain("V")
v = Var("v", LEVELS)
step, reaches = Letter("c", (LEVELS,)), Letter("h", (LEVELS, OUTCOMES))


def below(first, last):
    """∏_j (1 − h(v, x_j)): one where none of these samples reaches the level."""
    return TimeProduct(1 - reaches(v, drawn(j)), j, first, last)


of_all = Definition("M", (), SumOver(step(v) * (1 - below(1, N)), v), "bare")
of_others = Definition("M'", (i,), SumOver(step(v) * (1 - below(1, i - 1) * below(i + 1, N)), v), "index")
best, best_of_others = of_all(), of_others(i)
score, z = grad(Log(density(drawn(i)))), grad(Log(density(x)))


@derivation(
    title="Gradient of the best of several samples",
    claim=Equation(grad(over_samples(best)), over_samples(TimeSum((best - best_of_others) * score, i, 1, N))),
    assuming=[Positive(density)],
    source="Walder & Karkhanis 2025, Pass@K policy optimization, arXiv 2505.15201",
    falsehood=Falsehood(
        Equation(grad(over_samples(best)), over_samples(TimeSum(best * score, i, 1, N)) / N),
        "the credit is shared out evenly",
        (Positive(density), AtMost(2, N)),
    ),
    world="quiz_bandit",
    defining=[Equation(best, of_all.body), Equation(best_of_others, of_others.body)],
)
def max_at_k_gradient_eq(start):
    return (
        start
        .eq(over_samples(grad(best) + best * TimeSum(score, i, 1, N)), by=gradient_of_samples)
        .eq(TimeSum(over_samples(best * score), i, 1, N), by=linearity)
        .eq(TimeSum(over_samples((best - best_of_others) * score) + over_samples(best_of_others * score), i, 1, N),
            by=linearity)
        .eq(
            TimeSum(
                over_samples((best - best_of_others) * score) + over_samples(best_of_others) * mean(z, x, density(x)),
                i, 1, N,
            ),
            by=[draw_sample(i), factor_out, expectation, unfold(of_others)],
        )
        .eq(over_samples(TimeSum((best - best_of_others) * score, i, 1, N)), by=[score_function_identity, linearity])
    )  # fmt: skip
