"""E[(1/N) Σ_i (r_i − r̄) ∇log π(a_i)] = (1 − 1/N) ∇J: the group's own mean as a baseline shrinks the gradient."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, bandit_policy, bandit_reward, grad, mean
from derive.rules import count, expectation, independence, linearity, one_apart
from derive.terms import ACTIONS, AtMost, Draw, Equation, Log, Positive, Samples, TimeSum
from proofs.monte_carlo_mean_unbiased import N, batch_mean, i, j
from proofs.score_function_identity import score_function_identity
from proofs.single_step_policy_gradient import single_step_policy_gradient

p, r = bandit_policy(a), bandit_reward(a)
objective = mean(r, a, p)


def earned(index):
    """r(a_i), a_i the i-th action of the group."""
    return bandit_reward(Draw(index, ACTIONS))


group_mean = TimeSum(earned(j), j, 1, N) / N


def score(index):
    """∇ log π(a_i)."""
    return grad(Log(bandit_policy(Draw(index, ACTIONS))))


def over_groups(body):
    """E over the N actions of a group, drawn independently from π."""
    return Samples(body, a, p, N)


@derivation(
    title="The group's own mean as a baseline",
    claim=Equation(
        over_groups(batch_mean(lambda i: (earned(i) - group_mean) * score(i))), (1 - 1 / N) * grad(objective)
    ),
    assuming=[Positive(bandit_policy), AtMost(1, N)],
    source="Liu et al. 2025, Understanding R1-Zero-like training, arXiv 2503.20783",
    falsehood=Falsehood(
        Equation(over_groups(batch_mean(lambda i: (earned(i) - group_mean) * score(i))), grad(objective)),
        "the group's mean is taken for a baseline that does not look at the sample",
    ),
    world="quiz_bandit",
)
def in_sample_mean_baseline_scale(start):
    z = grad(Log(p))
    own, cross = mean(r * z, a, p), objective * mean(z, a, p)
    pair = over_groups(earned(j) * score(i))
    alone = over_groups(earned(i) * score(i))
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
