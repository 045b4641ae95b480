"""E[(1/N) Σ_i A_i ∇log π(a_i)] = E[s] − ε E[s/(s + ε)] for rewards 0 and 1, A_i = (r_i − r̄)/(s + ε), s = √(r̄ (1 − r̄)).

Where no ε is added and 0/0 is taken for 0, that is E[s]: the last mean lies between 0 and 1.
"""

from sympy import sqrt

from derive.catalogue import Falsehood, derivation
from derive.notation import grad
from derive.rules import count, factor_out, linearity, unfold
from derive.terms import AtMost, Definition, Draw, Equation, Log, Positive, Samples, TimeSum
from proofs.binary_score_eq_reward_sub_mean import (
    ANSWERS,
    answer,
    binary_score_eq_reward_sub_mean,
    earns,
    gives,
    sigma,
)
from proofs.grpo_group_advantage_sum_eq_zero import advantage, centred, epsilon, group_variance
from proofs.monte_carlo_mean_unbiased import N, i, j


def earned(index):
    return earns(Draw(index, ANSWERS))


def over_groups(body):
    """E over the N answers of a group."""
    return Samples(body, answer, gives(answer), N)


spread = group_variance(earned)
deviation = Definition("s", (), sqrt(spread), "bare")
s = deviation()
update = TimeSum(advantage(earned, i) * grad(Log(gives(Draw(i, ANSWERS)))), i, 1, N) / N


@derivation(
    title="The expected update of a group of answers",
    claim=Equation(over_groups(update), over_groups(s) - epsilon() * over_groups(s / (s + epsilon()))),
    assuming=[AtMost(1, N), Positive(epsilon)],
    source="Davis & Recht 2025, arXiv 2510.13651; the estimator of Shao et al. 2024, arXiv 2402.03300, §4.1.1",
    falsehood=Falsehood(
        Equation(over_groups(update), sigma * (1 - sigma)),
        "dividing by the deviation is taken to leave the gradient of the success rate as it was",
    ),
    world="quiz_bandit",
    defining=[
        Equation(gives(answer), gives.body),
        Equation(earns(answer), earns.body),
        Equation(s, deviation.body),
    ],
)
def grpo_binary_expected_update_eq(start):
    mean = TimeSum(earned(j), j, 1, N) / N
    scale = N * (sqrt(spread) + epsilon())
    return (
        start
        .eq(over_groups(TimeSum(advantage(earned, i) * (earned(i) - sigma), i, 1, N) / N),
            by=binary_score_eq_reward_sub_mean)
        .eq(over_groups(TimeSum(centred(earned, i) * (earned(i) - sigma), i, 1, N) / scale), by=factor_out)
        .eq(over_groups(TimeSum(centred(earned, i) ** 2 + (mean - sigma) * centred(earned, i), i, 1, N) / scale),
            by="arithmetic")
        .eq(over_groups(TimeSum(centred(earned, i) ** 2, i, 1, N) / scale), by=[linearity, count])
        .eq(over_groups(s**2 / (s + epsilon())), by=unfold)
        .eq(over_groups(s - epsilon() * s / (s + epsilon())), by="arithmetic")
        .eq(over_groups(s) - epsilon() * over_groups(s / (s + epsilon())), by=linearity)
    )  # fmt: skip
