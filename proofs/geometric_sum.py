"""(1 − γ) Σ_{k<T} γ^k = 1 − γ^T."""

from derive.catalogue import Falsehood, derivation
from derive.notation import T, gamma, k
from derive.rules import arithmetic, empty, last_apart
from derive.terms import AtMost, Equation, TimeSum


def series(terms):
    return TimeSum(gamma**k, k, 0, terms - 1)


@derivation(
    title="Geometric sum",
    claim=Equation((1 - gamma) * series(T), 1 - gamma**T),
    assuming=[AtMost(0, T)],
    source="Folklore; Euclid, Elements IX.35",
    falsehood=Falsehood(Equation((1 - gamma) * series(T), 1 - gamma ** (T + 1)), "one term too many is counted"),
    world="number_line",
)
def geometric_sum(start):
    return start.induction(
        T,
        base=lambda chain: chain.eq(0, by=empty),
        step=lambda chain, hypothesis: (
            chain
            .eq((1 - gamma) * series(T) + (1 - gamma) * gamma**T, by=last_apart)
            .eq(1 - gamma**T + (1 - gamma) * gamma**T, by=hypothesis)
            .eq(1 - gamma ** (T + 1), by=arithmetic)
        ),
    )  # fmt: skip
