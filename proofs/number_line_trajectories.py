"""Two steps on the number line: the trajectories have probabilities p², p(1−p), (1−p)p, (1−p)²."""

from derive.catalogue import Falsehood, derivation
from derive.notation import unit as p
from derive.rules import enumerate_cases, expectation, path_probability, sum_last_step, unfold
from derive.terms import (
    Action,
    Cases,
    Definition,
    Domain,
    Equation,
    Expectation,
    Letter,
    PathProbability,
    PathSum,
    Process,
    Var,
)

LINE, MOVES = Domain("L", (-2, -1, 0, 1, 2)), Domain("M", (-1, 1))
here, there, move = Var("s", LINE), Var("s'", LINE), Var("a", MOVES)
starts = Definition("rho_0", (here,), Cases(here, 0, 1, 0))
moves = Definition("pi", (move, here), Cases(move, 1, p, 1 - p), "given")
lands = Definition("P", (there, here, move), Cases(there, here + move, 1, 0), "given")
walk = Process(starts, moves, lands, 2, LINE, MOVES)
f = Letter("f", (MOVES, MOVES))
value = f(Action(0, MOVES), Action(1, MOVES))


@derivation(
    title="Trajectories of the number line",
    claim=Equation(
        Expectation(value, walk),
        p**2 * f(1, 1) + p * (1 - p) * f(1, -1) + (1 - p) * p * f(-1, 1) + (1 - p) ** 2 * f(-1, -1),
    ),
    source="Direct computation: four trajectories, enumerated",
    falsehood=Falsehood(
        Equation(Expectation(value, walk), p * f(1, 1) + (1 - p) * f(-1, -1)),
        "the second step is taken to repeat the first",
    ),
    world="number_line",
    defining=[Equation(d(*d.params), d.body) for d in (starts, moves, lands)],
)
def number_line_trajectories(start):
    return (
        start
        .eq(PathSum(PathProbability(walk) * value, walk), by=expectation)
        .eq(start.claim.rhs, by=[path_probability, sum_last_step, unfold, enumerate_cases])
    )  # fmt: skip
