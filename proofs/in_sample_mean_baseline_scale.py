"""E[(1/N) Σ_i (f(x_i) − f̄) ∇log p(x_i)] = (1 − 1/N) ∇E f: the group's own mean as a baseline shrinks the gradient."""

from derive.catalogue import Falsehood, derivation
from derive.notation import density, grad, mean, payoff, x
from derive.rules import count, expectation, independence, linearity, one_apart
from derive.terms import AtMost, Equation, Log, Positive, TimeSum
from proofs.monte_carlo_mean_unbiased import N, batch_mean, drawn, i, j, over_samples, p
from proofs.score_function_identity import score_function_identity
from proofs.single_step_policy_gradient import single_step_policy_gradient

group_mean = TimeSum(payoff(drawn(j)), j, 1, N) / N
objective = mean(payoff(x), x, p)


def score(index):
    """∇ log p(x_i)."""
    return grad(Log(density(drawn(index))))


@derivation(
    title="The group's own mean as a baseline",
    claim=Equation(
        over_samples(batch_mean(lambda i: (payoff(drawn(i)) - group_mean) * score(i))), (1 - 1 / N) * grad(objective)
    ),
    assuming=[Positive(density), AtMost(1, N)],
    source="Liu et al. 2025, Understanding R1-Zero-like training, arXiv 2503.20783",
    falsehood=Falsehood(
        Equation(over_samples(batch_mean(lambda i: (payoff(drawn(i)) - group_mean) * score(i))), grad(objective)),
        "the group's mean is taken for a baseline that does not look at the sample",
    ),
    world="quiz_bandit",
)
def in_sample_mean_baseline_scale(start):
    z = grad(Log(p))
    own, cross = mean(payoff(x) * z, x, p), mean(payoff(x), x, p) * mean(z, x, p)
    pair = over_samples(payoff(drawn(j)) * score(i))
    alone = over_samples(payoff(drawn(i)) * score(i))
    return (
        start
        .eq(TimeSum(alone - TimeSum(pair, j, 1, N) / N, i, 1, N) / N, by=linearity)
        .eq(
            TimeSum(alone - (TimeSum(pair, j, 1, i - 1) + alone + TimeSum(pair, j, i + 1, N)) / N, i, 1, N) / N,
            by=one_apart(i),
        )
        .eq(
            TimeSum(own - (TimeSum(cross, j, 1, i - 1) + own + TimeSum(cross, j, i + 1, N)) / N, i, 1, N) / N,
            by=[independence, expectation],
        )
        .eq(TimeSum(own - own / N, i, 1, N) / N, by=[score_function_identity, linearity])
        .eq((1 - 1 / N) * own, by=[linearity, count])
        .eq((1 - 1 / N) * grad(objective), by=single_step_policy_gradient)
    )  # fmt: skip
