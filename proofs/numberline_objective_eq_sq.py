"""J = p² on the number line: 1/4 at p = 1/2, 16/25 at p = 4/5, 1 at p = 1."""

from derive.catalogue import Falsehood, derivation
from derive.notation import t
from derive.notation import unit as p
from derive.rules import enumerate_cases, expectation, path_probability, sum_last_step, unfold, write_out
from derive.terms import Cases, Definition, Equation, Expectation, PathProbability, PathSum, State, TimeSum
from proofs.number_line_trajectories import LINE, walk

arrives = Cases(State(t + 1, LINE), 2, 1, 0)
total = Definition("R", (), TimeSum(arrives, t, 0, 1), "path")


@derivation(
    title="Objective of the number line",
    claim=Equation(Expectation(total(), walk), p**2),
    source="Direct computation: of four trajectories one earns a reward",
    falsehood=Falsehood(Equation(Expectation(total(), walk), p), "one step is taken to be enough"),
    world="number_line",
    defining=[Equation(total(), total.body)],
)
def numberline_objective_eq_sq(start):
    return (
        start
        .eq(PathSum(PathProbability(walk) * total(), walk), by=expectation)
        .eq(p**2, by=[path_probability, unfold, write_out, sum_last_step, enumerate_cases])
    )  # fmt: skip
