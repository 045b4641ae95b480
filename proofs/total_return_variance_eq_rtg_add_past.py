"""Var g = Var h + Var(g − h) + 2 Cov(h, g − h), g of the total return and h of the reward-to-go."""

from derive.catalogue import Falsehood, derivation
from derive.notation import T, expect, gamma, return_to_go, score, t, total_return, trajectory_score
from derive.rules import linearity
from derive.terms import Definition, Equation, TimeSum

total = Definition("g", (), total_return() * trajectory_score, "bare")()
to_go = Definition("h", (), TimeSum(gamma**t * return_to_go(t) * score(t), t, 0, T - 1), "bare")()
past = total - to_go


def variance(x):
    return expect(x**2) - expect(x) ** 2


covariance = expect(to_go * past) - expect(to_go) * expect(past)


@derivation(
    title="Variance of the total-return gradient",
    claim=Equation(variance(total), variance(to_go) + variance(past) + 2 * covariance),
    source="Bilinearity of the covariance; compare Greensmith et al. 2004, JMLR 5:1471-1530",
    falsehood=Falsehood(
        Equation(variance(total), variance(to_go) + variance(past)),
        "the past is taken to be uncorrelated, so that dropping it always helps",
    ),
    world="number_line",
    defining=[Equation(d, d.definition.body) for d in (total, to_go)],
)
def total_return_variance_eq_rtg_add_past(start):
    return start.eq(start.claim.rhs, by=linearity)
