"""E[Σ_j r_j ∇log p(x_j)] = ∇(1 − (1 − p)^K), r_j = K/N for a pass, K/N (1 − C(m−1,K−1)/C(N−1,K−1)) for a failure.

r_j is the share of the K-element subsets that hold x_j and a pass; m − 1 of the other samples fail where x_j does.
"""

from derive.catalogue import Falsehood, derivation
from derive.notation import grad
from derive.rules import (
    chain_rule,
    constant,
    count,
    draw_sample,
    empty,
    enumerate_cases,
    fewer_samples,
    last_apart,
    linearity,
    log_derivative,
    normalised,
    separate,
    unfold,
)
from derive.terms import AtMost, Draw, Equation, Log, Positive, SumOver, TimeProduct, TimeSum
from proofs.binomial_factorial_moment_eq import binomial_factorial_moment_eq, q
from proofs.leave_one_out_exchangeable import (
    ANSWERS,
    K,
    answer,
    chance,
    fails,
    failures,
    i,
    j,
    leave_one_out_exchangeable,
    over,
)
from proofs.monte_carlo_mean_unbiased import N
from proofs.pass_at_k_estimator_unbiased import passes

others = failures(1, j - 1) + failures(j + 1, N)
share = TimeProduct((others - i) / (N - 1 - i), i, 0, K - 2)
weight = K / N * (1 - fails(Draw(j, ANSWERS)) * share)
score = grad(Log(chance(Draw(j, ANSWERS))))


@derivation(
    title="The gradient of pass@k from more than k samples",
    claim=Equation(over(TimeSum(weight * score, j, 1, N), N), grad(passes)),
    assuming=[AtMost(1, K), AtMost(K, N), Positive(chance)],
    source="Walder & Karkhanis 2025, Pass@K policy optimization, arXiv 2505.15201",
    falsehood=Falsehood(
        Equation(over(TimeSum((1 - fails(Draw(j, ANSWERS))) * score, j, 1, N) / N, N), grad(passes)),
        "each pass is rewarded by itself, as for pass@1",
        (AtMost(2, K), AtMost(K, N), Positive(chance)),
    ),
    world="quiz_bandit",
    defining=[Equation(fails(answer), fails.body)],
)
def pass_at_k_gradient_estimator_unbiased(start):
    def falling(x):
        return TimeProduct(x - i, i, 0, K - 2)

    def each(body, last=N):
        return TimeSum(K / N * body, j, 1, last)

    slopes, slope = grad(chance(0)) + grad(chance(1)), grad(q) / falling(N - 1)
    total, fewer = SumOver(chance(answer), answer), over(falling(failures(1, N - 1)), N - 1)
    none_after = failures(1, N - 1) + failures(N + 1, N)
    bad = fails(Draw(j, ANSWERS)) * falling(others) * score
    return (
        start
        .eq(each(over(score, N) - over(bad, N) / falling(N - 1)), by=[separate, linearity])
        .eq(each(slopes - grad(q) * over(falling(others), N) / falling(N - 1)),
            by=[draw_sample(j), unfold, log_derivative, enumerate_cases, linearity])
        .eq(each(grad(total) - slope * over(falling(others), N)), by=[enumerate_cases, linearity])
        .eq(each(-slope * over(falling(others), N)), by=[normalised, constant])
        .eq(each(-slope * over(falling(others), N), N - 1) - slope * K / N * over(falling(none_after), N),
            by=last_apart)
        .eq(each(-slope * fewer, N - 1) - slope * K / N * over(falling(failures(1, N - 1)), N),
            by=[leave_one_out_exchangeable, empty])
        .eq(each(-slope * fewer, N - 1) - slope * K / N * fewer, by=fewer_samples(N - 1))
        .eq(each(-grad(q) * q ** (K - 1), N - 1) - grad(q) * K / N * q ** (K - 1), by=binomial_factorial_moment_eq)
        .eq(-K * q ** (K - 1) * grad(q), by=count)
        .eq(grad(1 - q**K), by=chain_rule)
        .eq(grad(1 - (total - chance(1)) ** K), by=enumerate_cases)
        .eq(grad(passes), by=normalised)
    )  # fmt: skip
