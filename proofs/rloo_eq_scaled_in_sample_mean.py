"""r_i − (1/(N−1)) Σ_{j≠i} r_j = (N/(N−1)) (r_i − r̄): leave-one-out is the group's mean, scaled."""

from derive.catalogue import Falsehood, derivation
from derive.rules import one_apart
from derive.terms import AtMost, Equation, TimeSum
from proofs.in_sample_mean_baseline_scale import earned, group_mean
from proofs.monte_carlo_mean_unbiased import N, i, j

others = TimeSum(earned(j), j, 1, i - 1) + TimeSum(earned(j), j, i + 1, N)
left_out = earned(i) - others / (N - 1)


@derivation(
    title="Leave-one-out is the group's mean, scaled",
    claim=Equation(left_out, N / (N - 1) * (earned(i) - group_mean)),
    assuming=[AtMost(1, i), AtMost(i, N), AtMost(2, N)],
    source="Kool et al. 2019, ICLR workshop on deep RL meets structured prediction",
    falsehood=Falsehood(
        Equation(left_out, earned(i) - group_mean), "leaving one out is taken to be the same as the mean"
    ),
    world="quiz_bandit",
)
def rloo_eq_scaled_in_sample_mean(start):
    return start.eq(start.claim.rhs, by=one_apart(i))
