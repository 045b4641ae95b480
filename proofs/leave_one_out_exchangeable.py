"""E[∏_{i<K} (m − g_j − i)] over N samples is E[∏_{i<K} (m − i)] over N − 1, m the sum of the g: any may be left out."""

from derive.catalogue import Falsehood, derivation
from derive.notation import theta
from derive.rules import draw_sample, fewer_samples, last_apart, one_apart
from derive.terms import AtMost, Cases, Definition, Draw, Equation, Letter, Samples, TimeProduct, TimeSum, time_symbol
from proofs.binary_score_eq_reward_sub_mean import ANSWERS, answer
from proofs.monte_carlo_mean_unbiased import N, i, j
from proofs.pass_at_k_eq_one_sub_fail_pow import K

l = time_symbol("l")  # noqa: E741
chance = Letter("p", (ANSWERS,), pmf=True, parameter=theta)


fails = Definition("g", (answer,), Cases(answer, 1, 0, 1))  # one for a wrong answer, 0; zero for a right one, 1


def failures(first, last):
    """How many of the samples x_first … x_last fail."""
    return TimeSum(fails(Draw(l, ANSWERS)), l, first, last)


def falling(count):
    """count (count − 1) … (count − K + 1)."""
    return TimeProduct(count - i, i, 0, K - 1)


def over(body, count):
    """E over independent answers."""
    return Samples(body, answer, chance(answer), count)


others = failures(1, j - 1) + failures(j + 1, N)


@derivation(
    title="Which sample is left out does not matter",
    claim=Equation(over(falling(others), N), over(falling(failures(1, N - 1)), N - 1)),
    assuming=[AtMost(1, j), AtMost(j, N - 1)],
    source="Exchangeability of independent samples",
    falsehood=Falsehood(
        Equation(over(falling(others), N), over(falling(failures(1, N)), N)),
        "no sample is left out",
        (AtMost(1, j), AtMost(j, N - 1), AtMost(1, K)),
    ),
    world="quiz_bandit",
    defining=[Equation(fails(answer), fails.body)],
)
def leave_one_out_exchangeable(start):
    rest = failures(1, j - 1) + failures(j + 1, N - 1)
    return (
        start
        .eq(over(falling(rest + fails(Draw(N, ANSWERS))), N), by=last_apart)
        .eq(over(falling(rest + fails(Draw(j, ANSWERS))), N), by=draw_sample)
        .eq(over(falling(failures(1, N - 1)), N), by=one_apart(j))
        .eq(over(falling(failures(1, N - 1)), N - 1), by=fewer_samples(N - 1))
    )  # fmt: skip
