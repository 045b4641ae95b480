"""E[1 − ∏_j (1 − f(x_j))] = 1 − (1 − p)^K, p = E f: of K samples one passes, f of values 0 and 1."""

from derive.catalogue import Falsehood, derivation
from derive.notation import payoff
from derive.rules import linearity
from derive.terms import AtMost, Equation, TimeSum, time_symbol
from proofs.all_samples_fail_eq_pow import all_samples_fail_eq_pow, failure, failures, over
from proofs.monte_carlo_mean_unbiased import drawn, j

K = time_symbol("K")
rate = TimeSum(payoff(drawn(j)), j, 1, K) / K


@derivation(
    title="Chance that one of K samples passes",
    claim=Equation(over(1 - failures(K), K), 1 - failure**K),
    assuming=[AtMost(0, K)],
    source="Chen et al. 2021, Evaluating large language models trained on code, arXiv 2107.03374",
    falsehood=Falsehood(
        Equation(over(1 - (1 - rate) ** K, K), 1 - failure**K),
        "the rate of the K samples is put into the formula: the mean of a power is taken for the power of the mean",
        (AtMost(1, K),),
    ),
    world="quiz_bandit",
)
def pass_at_k_eq_one_sub_fail_pow(start):
    return (
        start
        .eq(1 - over(failures(K), K), by=linearity)
        .eq(1 - failure**K, by=all_samples_fail_eq_pow)
    )  # fmt: skip
