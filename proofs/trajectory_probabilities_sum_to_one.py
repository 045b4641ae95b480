"""Σ_τ P_θ(τ) = 1, for every horizon."""

from derive.catalogue import Falsehood, derivation
from derive.notation import T, a, dynamics, initial, path, pi, policy, process, s, s_next, transition
from derive.rules import factor_out, normalised, path_probability, sum_last_step
from derive.terms import AtMost, Equation, PathProbability, PathSum, State, SumOver

shorter = PathProbability(process.until(T))
here = State(T)
fanned_out = SumOver(SumOver(shorter * policy(a, here) * transition(s_next, here, a), s_next), a)


@derivation(
    title="Trajectory probabilities sum to one",
    claim=Equation(PathSum(path, process), 1),
    assuming=[AtMost(0, T)],
    source="Sutton & Barto 2018, Reinforcement Learning, §5.5",
    falsehood=Falsehood(
        Equation(PathSum(PathProbability(process.until(T - 1)), process), 1),
        "the last action and state are summed over without their probabilities",
        (AtMost(1, T),),
    ),
    world="number_line",
)
def trajectory_probabilities_sum_to_one(start):
    longer = process.until(T + 1)
    return start.induction(
        T,
        base=lambda chain: (
            chain
            .eq(SumOver(initial(s), s), by=[path_probability, sum_last_step])
            .eq(1, by=normalised)
        ),
        step=lambda chain, hypothesis: (
            chain
            .eq(PathSum(shorter * pi(T) * dynamics(T), longer), by=path_probability)
            .eq(PathSum(fanned_out, process.until(T)), by=sum_last_step)
            .eq(PathSum(shorter, process.until(T)), by=[factor_out, normalised])
            .eq(1, by=hypothesis)
        ),
    )  # fmt: skip
