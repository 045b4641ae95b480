"""max_a E_{x ∼ p}[X(a, x)] ≤ E_{x ∼ p}[max_a X(a, x)]: the greatest of unbiased estimates is too high on average."""

from derive.catalogue import Falsehood, derivation
from derive.notation import OUTCOMES, a, b, density, mean, x
from derive.rules import below_maximum, constant_maximum
from derive.terms import ACTIONS, Inequality, Letter, Maximum

estimate = Letter("X", (ACTIONS, OUTCOMES))
p = density(x)
greatest = Maximum(estimate(b, x), b)


@derivation(
    title="The greatest estimate is biased upwards",
    claim=Inequality(Maximum(mean(estimate(a, x), x, p), a), mean(greatest, x, p)),
    source="van Hasselt 2010, NeurIPS 23, §2",
    falsehood=Falsehood(
        Inequality(mean(greatest, x, p), Maximum(mean(estimate(a, x), x, p), a)),
        "the greatest of unbiased estimates is taken to be unbiased",
    ),
    world="quiz_bandit",
)
def max_of_unbiased_overestimates(start):
    return (
        start
        .le(Maximum(mean(greatest, x, p), a), by=below_maximum(greatest, a))
        .eq(mean(greatest, x, p), by=constant_maximum)
    )  # fmt: skip
