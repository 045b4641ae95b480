"""(1 − γ) ∇J = Σ_s d(s) ∇μ(s) ∇_x Q(s,x) at x = μ(s), for a policy μ that takes one action, a number, in each state.

Rewards r(s,x) and chances P(s'|s,x) are polynomials in the action, of any degree K and with any coefficients, by powers
of x − e for any number e; V and d solve the equations of μ. Of smooth rewards and chances that are no polynomials
nothing is said here.
"""

from derive.catalogue import Falsehood, derivation
from derive.notation import gamma, grad, initial, k, s, s_next, start_value, stationary_value, theta, u
from derive.rules import chain_rule, evaluate_at, factor_out, linearity, product_rule, reorder, unfold
from derive.terms import (
    STATES,
    Always,
    At,
    Definition,
    Equation,
    Gradient,
    Letter,
    SumOver,
    TimeSum,
    real_symbol,
    time_symbol,
)

degree, action, centre = time_symbol("K"), real_symbol("x"), real_symbol("e")
mu = Letter("mu", (STATES,), parameter=theta)
level, pay = Letter("b", (STATES,)), Letter("c", (None, STATES))
rest, lead = Letter("p", (STATES, STATES)), Letter("w", (None, STATES, STATES))
occupancy = Letter("d", (STATES,), parameter=theta)


def polynomial(constant, coefficient):
    return constant + TimeSum(coefficient * (action - centre) ** k, k, 1, degree)


reward = Definition("r", (s, action), polynomial(level(s), pay(k, s)), "call")
chance = Definition("P", (s_next, s, action), polynomial(rest(s_next, s), lead(k, s_next, s)), "given")
value_ahead = SumOver(chance(s_next, s, action) * stationary_value(s_next), s_next)
q = Definition("Q", (s, action), reward(s, action) + gamma * value_ahead, "call")
bellman = Always(stationary_value(s), q(s, mu(s)))
flow = Always(occupancy(s), (1 - gamma) * initial(s) + gamma * SumOver(occupancy(u) * chance(s, u, mu(u)), u))
slope = At(Gradient(q(s, action), action), action, mu(s))
theorem = SumOver(occupancy(s) * grad(mu(s)) * slope, s)


@derivation(
    title="Deterministic policy gradient for polynomials",
    claim=Equation((1 - gamma) * grad(start_value()), theorem),
    assuming=[bellman, flow],
    source="Silver, Lever, Heess, Degris, Wierstra & Riedmiller 2014, ICML, theorem 1",
    falsehood=Falsehood(
        Equation(
            (1 - gamma) * grad(start_value()),
            SumOver(occupancy(s) * grad(mu(s)) * At(Gradient(reward(s, action), action), action, mu(s)), s),
        ),
        "the gradient of the reward alone is taken",
    ),
    world="two_rooms",
    defining=[Equation(d(*d.params), d.body) for d in (reward, chance, q, start_value)],
)
def deterministic_policy_gradient_polynomial(start):
    value_slope = grad(stationary_value(s))
    later = gamma * SumOver(SumOver(occupancy(u) * chance(s, u, mu(u)) * value_slope, u), s)
    next_slope = chance(s_next, s, mu(s)) * grad(stationary_value(s_next))
    ahead = gamma * SumOver(SumOver(occupancy(s) * next_slope, s_next), s)
    return (
        start
        .eq((1 - gamma) * SumOver(initial(s) * value_slope, s), by=[unfold(start_value), linearity])
        .eq(SumOver(occupancy(s) * value_slope, s) - later, by=[flow, linearity])
        .eq(SumOver(occupancy(s) * grad(q(s, mu(s))), s) - later, by=bellman)
        .eq(theorem + ahead - later, by=[unfold(q, reward, chance), linearity, product_rule, linearity, chain_rule,
            evaluate_at, linearity, factor_out])
        .eq(theorem, by=reorder)
    )  # fmt: skip
