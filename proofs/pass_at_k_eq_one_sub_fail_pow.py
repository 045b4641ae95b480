"""E[1 − ∏_j (1 − f(x_j))] = 1 − (1 − p)^k, p = E f: of k samples one passes, f of values 0 and 1."""

from derive.catalogue import Falsehood, derivation
from derive.notation import k, payoff
from derive.rules import linearity
from derive.terms import AtMost, Equation, TimeSum
from proofs.all_samples_fail_eq_pow import all_samples_fail_eq_pow, failure, failures, over
from proofs.monte_carlo_mean_unbiased import drawn, j

rate = TimeSum(payoff(drawn(j)), j, 1, k) / k


@derivation(
    title="Chance that one of k samples passes",
    claim=Equation(over(1 - failures(k), k), 1 - failure**k),
    assuming=[AtMost(0, k)],
    source="Chen et al. 2021, Evaluating large language models trained on code, arXiv 2107.03374",
    falsehood=Falsehood(
        Equation(over(1 - (1 - rate) ** k, k), 1 - failure**k),
        "the rate of the k samples is put into the formula: the mean of a power is taken for the power of the mean",
        (AtMost(1, k),),
    ),
    world="quiz_bandit",
)
def pass_at_k_eq_one_sub_fail_pow(start):
    return (
        start
        .eq(1 - over(failures(k), k), by=linearity)
        .eq(1 - failure**k, by=all_samples_fail_eq_pow)
    )  # fmt: skip
