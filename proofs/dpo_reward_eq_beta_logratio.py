"""log π*(a)/ρ(a) + log Z = κ r(a) for π* = ρ e^{κ r} / Z: the optimal policy gives its reward back."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, bandit_reward
from derive.rules import log_of_product, unfold
from derive.terms import ACTIONS, Definition, Equation, Exp, Log, Positive, SumOver, Var, real_symbol
from proofs.grad_k2_expectation_eq_reverse_kl_grad import reference

kappa, b = real_symbol("kappa"), Var("b", ACTIONS)
normaliser = SumOver(reference(b) * Exp(kappa * bandit_reward(b)), b)
optimum = Definition("pi_star", (a,), reference(a) * Exp(kappa * bandit_reward(a)) / normaliser, "given")


@derivation(
    title="The reward is a log-ratio",
    claim=Equation(Log(optimum(a)) - Log(reference(a)) + Log(normaliser), kappa * bandit_reward(a)),
    assuming=[Positive(reference)],
    source="Rafailov et al. 2023, NeurIPS, eq. (5)",
    falsehood=Falsehood(
        Equation(Log(optimum(a)) + Log(normaliser), kappa * bandit_reward(a)), "the reference policy is forgotten"
    ),
    world="quiz_bandit",
    defining=[Equation(optimum(a), optimum.body)],
)
def dpo_reward_eq_beta_logratio(start):
    return start.eq(kappa * bandit_reward(a), by=[unfold, log_of_product])
