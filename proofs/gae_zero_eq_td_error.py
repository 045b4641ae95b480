"""Â_t = δ_t for λ = 0: of Σ_k ∏_{t<j≤k} γλ · δ_k only the first term is left."""

from sympy import Integer

from derive.catalogue import Falsehood, derivation
from derive.notation import T, before, k, return_to_go, t, td_error
from derive.rules import last_apart, linearity, split, unfold, write_out
from derive.terms import AtMost, Definition, Equation, TimeProduct, TimeSum
from proofs.monte_carlo_mean_unbiased import j
from proofs.td_error_telescopes import v

weight = TimeProduct(Integer(0), j, t + 1, k)  # (γλ)^(k-t) at λ = 0, which is 1 for k = t
estimate = Definition("A^0", (t,), TimeSum(weight * td_error(k), k, t, T - 1), "index")


@derivation(
    title="The advantage estimate for λ = 0",
    claim=Equation(estimate(t), td_error(t)),
    assuming=[before(t, T)],
    source="Schulman et al. 2016, ICLR, eq. (17)",
    falsehood=Falsehood(
        Equation(estimate(t), return_to_go(t) - v(t)),
        "λ = 0 is taken to give the return minus the value, as λ = 1 does",
        (AtMost(0, t), before(t, T)),
    ),
    world="number_line",
    defining=[Equation(estimate(t), estimate.body), Equation(td_error(t), td_error.body)],
)
def gae_zero_eq_td_error(start):
    later = TimeSum(weight * td_error(k), k, t + 1, T - 1)
    return (
        start
        .eq(TimeSum(weight * td_error(k), k, t, t) + later, by=[unfold(estimate), split(t + 1)])
        .eq(td_error(t) + later, by=write_out)
        .eq(td_error(t), by=[last_apart, linearity])
    )  # fmt: skip
