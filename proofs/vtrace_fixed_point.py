"""Σ_a min(c μ, π)(Q(s,a) − V(s)) = 0 where V is the value of π̄ ∝ min(c μ, π): what V-trace converges to."""

from sympy import Min

from derive.catalogue import Falsehood, derivation
from derive.notation import a, b, backed_up, other_policy, policy, s, stationary_value
from derive.rules import factor_out, linearity, unfold
from derive.terms import Always, Definition, Equation, Letter, Positive, SumOver

clip, value = Letter("c", ()), stationary_value
q = backed_up(value)


def weight(action):
    """μ min(c, ρ) = min(c μ, π), ρ = π/μ the importance ratio."""
    return Min(clip() * other_policy(action, s), policy(action, s))


normaliser = SumOver(weight(b), b)
clipped_policy = Definition("pi_c", (a, s), weight(a) / normaliser, "given")
bellman = Always(value(s), SumOver(clipped_policy(a, s) * q(s, a), a))


def mean_error(weigh):
    return SumOver(weigh * (q(s, a) - value(s)), a)


@derivation(
    title="Fixed point of V-trace",
    claim=Equation(mean_error(weight(a)), 0),
    assuming=[bellman, Positive(clip), Positive(policy), Positive(other_policy)],
    source="Espeholt et al. 2018, ICML (IMPALA), theorem 1",
    falsehood=Falsehood(
        Equation(mean_error(policy(a, s)), 0), "the fixed point is taken to be the value of the target policy itself"
    ),
    world="two_rooms",
    defining=[Equation(clipped_policy(a, s), clipped_policy.body), Equation(q(s, a), q.body)],
)
def vtrace_fixed_point(start):
    weighted = SumOver(weight(a) * q(s, a), a)
    return (
        start
        .eq(weighted - value(s) * normaliser, by=[linearity, factor_out])
        .eq(weighted - SumOver(clipped_policy(a, s) * q(s, a), a) * normaliser, by=bellman)
        .eq(0, by=[unfold(clipped_policy), factor_out])
    )  # fmt: skip
