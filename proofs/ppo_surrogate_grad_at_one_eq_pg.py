"""∇E_μ[π_θ/μ · A] = E_μ[A ∇ log π_θ] where π_θ = μ: at ratio one the surrogate has the policy gradient."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, bandit_policy, grad, mean
from derive.rules import at_old, expectation, linearity, log_derivative
from derive.terms import ACTIONS, Coincide, Equation, Letter, Log, Positive, SumOver

old = Letter("mu", (ACTIONS,), pmf=True)
p, q, advantage = bandit_policy(a), old(a), Letter("A", (ACTIONS,))(a)
surrogate = mean(p / q * advantage, a, q)
gradient = mean(advantage * grad(Log(p)), a, q)


@derivation(
    title="The surrogate's gradient at ratio one",
    claim=Equation(grad(surrogate), gradient),
    assuming=[Positive(bandit_policy), Positive(old), Coincide(bandit_policy, old)],
    source="Schulman et al. 2017, arXiv 1707.06347, §3; Kakade & Langford 2002",
    falsehood=Falsehood(
        Equation(grad(surrogate), gradient),
        "the two gradients are taken to agree at every parameter, not only at the old one",
        (Positive(bandit_policy), Positive(old)),
    ),
    world="quiz_bandit",
)
def ppo_surrogate_grad_at_one_eq_pg(start):
    return (
        start
        .eq(grad(SumOver(p * advantage, a)), by=expectation)
        .eq(SumOver(grad(p) * advantage, a), by=linearity)
        .eq(SumOver(p * advantage * grad(Log(p)), a), by=log_derivative)
        .eq(SumOver(q * advantage * grad(Log(p)), a), by=at_old)
        .eq(gradient, by=expectation)
    )  # fmt: skip
