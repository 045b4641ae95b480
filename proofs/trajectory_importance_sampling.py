"""E_μ[∏_t π(a_t|s_t)/μ(a_t|s_t) · X] = E_π[X]: the ratio of whole trajectories; dynamics cancel."""

from derive.catalogue import Falsehood, derivation
from derive.notation import (
    T,
    dynamics,
    expect,
    initial,
    other_policy,
    other_process,
    path,
    pi,
    process,
    t,
    total_return,
)
from derive.rules import expectation, same_paths, separate
from derive.terms import Action, AtMost, Equation, Expectation, PathProbability, PathSum, Positive, State, TimeProduct
from proofs.trajectory_probability import trajectory_probability

mu, R = other_policy(Action(t), State(t)), total_return()


def along(body):
    return TimeProduct(body, t, 0, T - 1)


@derivation(
    title="Importance sampling of trajectories",
    claim=Equation(Expectation(along(pi(t) / mu) * R, other_process), expect(R)),
    assuming=[Positive(other_policy), AtMost(0, T)],
    source="Precup, Sutton & Singh 2000, ICML, §2; Sutton & Barto 2018, §5.5",
    falsehood=Falsehood(
        Equation(Expectation(along(mu / pi(t)) * R, other_process), expect(R)), "the ratio is inverted"
    ),
    world="number_line",
)
def trajectory_importance_sampling(start):
    drawn = PathProbability(other_process)
    written = initial(State(0)) * along(mu * dynamics(t)) * along(pi(t) / mu)
    return (
        start
        .eq(PathSum(drawn * along(pi(t) / mu) * R, other_process), by=expectation)
        .eq(PathSum(written * R, other_process), by=trajectory_probability)
        .eq(PathSum(path * R, other_process), by=[trajectory_probability, separate])
        .eq(PathSum(path * R, process), by=same_paths(process))
        .eq(expect(R), by=expectation)
    )  # fmt: skip
