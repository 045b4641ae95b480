"""E[∏_{i<K} (m − i)] = q^K ∏_{i<K} (M + K − i) for the number m of failures, of chance q, among M + K samples."""

from derive.catalogue import Falsehood, derivation
from derive.rules import (
    count,
    draw_sample,
    empty,
    enumerate_cases,
    factor_out,
    fewer_samples,
    independence,
    last_apart,
    linearity,
    one_apart,
    shift,
    split,
    unfold,
    write_out,
)
from derive.terms import AtMost, Draw, Equation, TimeProduct, TimeSum, time_symbol
from proofs.leave_one_out_exchangeable import (
    ANSWERS,
    K,
    answer,
    chance,
    fails,
    failures,
    falling,
    i,
    j,
    leave_one_out_exchangeable,
    over,
)

M = time_symbol("M")
q = chance(0)


@derivation(
    title="Factorial moments of the number of failures",
    claim=Equation(over(falling(failures(1, M + K)), M + K), q**K * falling(M + K)),
    assuming=[AtMost(0, M), AtMost(0, K)],
    source="Johnson, Kemp & Kotz 2005, Univariate Discrete Distributions, §3.2",
    falsehood=Falsehood(
        Equation(over(falling(failures(1, M + K)), M + K), q**K * (M + K) ** K),
        "the samples are drawn again and again: a factorial moment is taken for a power",
    ),
    world="quiz_bandit",
    defining=[Equation(fails(answer), fails.body)],
)
def binomial_factorial_moment_eq(start):
    def base(chain):
        return chain.eq(over(1, M), by=empty).eq(1, by=independence).eq(TimeProduct(M - i, i, 0, -1), by=empty)

    def step(chain, hypothesis):
        size = M + K + 1
        m = failures(1, size)
        others = failures(1, j - 1) + failures(j + 1, size)
        fewer = over(falling(failures(1, M + K)), M + K)
        one = fails(Draw(j, ANSWERS))
        return (
            chain
            .eq(over(m * TimeProduct(m - i, i, 1, K), size), by=[split(1), write_out])
            .eq(over(m * falling(m - 1), size), by=shift(-1))
            .eq(TimeSum(over(one * falling(m - 1), size), j, 1, size), by=linearity)
            .eq(TimeSum(over(one * falling(others + one - 1), size), j, 1, size), by=one_apart(j))
            .eq(TimeSum(q * over(falling(others), size), j, 1, size),
                by=[draw_sample(j), unfold, enumerate_cases, factor_out])
            .eq(
                TimeSum(q * over(falling(others), size), j, 1, size - 1)
                + q * over(falling(failures(1, M + K) + failures(size + 1, size)), size),
                by=last_apart,
            )
            .eq(TimeSum(q * fewer, j, 1, size - 1) + q * over(falling(failures(1, M + K)), size),
                by=[leave_one_out_exchangeable, empty])
            .eq(TimeSum(q * fewer, j, 1, size - 1) + q * fewer, by=fewer_samples(M + K))
            .eq(size * q * fewer, by=count)
            .eq(size * q ** (K + 1) * falling(M + K), by=hypothesis)
            .eq(q ** (K + 1) * size * TimeProduct(size - i, i, 1, K), by=shift(-1))
            .eq(q ** (K + 1) * TimeProduct(size - i, i, 0, K), by=[split(1), write_out])
        )  # fmt: skip

    return start.induction(K, base=base, step=step)
