"""∇E[Σ_t γ^t (r_t − κ log π_t)] = E[Σ_t γ^t z_t Σ_{k≥t} γ^{k-t} (r_k − κ log π_k)]: an unlikely action is paid for."""

from derive.catalogue import Falsehood, derivation
from derive.notation import (
    T,
    expect,
    gamma,
    given_history,
    grad,
    k,
    path,
    pi,
    policy,
    process,
    reward,
    score,
    t,
    trajectory_score,
)
from derive.rules import (
    expectation,
    gradient_of_sum,
    known,
    linearity,
    product_rule,
    reorder,
    score_vanishes,
    split,
    tower,
)
from derive.terms import AtMost, Equation, Log, PathSum, Positive, TimeSum, real_symbol
from proofs.trajectory_gradient import trajectory_gradient

kappa = real_symbol("kappa")


def soft(time):
    """r_t − κ log π(a_t|s_t)."""
    return reward(time) - kappa * Log(pi(time))


def steps(body, index=t, lower=0, upper=T - 1):
    return TimeSum(body, index, lower, upper)


total = steps(gamma**k * soft(k), k)
to_go = steps(gamma ** (k - t) * soft(k), k, t)
gradient = expect(steps(gamma**t * score(t) * to_go))
locally = steps(gamma ** (k - t) * reward(k), k, t) - kappa * Log(pi(t))
credit = gamma**k * expect(soft(k) * score(t))
past = gamma**k * expect(given_history(soft(k) * score(t), t))


@derivation(
    title="Policy gradient of a reward for surprise",
    claim=Equation(grad(expect(total)), gradient),
    assuming=[Positive(policy), AtMost(0, T)],
    source="Levine 2018, arXiv 1805.00909, §4.1; Schulman, Chen & Abbeel 2017, arXiv 1704.06440",
    falsehood=Falsehood(
        Equation(grad(expect(total)), expect(steps(gamma**t * score(t) * locally))),
        "the entropy of each step is differentiated, but not how often its state is met",
    ),
    world="number_line",
)
def soft_reward_policy_gradient(start):
    local = kappa * steps(gamma**k * expect(score(k)), k)
    towered = kappa * steps(gamma**k * expect(given_history(score(k), k)), k)
    future = steps(credit, k, t, T - 1)
    return (
        start
        .eq(grad(PathSum(path * total, process)), by=expectation)
        .eq(PathSum(grad(path) * total + path * grad(total), process), by=[gradient_of_sum, product_rule])
        .eq(expect(total * trajectory_score) + expect(grad(total)), by=[trajectory_gradient, expectation, linearity])
        .eq(expect(total * trajectory_score) - local, by=linearity)
        .eq(expect(total * trajectory_score) - towered, by=tower(2 * k))
        .eq(expect(total * trajectory_score), by=[score_vanishes, linearity])
        .eq(steps(steps(credit, k)), by=[linearity, reorder])
        .eq(steps(steps(credit, k, 0, t - 1) + future), by=split(t))
        .eq(steps(steps(past, k, 0, t - 1) + future), by=tower(2 * t))
        .eq(steps(future), by=[known, score_vanishes, linearity])
        .eq(gradient, by=linearity)
    )  # fmt: skip
