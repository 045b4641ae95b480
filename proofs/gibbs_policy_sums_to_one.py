"""Σ_a π*(a) = 1 for π* = ρ e^{κ r} / Z, Z = Σ_b ρ(b) e^{κ r(b)}: the KL-regularised optimum is a policy."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, bandit_reward
from derive.rules import factor_out, unfold
from derive.terms import Equation, Exp, Positive, SumOver
from proofs.dpo_reward_eq_beta_logratio import kappa, optimum
from proofs.grad_k2_expectation_eq_reverse_kl_grad import reference

total = SumOver(optimum(a), a)


@derivation(
    title="The Gibbs policy sums to one",
    claim=Equation(total, 1),
    assuming=[Positive(reference)],
    source="Rafailov et al. 2023, NeurIPS, eq. (4)",
    falsehood=Falsehood(
        Equation(SumOver(reference(a) * Exp(kappa * bandit_reward(a)), a), 1), "the normaliser is forgotten"
    ),
    world="quiz_bandit",
    defining=[Equation(optimum(a), optimum.body)],
)
def gibbs_policy_sums_to_one(start):
    return start.eq(1, by=[unfold, factor_out])
