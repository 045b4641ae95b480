"""∇² E[r_t] = E[r_t (Z_t² + ∇Z_t)] along one direction, Z_t = Σ_{k≤t} z_k: a reward and the scores of its past."""

from derive.catalogue import Falsehood, derivation
from derive.notation import T, before, expect, grad, k, policy, process, reward, score, t
from derive.rules import expectation, linearity, marginal, product_rule
from derive.terms import AtMost, Equation, Expectation, PathProbability, PathSum, Positive, TimeSum
from proofs.trajectory_gradient import trajectory_gradient

past = TimeSum(score(k), k, 0, t)
bent = past**2 + grad(past)


@derivation(
    title="The second derivative of an expected reward",
    claim=Equation(grad(grad(expect(reward(t)))), expect(reward(t) * bent)),
    assuming=[AtMost(0, t), before(t, T), Positive(policy)],
    source="Foerster et al. 2018, ICML (DiCE), §3",
    falsehood=Falsehood(
        Equation(grad(grad(expect(reward(t)))), expect(reward(t) * grad(past))),
        "the score-weighted reward is differentiated once more, but not its distribution",
    ),
    world="number_line",
)
def reward_second_derivative_eq(start):
    short = process.until(t + 1)
    path = PathProbability(short)
    return (
        start
        .eq(grad(grad(Expectation(reward(t), short))), by=marginal(t + 1))
        .eq(grad(PathSum(grad(path) * reward(t), short)), by=[expectation, linearity])
        .eq(grad(PathSum(path * past * reward(t), short)), by=trajectory_gradient)
        .eq(PathSum(grad(path) * past * reward(t) + path * grad(past) * reward(t), short),
            by=[linearity, product_rule, linearity])
        .eq(PathSum(path * past * past * reward(t) + path * grad(past) * reward(t), short), by=trajectory_gradient)
        .eq(Expectation(reward(t) * bent, short), by=[expectation, linearity])
        .eq(expect(reward(t) * bent), by=marginal(t + 1))
    )  # fmt: skip
