"""E[1 − C(m,K)/C(N,K)] = 1 − (1 − p)^K for the number m of failures among N samples, K ≤ N: pass@K without bias.

C(m,K)/C(N,K) = ∏_{i<K} (m − i)/(N − i) is the share of the K-element subsets of the samples that hold failures only.
"""

from derive.catalogue import Falsehood, derivation
from derive.rules import enumerate_cases, linearity, normalised, separate
from derive.terms import AtMost, Equation, SumOver, TimeProduct
from proofs.binomial_factorial_moment_eq import binomial_factorial_moment_eq, q
from proofs.leave_one_out_exchangeable import K, answer, chance, fails, failures, falling, i, over
from proofs.monte_carlo_mean_unbiased import N

m = failures(1, N)
estimate = 1 - TimeProduct((m - i) / (N - i), i, 0, K - 1)
passes = 1 - (1 - chance(1)) ** K


@derivation(
    title="The estimator of pass@k is unbiased",
    claim=Equation(over(estimate, N), passes),
    assuming=[AtMost(0, K), AtMost(K, N)],
    source="Chen et al. 2021, Evaluating large language models trained on code, arXiv 2107.03374, appendix A",
    falsehood=Falsehood(
        Equation(over(1 - (m / N) ** K, N), passes),
        "the rate of failures is put into the formula: the mean of a power is taken for the power of the mean",
        (AtMost(1, K), AtMost(K, N)),
    ),
    world="quiz_bandit",
    defining=[Equation(fails(answer), fails.body)],
)
def pass_at_k_estimator_unbiased(start):
    return (
        start
        .eq(1 - over(falling(m), N) / falling(N), by=[separate, linearity])
        .eq(1 - q**K, by=binomial_factorial_moment_eq)
        .eq(1 - (SumOver(chance(answer), answer) - chance(1)) ** K, by=enumerate_cases)
        .eq(passes, by=normalised)
    )  # fmt: skip
