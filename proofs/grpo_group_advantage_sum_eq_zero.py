"""Σ_i (r_i − r̄)/(s + ε) = 0, s the group's standard deviation: advantages within a group sum to zero."""

from sympy import sqrt

from derive.catalogue import Falsehood, derivation
from derive.rules import count, factor_out, linearity
from derive.terms import AtMost, Equation, Letter, Positive, TimeSum
from proofs.in_sample_mean_baseline_scale import earned
from proofs.monte_carlo_mean_unbiased import N, i, j

epsilon = Letter("epsilon", ())


def centred(reward, index):
    """r_i − r̄, for the reward of a sample."""
    return reward(index) - TimeSum(reward(j), j, 1, N) / N


def group_variance(reward):
    """The mean square deviation in the group, divided by N."""
    return TimeSum(centred(reward, i) ** 2, i, 1, N) / N


def advantage(reward, index):
    """(r_i − r̄)/(s + ε)."""
    return centred(reward, index) / (sqrt(group_variance(reward)) + epsilon())


@derivation(
    title="Group advantages sum to zero",
    claim=Equation(TimeSum(advantage(earned, i), i, 1, N), 0),
    assuming=[AtMost(1, N), Positive(epsilon)],
    source="Shao et al. 2024, DeepSeekMath, arXiv 2402.03300, §4.1.1",
    falsehood=Falsehood(
        Equation(TimeSum(advantage(earned, i) ** 2, i, 1, N), N),
        "their mean square is taken to be one, whatever ε is",
    ),
    world="quiz_bandit",
)
def grpo_group_advantage_sum_eq_zero(start):
    deviation = sqrt(group_variance(earned))
    return (
        start
        .eq(TimeSum(centred(earned, i), i, 1, N) / (deviation + epsilon()), by=factor_out)
        .eq(0, by=[linearity, count])
    )  # fmt: skip
