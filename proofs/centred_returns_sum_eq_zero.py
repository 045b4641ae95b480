"""Σ_t (G_t − Ḡ)/(s + ε) = 0, Ḡ and s the mean and the standard deviation of the returns of one episode."""

from sympy import sqrt

from derive.catalogue import Falsehood, derivation
from derive.notation import T, k, return_to_go, t
from derive.rules import count, factor_out, linearity
from derive.terms import AtMost, Equation, Positive, TimeSum
from proofs.grpo_group_advantage_sum_eq_zero import epsilon

total = TimeSum(return_to_go(k), k, 0, T - 1)
centred = return_to_go(t) - total / T
deviation = sqrt(TimeSum(centred**2, t, 0, T - 1) / T)


def summed(body):
    return TimeSum(body / (deviation + epsilon()), t, 0, T - 1)


@derivation(
    title="Normalised returns sum to zero",
    claim=Equation(summed(centred), 0),
    assuming=[AtMost(1, T), Positive(epsilon)],
    source="Folklore (deviations from a mean)",
    falsehood=Falsehood(
        Equation(summed(return_to_go(t) - total / (T + 1)), 0), "the mean is taken over one return too many"
    ),
    world="number_line",
)
def centred_returns_sum_eq_zero(start):
    return (
        start
        .eq(TimeSum(centred, t, 0, T - 1) / (deviation + epsilon()), by=factor_out)
        .eq(0, by=[linearity, count])
    )  # fmt: skip
