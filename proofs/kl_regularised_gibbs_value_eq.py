"""E_{π*}[κ r] − KL(π*‖ρ) = log Z for π* = ρ e^{κ r} / Z: the value of the KL-regularised optimum."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, bandit_reward
from derive.rules import factor_out, log_of_product, unfold
from derive.terms import Equation, Log, Positive, SumOver
from proofs.dpo_reward_eq_beta_logratio import kappa, normaliser, optimum
from proofs.gibbs_policy_sums_to_one import gibbs_policy_sums_to_one, total
from proofs.grad_k2_expectation_eq_reverse_kl_grad import reference

best = SumOver(optimum(a) * (kappa * bandit_reward(a) - Log(optimum(a)) + Log(reference(a))), a)


@derivation(
    title="The value of the KL-regularised optimum",
    claim=Equation(best, Log(normaliser)),
    assuming=[Positive(reference)],
    source="Ziegler et al. 2019, arXiv 1909.08593, §2; Rafailov et al. 2023, NeurIPS, appendix A.1",
    falsehood=Falsehood(
        Equation(SumOver(optimum(a) * kappa * bandit_reward(a), a), Log(normaliser)),
        "the divergence from the reference is forgotten",
    ),
    world="quiz_bandit",
    defining=[Equation(optimum(a), optimum.body)],
)
def kl_regularised_gibbs_value_eq(start):
    return (
        start
        .eq(total * Log(normaliser), by=[unfold, log_of_product, factor_out])
        .eq(Log(normaliser), by=gibbs_policy_sums_to_one)
    )  # fmt: skip
