"""(1/N) Σ_i (r_i − r̄)² = r̄ (1 − r̄) for rewards 0 and 1."""

from derive.catalogue import Falsehood, derivation
from derive.rules import count, distinguish, linearity, square_of_sum, unfold
from derive.terms import AtMost, Draw, Equation, TimeSum
from proofs.binary_score_eq_reward_sub_mean import ANSWERS, answer, earns
from proofs.grpo_binary_expected_update_eq import earned
from proofs.grpo_group_advantage_sum_eq_zero import group_variance
from proofs.monte_carlo_mean_unbiased import N, i

rate = TimeSum(earned(i), i, 1, N) / N


@derivation(
    title="Variance of a group of binary rewards",
    claim=Equation(group_variance(earned), rate * (1 - rate)),
    assuming=[AtMost(1, N)],
    source="Folklore (the variance of a Bernoulli variable)",
    falsehood=Falsehood(
        Equation(group_variance(earned), N / (N - 1) * rate * (1 - rate)), "the deviations are divided by N − 1"
    ),
    world="quiz_bandit",
    defining=[Equation(earns(answer), earns.body)],
)
def binary_group_variance_eq(start):
    return (
        start
        .eq(TimeSum(earned(i) ** 2, i, 1, N) / N - rate**2, by=[linearity, square_of_sum, linearity, count])
        .eq(rate - rate**2, by=[unfold, distinguish(Draw(i, ANSWERS), 1)])
        .eq(rate * (1 - rate), by="arithmetic")
    )  # fmt: skip
