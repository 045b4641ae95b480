"""E[(1/N) Σ_i (r_i − (1/(N−1)) Σ_{j≠i} r_j) ∇log π(a_i)] = ∇J: leave-one-out is unbiased for N ≥ 2."""

from derive.catalogue import Falsehood, derivation
from derive.notation import bandit_policy, grad
from derive.rules import linearity
from derive.terms import AtMost, Equation, Positive
from proofs.in_sample_mean_baseline_scale import (
    earned,
    group_mean,
    in_sample_mean_baseline_scale,
    objective,
    over_groups,
    score,
)
from proofs.monte_carlo_mean_unbiased import N, batch_mean, i
from proofs.rloo_eq_scaled_in_sample_mean import left_out, rloo_eq_scaled_in_sample_mean

centred = earned(i) - group_mean


def estimate(baselined):
    return over_groups(batch_mean(lambda i: baselined * score(i)))


@derivation(
    title="Leave-one-out is unbiased",
    claim=Equation(estimate(left_out), grad(objective)),
    assuming=[Positive(bandit_policy), AtMost(2, N)],
    source="Kool et al. 2019; Ahmadian et al. 2024, Back to basics, ACL, §3.3",
    falsehood=Falsehood(Equation(estimate(centred), grad(objective)), "the baseline includes the sample itself"),
    world="quiz_bandit",
)
def rloo_unbiased(start):
    return (
        start
        .eq(estimate(N / (N - 1) * centred), by=rloo_eq_scaled_in_sample_mean)
        .eq(N / (N - 1) * estimate(centred), by=linearity)
        .eq(grad(objective), by=in_sample_mean_baseline_scale)
    )  # fmt: skip
