"""Â_t = G_t + γ^{T-t} v_T(s_T) − v_t(s_t) for λ = 1."""

from sympy import Integer

from derive.binding import substitute
from derive.catalogue import Falsehood, derivation
from derive.notation import T, gae, gamma, k, lam, return_to_go, t, td_error
from derive.rules import unfold
from derive.terms import AtMost, Definition, Equation, TimeSum
from proofs.td_error_telescopes import td_error_telescopes, v

estimate = Definition("A^1", (t,), substitute(gae.body, {lam: Integer(1)}), "index")


@derivation(
    title="The advantage estimate for λ = 1",
    claim=Equation(estimate(t), return_to_go(t) + gamma ** (T - t) * v(T) - v(t)),
    assuming=[AtMost(t, T)],
    source="Schulman et al. 2016, ICLR, eq. (18)",
    falsehood=Falsehood(
        Equation(estimate(t), return_to_go(t) - v(t)),
        "the value of the last state is dropped though nothing ended there",
    ),
    world="number_line",
    defining=[
        Equation(estimate(t), estimate.body),
        Equation(td_error(t), td_error.body),
        Equation(return_to_go(t), return_to_go.body),
    ],
)
def gae_one_eq_return_sub_value(start):
    return (
        start
        .eq(TimeSum(gamma ** (k - t) * td_error(k), k, t, T - 1), by=unfold(estimate))
        .eq(return_to_go(t) + gamma ** (T - t) * v(T) - v(t), by=td_error_telescopes)
    )  # fmt: skip
