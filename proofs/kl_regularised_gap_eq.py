"""E_π[κ r] − KL(π‖ρ) = log Z − KL(π‖π*), π* = ρ e^{κ r} / Z: how far any policy stays below the optimum."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, bandit_policy, bandit_reward, mean
from derive.rules import linearity, log_of_product, unfold
from derive.terms import Equation, Log, Positive
from proofs.dpo_reward_eq_beta_logratio import kappa, normaliser, optimum
from proofs.grad_k2_expectation_eq_reverse_kl_grad import reference

p = bandit_policy(a)
regularised = mean(kappa * bandit_reward(a) - Log(p) + Log(reference(a)), a, p)
below = mean(Log(p) - Log(optimum(a)), a, p)


@derivation(
    title="What a policy loses to the KL-regularised optimum",
    claim=Equation(regularised, Log(normaliser) - below),
    assuming=[Positive(bandit_policy), Positive(reference)],
    source="Rafailov et al. 2023, NeurIPS, appendix A.1; Ziegler et al. 2019, arXiv 1909.08593",
    falsehood=Falsehood(Equation(regularised, Log(normaliser)), "every policy is taken to be optimal"),
    world="quiz_bandit",
    defining=[Equation(optimum(a), optimum.body)],
)
def kl_regularised_gap_eq(start):
    return start.eq(Log(normaliser) - below, by=[unfold, log_of_product, linearity])
