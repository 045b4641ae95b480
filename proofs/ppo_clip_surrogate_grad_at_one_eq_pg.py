"""∇ Σ_a min(π A, clip(π, (1−ε) μ, (1+ε) μ) A) = E_μ[A ∇ log π_θ] where π_θ = μ, ε > 0: at ratio one nothing is clipped.

The sum is E_μ[min(ρ A, clip(ρ, 1−ε, 1+ε) A)], ρ = π_θ/μ, with μ multiplied in.
"""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, bandit_policy, grad
from derive.rules import at_old, expectation, gradient_of_sum, log_derivative
from derive.terms import Coincide, Equation, Log, Positive, SumOver
from proofs.grpo_group_advantage_sum_eq_zero import epsilon
from proofs.ppo_clip_slope_at_old import clipped, ppo_clip_slope_at_old
from proofs.ppo_surrogate_grad_at_one_eq_pg import advantage, gradient, old, p

surrogate = SumOver(clipped, a)


@derivation(
    title="The clipped surrogate's gradient at ratio one",
    claim=Equation(grad(surrogate), gradient),
    assuming=[Positive(bandit_policy), Positive(old), Coincide(bandit_policy, old), Positive(epsilon)],
    source="Schulman et al. 2017, arXiv 1707.06347, §3",
    falsehood=Falsehood(
        Equation(grad(surrogate), gradient),
        "the two gradients are taken to agree at every parameter, not only at the old one",
        (Positive(bandit_policy), Positive(old), Positive(epsilon)),
    ),
    world="quiz_bandit",
)
def ppo_clip_surrogate_grad_at_one_eq_pg(start):
    score = grad(Log(p))
    return (
        start
        .eq(SumOver(grad(clipped), a), by=gradient_of_sum)
        .eq(SumOver(advantage * grad(p), a), by=ppo_clip_slope_at_old)
        .eq(SumOver(p * advantage * score, a), by=log_derivative)
        .eq(SumOver(old(a) * advantage * score, a), by=at_old)
        .eq(gradient, by=expectation)
    )  # fmt: skip
