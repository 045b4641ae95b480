"""∇η = Σ_s d(s) Σ_a ∇π(a|s) Q(s,a), Q = r − η + Σ_s' P h: the gradient of the average reward.

Where every start leads to one recurrent class, η = Σ_s ρ_0(s) h(s) picks out one solution h of Poisson's equation
h(s) + η = Σ_a π (r + Σ_s' P h), and Σ_s d(s) = 1 one stationary distribution d.
"""

from derive.catalogue import Falsehood, derivation
from derive.notation import (
    a,
    grad,
    initial,
    mean_reward,
    occupancy,
    policy,
    s,
    s_next,
    theta,
    transition,
    u,
)
from derive.rules import factor_out, gradient_of_sum, linearity, normalised, product_rule, reorder, unfold
from derive.terms import STATES, Always, Definition, Equation, Letter, SumOver

h = Letter("h", (STATES,), parameter=theta)
average = Definition("eta", (), SumOver(initial(s) * h(s), s), "objective")
reached = mean_reward(s, a) + SumOver(transition(s_next, s, a) * h(s_next), s_next)
q = Definition("Q", (s, a), reached - average(), "call")
poisson = Always(h(s), SumOver(policy(a, s) * q(s, a), a))
arriving = SumOver(SumOver(occupancy(u) * policy(a, u) * transition(s, u, a), a), u)
stationary = Always(occupancy(s), arriving + initial(s) * (1 - SumOver(occupancy(u), u)))


def here(body):
    return SumOver(occupancy(s) * body, s)


theorem = here(SumOver(grad(policy(a, s)) * q(s, a), a))


@derivation(
    title="Policy gradient of the average reward",
    claim=Equation(grad(average()), theorem),
    assuming=[poisson, stationary],
    source="Sutton, McAllester, Singh & Mansour 2000, NeurIPS 12, theorem 1; Marbach & Tsitsiklis 2001",
    falsehood=Falsehood(
        Equation(grad(average()), SumOver(initial(s) * SumOver(grad(policy(a, s)) * q(s, a), a), s)),
        "the states are weighted as at the start, not as in the long run",
    ),
    world="two_rooms",
    defining=[Equation(average(), average.body), Equation(q(s, a), q.body)],
)
def average_reward_policy_gradient(start):
    slope, mean = grad(h(s)), SumOver(policy(a, s) * reached, a)
    direct = here(SumOver(grad(policy(a, s)) * reached, a))
    next_slope = occupancy(s) * policy(a, s) * transition(s_next, s, a) * grad(h(s_next))
    ahead = SumOver(SumOver(SumOver(next_slope, s_next), a), s)
    back = SumOver(SumOver(SumOver(occupancy(u) * policy(a, u) * transition(s, u, a) * slope, a), u), s)
    return (
        start
        .eq(here(grad(h(s) + average())) - here(slope), by=[linearity, factor_out, normalised])
        .eq(here(grad(SumOver(policy(a, s) * q(s, a), a) + average())) - here(slope), by=poisson)
        .eq(here(grad(mean - average() * SumOver(policy(a, s), a) + average())) - here(slope),
            by=[unfold(q), linearity])
        .eq(here(grad(mean)) - here(slope), by=normalised)
        .eq(direct + ahead - here(slope), by=[linearity, product_rule, linearity])
        .eq(direct + ahead - back, by=[stationary, normalised, linearity])
        .eq(direct, by=[reorder, reorder, linearity])
        .eq(theorem + here(average() * SumOver(grad(policy(a, s)), a)), by=[unfold(q), linearity])
        .eq(theorem + here(average() * grad(SumOver(policy(a, s), a))), by=gradient_of_sum)
        .eq(theorem, by=[normalised, linearity])
    )  # fmt: skip
