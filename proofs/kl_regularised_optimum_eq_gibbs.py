"""E_π[κ r] − KL(π‖ρ) ≤ log Z for every policy π; π* = ρ e^{κ r} / Z loses nothing and reaches it."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, bandit_policy, mean
from derive.rules import expectation, factor_out, linearity, log_at_most, log_of_product, normalised, unfold
from derive.terms import Inequality, Log, Positive
from proofs.dpo_reward_eq_beta_logratio import normaliser, optimum
from proofs.grad_k2_expectation_eq_reverse_kl_grad import reference
from proofs.kl_regularised_gap_eq import kl_regularised_gap_eq, p, regularised


@derivation(
    title="The KL-regularised optimum",
    claim=Inequality(regularised, Log(normaliser)),
    assuming=[Positive(bandit_policy), Positive(reference)],
    source="Ziegler et al. 2019, arXiv 1909.08593, §2; Rafailov et al. 2023, NeurIPS, appendix A.1",
    falsehood=Falsehood(Inequality(Log(normaliser), regularised), "every policy is taken to reach the optimum"),
    world="quiz_bandit",
)
def kl_regularised_optimum_eq_gibbs(start):
    return (
        start
        .eq(Log(normaliser) + mean(Log(optimum(a) / p), a, p), by=[kl_regularised_gap_eq, log_of_product, linearity])
        .le(Log(normaliser) + mean(optimum(a) / p - 1, a, p), by=log_at_most)
        .eq(Log(normaliser), by=[expectation, unfold, linearity, factor_out, normalised])
    )  # fmt: skip
