"""(1 − γ)(Σ_s ρ_0(s) β log Σ_a e^{Q*(s,a)/β} − J) = β Σ_s d(s) KL(π(·|s) ‖ π*(·|s)), π* = e^{Q*/β} / Σ_a e^{Q*/β}.

Q* = r + γ P V* with V* = β log Σ_a e^{Q*/β} is the soft Bellman equation; J and d are the entropy-regularised return
and the occupancy of any policy π. A divergence is at least zero, and zero for π = π*: so, where γ < 1, V* is the
greatest soft value, π* has it, and there is no other solution. The equation is assumed as r = Q* − γ P V*; that it has
a solution is not said here.
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
soft_bellman = Always(stationary_value(s), SumOver(policy(a, s) * (stationary_q(s, a) - beta * Log(policy(a, s))), a))
divergence = SumOver(policy(a, s) * (Log(policy(a, s)) - Log(best_policy(a, s))), a)
best_start = SumOver(initial(s) * best_value(s), s)


def visited(body):
    return SumOver(occupancy(s) * body, s)


def drawn(body):
    return SumOver(policy(a, s) * body, a)


@derivation(
    title="The soft-optimal value",
    claim=Equation((1 - gamma) * (best_start - start_value()), beta * visited(divergence)),
    assuming=[Positive(temperature), Positive(policy), soft_optimality, soft_bellman, flow],
    source="Ziebart 2010, PhD thesis, Carnegie Mellon; Haarnoja et al. 2017, ICML, theorem 1",
    falsehood=Falsehood(
        Equation(best_value(s), SumOver(best_policy(a, s) * best_q(s, a), a)),
        "the entropy of π* is forgotten",
        (Positive(temperature),),
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
    later = gamma * SumOver(SumOver(SumOver(one_step, a), u), s)
    next_step = occupancy(s) * policy(a, s) * transition(s_next, s, a) * next_gap
    ahead = gamma * SumOver(SumOver(SumOver(next_step, s_next), a), s)
    surprise = best_value(s) + beta * Log(policy(a, s))
    next_value = gamma * SumOver(transition(s_next, s, a) * stationary_value(s_next), s_next)
    return (
        start
        .eq((1 - gamma) * SumOver(initial(s) * gap, s), by=[unfold(start_value), linearity])
        .eq(visited(gap) - later, by=[flow, linearity, factor_out])
        .eq(visited(best_value(s) - soft_bellman.rhs) - later, by=soft_bellman)
        .eq(visited(drawn(surprise - stationary_q(s, a))) - later, by=[linearity, factor_out, normalised])
        .eq(visited(drawn(surprise - soft_optimality.rhs - next_value)) - later,
            by=[unfold(stationary_q), soft_optimality])
        .eq(visited(drawn(surprise - best_q(s, a))) + ahead - later, by=linearity)
        .eq(visited(drawn(surprise - best_q(s, a))), by=[reorder, reorder])
        .eq(beta * visited(divergence), by=[unfold, log_of_product, linearity])
    )  # fmt: skip
