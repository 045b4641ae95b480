"""Â_t = δ_t + γλ Â_{t+1}, for 0 ≤ t < T.

Conversely, td_error_telescopes with γλ for γ and δ for r: what obeys the recursion and is zero at T is the estimate.
"""

from derive.catalogue import Falsehood, derivation
from derive.notation import T, before, gae, gamma, k, lam, t, td_error
from derive.rules import linearity, split, unfold, write_out
from derive.terms import AtMost, Equation, TimeSum


@derivation(
    title="Recursion of the generalised advantage estimate",
    claim=Equation(gae(t), td_error(t) + gamma * lam * gae(t + 1)),
    assuming=[before(t, T)],
    source="Schulman et al. 2016, ICLR, eq. (16)",
    falsehood=Falsehood(
        Equation(gae(t), td_error(t) + lam * gae(t + 1)), "the discount is forgotten", (AtMost(0, t), before(t, T))
    ),
    world="number_line",
    defining=[Equation(gae(t), gae.body), Equation(td_error(t), td_error.body)],
)
def gae_recursion(start):
    term = (gamma * lam) ** (k - t) * td_error(k)
    return (
        start
        .eq(TimeSum(term, k, t, T - 1), by=unfold(gae))
        .eq(TimeSum(term, k, t, t) + TimeSum(term, k, t + 1, T - 1), by=split(t + 1))
        .eq(td_error(t) + TimeSum(term, k, t + 1, T - 1), by=write_out)
        .eq(td_error(t) + gamma * lam * gae(t + 1), by=[unfold(gae), linearity])
    )  # fmt: skip
