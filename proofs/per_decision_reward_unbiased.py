"""E_μ[∏_{i≤t} π(a_i|s_i)/μ(a_i|s_i) · r_t] = E_π[r_t]: a reward needs the ratios of the past only."""

from derive.catalogue import Falsehood, derivation
from derive.notation import T, before, dynamics, expect, initial, k, other_policy, other_process, pi, process, reward, t
from derive.rules import expectation, marginal, same_paths, separate
from derive.terms import Action, AtMost, Equation, Expectation, PathProbability, PathSum, Positive, State, TimeProduct
from proofs.trajectory_probability import trajectory_probability

mu = other_policy(Action(k), State(k))
short, other_short = process.until(t + 1), other_process.until(t + 1)


def along(body):
    return TimeProduct(body, k, 0, t)


@derivation(
    title="A reward needs the ratios of its past only",
    claim=Equation(Expectation(along(pi(k) / mu) * reward(t), other_process), expect(reward(t))),
    assuming=[Positive(other_policy), AtMost(0, t), before(t, T)],
    source="Precup, Sutton & Singh 2000, ICML, theorem 1",
    falsehood=Falsehood(
        Equation(Expectation(pi(t) / other_policy(Action(t), State(t)) * reward(t), other_process), expect(reward(t))),
        "only the ratio of the present action is kept",
    ),
    world="number_line",
)
def per_decision_reward_unbiased(start):
    drawn = initial(State(0)) * along(mu * dynamics(k)) * along(pi(k) / mu) * reward(t)
    return (
        start
        .eq(Expectation(along(pi(k) / mu) * reward(t), other_short), by=marginal(t + 1))
        .eq(PathSum(drawn, other_short), by=[expectation, trajectory_probability])
        .eq(PathSum(PathProbability(short) * reward(t), other_short), by=[trajectory_probability, separate])
        .eq(Expectation(reward(t), short), by=[same_paths(short), expectation])
        .eq(expect(reward(t)), by=marginal(t + 1))
    )  # fmt: skip
