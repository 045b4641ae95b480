"""∇ E_{a ∼ π}[r(a)] = E_{a ∼ π}[r(a) ∇ log π(a)]."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, bandit_policy, bandit_reward, grad, mean
from derive.rules import expectation, linearity
from derive.terms import Equation, Log, Positive, SumOver
from proofs.grad_eq_mul_grad_log import grad_eq_mul_grad_log

p, r = bandit_policy(a), bandit_reward(a)


@derivation(
    title="Single-step policy gradient",
    claim=Equation(grad(mean(r, a, p)), mean(r * grad(Log(p)), a, p)),
    assuming=[Positive(bandit_policy)],
    source="Williams 1992, Machine Learning 8:229-256, theorem 1; Sutton & Barto 2018, §2.8",
    falsehood=Falsehood(
        Equation(grad(mean(r, a, p)), mean(grad(Log(p)), a, p)), "the reward is forgotten, and nothing is left"
    ),
    world="quiz_bandit",
)
def single_step_policy_gradient(start):
    return (
        start
        .eq(grad(SumOver(p * r, a)), by=expectation)
        .eq(SumOver(grad(p) * r, a), by=linearity)
        .eq(SumOver(p * r * grad(Log(p)), a), by=grad_eq_mul_grad_log)
        .eq(mean(r * grad(Log(p)), a, p), by=expectation)
    )  # fmt: skip
