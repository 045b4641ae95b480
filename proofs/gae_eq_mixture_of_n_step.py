"""Â_t = (1−λ) Σ_{m<N} λ^{m-1} Â_t^{(m)} + λ^{N-1} Â_t^{(N)}, N = T − t ≥ 1: a mixture of the n-step estimates."""

from derive.catalogue import Falsehood, derivation
from derive.notation import T, before, gae, gamma, k, lam, t, td_error
from derive.rules import shift, unfold
from derive.terms import AtMost, Equation, TimeSum
from proofs.truncated_gae_eq_mixture_of_n_step import m, mixture, n_step, truncated_gae_eq_mixture_of_n_step

term = (gamma * lam) ** k * td_error(t + k)


@derivation(
    title="The generalised advantage estimate as a mixture",
    claim=Equation(gae(t), mixture(T - t - 1)),
    assuming=[before(t, T)],
    source="Schulman et al. 2016, ICLR, eq. (16), finite form",
    falsehood=Falsehood(
        Equation(gae(t), (1 - lam) * TimeSum(lam ** (m - 1) * n_step(t, m), m, 1, T - t)),
        "the longest estimate gets the weight (1 − λ) λ^{N-1} too, so that the weights do not sum to one",
        (before(t, T), AtMost(0, t)),
    ),
    world="number_line",
    defining=[Equation(gae(t), gae.body), Equation(n_step(t, m), n_step.body), Equation(td_error(t), td_error.body)],
)
def gae_eq_mixture_of_n_step(start):
    return (
        start
        .eq(TimeSum(term, k, 0, T - t - 1), by=[unfold(gae), shift(t)])
        .eq(mixture(T - t - 1), by=truncated_gae_eq_mixture_of_n_step)
    )  # fmt: skip
