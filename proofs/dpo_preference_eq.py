"""σ(κ (r(a) − r(b))) = σ(log π*/ρ (a) − log π*/ρ (b)): preferences of rewards are preferences of the optimal policy."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, bandit_reward, sigmoid
from derive.rules import log_of_product, unfold
from derive.terms import ACTIONS, Equation, Log, Positive, Var
from proofs.dpo_reward_eq_beta_logratio import kappa, optimum
from proofs.grad_k2_expectation_eq_reverse_kl_grad import reference

b = Var("a'", ACTIONS)
preference = sigmoid(kappa * (bandit_reward(a) - bandit_reward(b)))


@derivation(
    title="Preferences without a reward",
    claim=Equation(preference, sigmoid(Log(optimum(a) / reference(a)) - Log(optimum(b) / reference(b)))),
    assuming=[Positive(reference)],
    source="Rafailov et al. 2023, NeurIPS, eq. (6)",
    falsehood=Falsehood(
        Equation(preference, sigmoid(Log(optimum(a)) - Log(optimum(b)))), "the reference policy is forgotten"
    ),
    world="quiz_bandit",
    defining=[Equation(optimum(a), optimum.body)],
)
def dpo_preference_eq(start):
    return start.eq(start.claim.rhs, by=[unfold(optimum), log_of_product])
