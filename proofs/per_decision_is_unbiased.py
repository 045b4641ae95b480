"""E_μ[Σ_t γ^t ∏_{k≤t} π(a_k|s_k)/μ(a_k|s_k) · r_t] = J(θ): each reward is weighted with the ratios of its past only."""

from derive.catalogue import Falsehood, derivation
from derive.notation import T, expect, gamma, k, objective, other_policy, other_process, pi, reward, t
from derive.rules import linearity, unfold
from derive.terms import Action, Equation, Expectation, Positive, State, TimeSum
from proofs.per_decision_reward_unbiased import along, mu, per_decision_reward_unbiased
from proofs.trajectory_importance_sampling import R


def credited(ratios):
    return Expectation(TimeSum(gamma**t * ratios * reward(t), t, 0, T - 1), other_process)


@derivation(
    title="Per-decision importance sampling is unbiased",
    claim=Equation(credited(along(pi(k) / mu)), objective()),
    assuming=[Positive(other_policy)],
    source="Precup, Sutton & Singh 2000, ICML, theorem 1",
    falsehood=Falsehood(
        Equation(credited(pi(t) / other_policy(Action(t), State(t))), objective()),
        "only the ratio of the present action is kept",
    ),
    world="number_line",
    defining=[Equation(objective(), expect(R)), Equation(R, R.definition.body)],
)
def per_decision_is_unbiased(start):
    return (
        start
        .eq(TimeSum(gamma**t * Expectation(along(pi(k) / mu) * reward(t), other_process), t, 0, T - 1), by=linearity)
        .eq(TimeSum(gamma**t * expect(reward(t)), t, 0, T - 1), by=per_decision_reward_unbiased)
        .eq(objective(), by=[unfold, linearity])
    )  # fmt: skip
