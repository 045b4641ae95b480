"""∇E[Σ_t γ^t (r_t + κ H(s_t))] = E[Σ_t γ^t z_t Σ_{k≥t} γ^{k-t} (r_k − κ log π_k)]: the entropy bonus as a reward."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, expect, gamma, given_history, grad, k, pi, policy, reward, score, t
from derive.rules import draw_action, linearity, tower
from derive.terms import AtMost, Equation, Log, Positive, State, SumOver
from proofs.soft_reward_policy_gradient import (
    T,
    gradient,
    kappa,
    locally,
    soft_reward_policy_gradient,
    steps,
    total,
)


def entropy(time):
    """H(s_t) = −Σ_a π(a|s_t) log π(a|s_t)."""
    chance = policy(a, State(time))
    return -SumOver(chance * Log(chance), a)


rewarded = expect(steps(gamma**k * (reward(k) + kappa * entropy(k)), k))


@derivation(
    title="Soft policy gradient",
    claim=Equation(grad(rewarded), gradient),
    assuming=[Positive(policy), AtMost(0, T)],
    source="Levine 2018, arXiv 1805.00909, §4.1; Schulman, Chen & Abbeel 2017, arXiv 1704.06440",
    falsehood=Falsehood(
        Equation(grad(rewarded), expect(steps(gamma**t * score(t) * locally))),
        "the entropy of each step is differentiated, but not how often its state is met",
    ),
    world="number_line",
)
def soft_policy_gradient(start):
    surprise = expect(given_history(Log(pi(k)), k))
    return (
        start
        .eq(grad(steps(gamma**k * (expect(reward(k)) - kappa * surprise), k)), by=[linearity, draw_action, linearity])
        .eq(grad(expect(total)), by=[linearity, tower(2 * k)])
        .eq(gradient, by=soft_reward_policy_gradient)
    )  # fmt: skip
