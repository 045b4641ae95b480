"""E[s] = p (1 − p), s the deviation in a pair of rewards 0 and 1: for groups of two the update is the gradient of p."""

from sympy import Integer, sqrt

from derive.catalogue import Falsehood, derivation
from derive.rules import draw_sample, enumerate_cases, factor_out, normalised
from derive.terms import Cases, Draw, Equation, Samples, SumOver
from proofs.leave_one_out_exchangeable import ANSWERS, answer, chance


def earned(index):
    """One for the right answer, 1."""
    return Cases(Draw(index, ANSWERS), 1, 1, 0)


mean = (earned(1) + earned(2)) / 2
deviation = sqrt(((earned(1) - mean) ** 2 + (earned(2) - mean) ** 2) / 2)
over_pairs = Samples(deviation, answer, chance(answer), Integer(2))


@derivation(
    title="The mean deviation in a pair",
    claim=Equation(over_pairs, chance(1) * (1 - chance(1))),
    source="Davis & Recht 2025, arXiv 2510.13651; direct computation",
    falsehood=Falsehood(
        Equation(over_pairs, sqrt(chance(1) * (1 - chance(1)))), "what large groups tend to is taken for pairs"
    ),
    world="quiz_bandit",
)
def pair_mean_deviation_eq(start):
    return (
        start
        .eq(chance(0) * chance(1), by=[draw_sample, enumerate_cases, factor_out])
        .eq(chance(1) * (SumOver(chance(answer), answer) - chance(1)), by=enumerate_cases)
        .eq(chance(1) * (1 - chance(1)), by=normalised)
    )  # fmt: skip
