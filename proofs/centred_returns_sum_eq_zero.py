"""Σ_t (G_t − Ḡ) = 0, Ḡ the mean return of the episode: centred returns always sum to zero."""

from derive.catalogue import Falsehood, derivation
from derive.notation import T, k, return_to_go, t
from derive.rules import count, linearity
from derive.terms import AtMost, Equation, TimeSum

total = TimeSum(return_to_go(k), k, 0, T - 1)


@derivation(
    title="Centred returns sum to zero",
    claim=Equation(TimeSum(return_to_go(t) - total / T, t, 0, T - 1), 0),
    assuming=[AtMost(1, T)],
    source="Folklore (deviations from a mean)",
    falsehood=Falsehood(
        Equation(TimeSum(return_to_go(t) - total / (T + 1), t, 0, T - 1), 0),
        "the mean is taken over one return too many",
    ),
    world="number_line",
)
def centred_returns_sum_eq_zero(start):
    return start.eq(0, by=[linearity, count])
