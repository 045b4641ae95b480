"""E_π[κ r] − KL(π‖ρ) ≤ E_{π*}[κ r] − KL(π*‖ρ) − Σ_a (π − π*)²/(2 (π + π*)), π* = ρ e^{κ r} / Z: π* alone is best."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, bandit_policy, mean
from derive.rules import expectation, linearity, log_at_most, log_of_product, normalised, unfold
from derive.terms import Definition, Equation, Inequality, Log, Positive, SumOver
from proofs.dpo_reward_eq_beta_logratio import normaliser, optimum
from proofs.gibbs_policy_sums_to_one import gibbs_policy_sums_to_one, total
from proofs.grad_k2_expectation_eq_reverse_kl_grad import reference
from proofs.kl_regularised_gap_eq import kl_regularised_gap_eq, p, regularised
from proofs.kl_regularised_gibbs_value_eq import best, kl_regularised_gibbs_value_eq

middle = Definition("m", (a,), (p + optimum(a)) / 2, "given")
apart = SumOver((p - optimum(a)) ** 2 / (2 * (p + optimum(a))), a)


@derivation(
    title="The KL-regularised optimum",
    claim=Inequality(regularised, best - apart),
    assuming=[Positive(bandit_policy), Positive(reference)],
    source="Ziegler et al. 2019, arXiv 1909.08593, §2; Rafailov et al. 2023, NeurIPS, appendix A.1",
    falsehood=Falsehood(Inequality(best, regularised), "every policy is taken to reach the optimum"),
    world="quiz_bandit",
    defining=[Equation(optimum(a), optimum.body), Equation(middle(a), middle.body)],
)
def kl_regularised_optimum_eq_gibbs(start):
    to_middle, from_middle = middle(a) / p, optimum(a) / middle(a)
    return (
        start
        .eq(Log(normaliser) + mean(Log(to_middle), a, p) + mean(Log(from_middle), a, p),
            by=[kl_regularised_gap_eq, log_of_product, linearity])
        .le(Log(normaliser) + mean(to_middle - 1, a, p) + mean(Log(from_middle), a, p), by=log_at_most)
        .le(Log(normaliser) + mean(to_middle - 1, a, p) + mean(from_middle - 1, a, p), by=log_at_most)
        .eq(Log(normaliser) + total - 1 - SumOver((p + optimum(a)) / 2 - p * from_middle, a),
            by=[expectation, unfold(middle), linearity, normalised])
        .eq(best - SumOver((p + optimum(a)) / 2 - p * from_middle, a),
            by=[gibbs_policy_sums_to_one, kl_regularised_gibbs_value_eq])
        .eq(best - apart, by=unfold(middle))
    )  # fmt: skip
