"""(1 − γ)(Σ_s ρ_0(s) β log Σ_a e^{Q*(s,a)/β} − J) = β Σ_s d(s) KL(π(·|s) ‖ π*(·|s)), π* = e^{Q*/β} / Σ_a e^{Q*/β}.

Q* = r + γ P V* with V* = β log Σ_a e^{Q*/β} is the soft Bellman equation; J and d are the entropy-regularised return and
the occupancy of any policy π. A divergence is at least zero, and zero for π = π*: V* is the greatest soft value, π* has it,
and so there is but one solution. The equation is assumed as r = Q* − γ P V*: that it has a solution is not said here.
"""

from derive.catalogue import Falsehood, derivation
from derive.notation import (
    a,
    b,
    flow,
    gamma,
    initial,
    mean_reward,
    occupancy,
    policy,
    s,
    s_next,
    start_value,
    stationary_q,
    stationary_value,
    transition,
    u,
)
from derive.rules import factor_out, linearity, log_of_product, normalised, reorder, unfold
from derive.terms import ACTIONS, STATES, Always, Definition, Equation, Exp, Letter, Log, Positive, SumOver

temperature = Letter("beta", ())
beta = temperature()
best_q = Letter("Q^*", (STATES, ACTIONS))
normaliser = SumOver(Exp(best_q(s, b) / beta), b)
best_value = Definition("V^*", (s,), beta * Log(normaliser), "call")
best_policy = Definition("pi^*", (a, s), Exp(best_q(s, a) / beta) / normaliser, "given")
soft_optimality = Always(
    mean_reward(s, a), best_q(s, a) - gamma * SumOver(transition(s_next, s, a) * best_value(s_next), s_next)
)
soft_bellman = Always(
    stationary_value(s), SumOver(policy(a, s) * (stationary_q(s, a) - beta * Log(policy(a, s))), a)
)
divergence = SumOver(policy(a, s) * (Log(policy(a, s)) - Log(best_policy(a, s))), a)
best_start = SumOver(initial(s) * best_value(s), s)


def ahead(body):
    return SumOver(SumOver(SumOver(occupancy(s) * policy(a, s) * transition(s_next, s, a) * body, s_next), a), s)


@derivation(
    title="The soft-optimal value",
    claim=Equation((1 - gamma) * (best_start - start_value()), beta * SumOver(occupancy(s) * divergence, s)),
    assuming=[Positive(temperature), Positive(policy), soft_optimality, soft_bellman, flow],
    source="Ziebart 2010, PhD thesis, Carnegie Mellon; Haarnoja et al. 2017, ICML, theorem 1",
    falsehood=Falsehood(
        Equation((1 - gamma) * (best_start - start_value()), 0), "every policy is taken to have the greatest soft value"
    ),
    world="two_rooms",
    defining=[
        Equation(best_value(s), best_value.body),
        Equation(best_policy(a, s), best_policy.body),
        Equation(start_value(), start_value.body),
        Equation(stationary_q(s, a), stationary_q.body),
    ],
)
def soft_bellman_optimal_eq_logsumexp(start):
    gap, next_gap = best_value(s) - stationary_value(s), best_value(s_next) - stationary_value(s_next)
    one_step = occupancy(u) * policy(a, u) * transition(s, u, a) * gap
    later, back = (
        SumOver(SumOver(SumOver(one_step, x), y), z) for x, y, z in ((a, u, s), (s, a, u))
    )
    lost = SumOver(policy(a, s) * (best_value(s) - best_q(s, a) + beta * Log(policy(a, s))), a)
    return (
        start
        .eq((1 - gamma) * SumOver(initial(s) * gap, s), by=[unfold(start_value), linearity])
        .eq(SumOver(occupancy(s) * gap, s) - gamma * later, by=[flow, linearity, factor_out])
        .eq(SumOver(occupancy(s) * (best_value(s) - soft_bellman.rhs), s) - gamma * later, by=soft_bellman)
        .eq(SumOver(occupancy(s) * SumOver(policy(a, s) * (best_value(s) + beta * Log(policy(a, s)) - stationary_q(s, a)), a), s) - gamma * later,
            by=[linearity, factor_out, normalised])
        .eq(SumOver(occupancy(s) * SumOver(policy(a, s) * (best_value(s) + beta * Log(policy(a, s)) - soft_optimality.rhs - gamma * SumOver(transition(s_next, s, a) * stationary_value(s_next), s_next)), a), s) - gamma * later,
            by=[unfold(stationary_q), soft_optimality])
        .eq(SumOver(occupancy(s) * lost, s) + gamma * ahead(next_gap) - gamma * later, by=linearity)
        .eq(SumOver(occupancy(s) * lost, s) + gamma * ahead(next_gap) - gamma * back, by=[reorder, reorder])
        .eq(SumOver(occupancy(s) * lost, s), by=linearity)
        .eq(beta * SumOver(occupancy(s) * divergence, s), by=[unfold, log_of_product, linearity])
    )  # fmt: skip
