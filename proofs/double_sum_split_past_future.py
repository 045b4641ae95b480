"""Σ_t Σ_k x_k y_t = Σ_t (Σ_{k<t} x_k) y_t + Σ_t (Σ_{k≥t} x_k) y_t."""

from derive.catalogue import Falsehood, derivation
from derive.notation import T, k, t
from derive.rules import linearity, split
from derive.terms import Equation, TimeSum
from proofs.sum_mul_sum_eq_double_sum import x, y


def double(lower, upper):
    return TimeSum(TimeSum(x(k), k, lower, upper) * y(t), t, 0, T - 1)


whole = TimeSum(TimeSum(x(k) * y(t), k, 0, T - 1), t, 0, T - 1)


@derivation(
    title="A double sum split at the present",
    claim=Equation(whole, double(0, t - 1) + double(t, T - 1)),
    source="Folklore (partition of a range)",
    falsehood=Falsehood(Equation(whole, double(0, t - 1) + double(t + 1, T - 1)), "the diagonal k = t is lost"),
    world="number_line",
)
def double_sum_split_past_future(start):
    return start.eq(start.claim.rhs, by=[split(t), linearity])
