"""(1 − γ) |(1 − γ)(J' − J) − Σ_s d(s) Σ_a π'(a|s) A(s,a)| ≤ 4γ ε α², ε = max |A|, α = max_s TV(s).

With the surrogate L = J + Σ_s d(s) Σ_a π'(a|s) A(s,a) / (1 − γ) this is |J' − L| ≤ 4γ ε α² / (1 − γ)².
"""

from sympy import Max

from derive.calc import Lemma, Start
from derive.catalogue import Falsehood, derivation
from derive.notation import (
    a,
    bellman,
    discount,
    flow,
    gamma,
    occupancy,
    other_policy,
    policy,
    s,
    start_value,
    stationary_q,
    stationary_value,
)
from derive.rules import below_maximum, below_sizes, factor_out, linearity, normalised, unfold
from derive.terms import Definition, Equation, Inequality, Maximum, SumOver
from proofs.occupancy_shift_le_mean_tv import (
    mean_variation,
    occupancy_shift_le_mean_tv,
    shift,
    size,
    variation,
)
from proofs.performance_difference_discounted import (
    advantage,
    other_bellman,
    other_flow,
    other_occupancy,
    other_start,
    performance_difference_discounted,
    under,
)

gap = Definition("Delta", (), (1 - gamma) * (other_start() - start_value()) - under(occupancy, advantage(s, a)), "bare")
greatest_in_state = Maximum(size(advantage(s, a)), a)
greatest, farthest = Maximum(greatest_in_state, s), Maximum(variation(s), s)
epsilon, alpha = Definition("epsilon", (), greatest, "bare"), Definition("alpha", (), farthest, "bare")
short = Inequality(gamma, 1)
moved, turned = other_occupancy(s) - occupancy(s), other_policy(a, s) - policy(a, s)


def _no_mean():
    """Σ_a π(a|s) A(s,a) = 0."""
    of_policy = SumOver(policy(a, s) * advantage(s, a), a)
    difference = SumOver(policy(a, s) * stationary_q(s, a), a) - stationary_value(s)
    return (
        Start(Equation(of_policy, 0), (bellman,))
        .eq(difference, by=[unfold(advantage), linearity, factor_out, normalised])
        .eq(0, by=bellman)
    )  # fmt: skip


@derivation(
    title="How far the surrogate is off",
    claim=Inequality((1 - gamma) * size(gap()), 4 * gamma * epsilon() * alpha() ** 2),
    assuming=[discount, short, bellman, other_bellman, flow, other_flow],
    source="Schulman, Levine, Moritz, Jordan & Abbeel 2015, ICML, theorem 1; Achiam et al. 2017, ICML, corollary 1",
    falsehood=Falsehood(Inequality(0, gap()), "the surrogate is taken to be a lower bound without a penalty"),
    world="two_rooms",
    defining=[
        Equation(gap(), gap.body),
        Equation(epsilon(), greatest),
        Equation(alpha(), farthest),
        Equation(variation(s), variation.body),
        Equation(advantage(s, a), advantage.body),
    ],
)
def surrogate_gap_le_tv_sq(start):
    def turn(turned, body):
        return SumOver(turned * body, a)

    def over_states(body):
        return (1 - gamma) * SumOver(size(moved) * body, s)

    def of_both(body):
        return Max(body(1), body(-1))

    no_mean = Lemma(_no_mean().theorem, "mean_advantage", "the mean of A under π is 0")
    of_policy = no_mean.theorem.lhs
    gain, level = advantage(s, a), size(advantage(s, a))
    changed, bound = turn(turned, gain), 2 * greatest * farthest
    return (
        start
        .eq((1 - gamma) * size(under(other_occupancy, gain) - under(occupancy, gain)),
            by=[unfold(gap), performance_difference_discounted])
        .eq((1 - gamma) * of_both(lambda sign: SumOver(sign * moved * (changed + of_policy), s)), by=linearity)
        .eq((1 - gamma) * of_both(lambda sign: SumOver(sign * moved * changed, s)), by=no_mean)
        .le(over_states(size(changed)),
            by=[below_sizes(moved, changed), below_sizes(-moved, changed)])
        .eq(over_states(of_both(lambda sign: turn(sign * turned, gain))), by=linearity)
        .le(over_states(turn(size(turned), level)), by=[below_sizes(turned, gain), below_sizes(-turned, gain)])
        .le(over_states(turn(size(turned), greatest_in_state)), by=below_maximum(greatest_in_state, a))
        .le(over_states(turn(size(turned), greatest)), by=below_maximum(greatest, s))
        .eq(over_states(2 * variation(s) * greatest), by=[unfold(variation), linearity])
        .le(over_states(bound), by=below_maximum(farthest, s))
        .eq(bound * ((1 - gamma) * shift), by=linearity)
        .le(bound * 2 * gamma * mean_variation, by=occupancy_shift_le_mean_tv)
        .le(bound * 2 * gamma * SumOver(occupancy(s) * farthest, s), by=below_maximum(farthest, s))
        .eq(4 * gamma * epsilon() * alpha() ** 2, by=[unfold(epsilon, alpha), factor_out, normalised])
    )  # fmt: skip
