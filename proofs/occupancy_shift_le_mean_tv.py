"""(1 − γ) Σ_s |d'(s) − d(s)| ≤ 2γ Σ_s d(s) TV(s): policies that are close visit the same states about as often."""

from sympy import Max

from derive.calc import Lemma, Start
from derive.catalogue import Falsehood, derivation
from derive.notation import a, discount, flow, gamma, occupancy, other_policy, policy, s, transition, u
from derive.rules import arithmetic, below_larger, factor_out, linearity, normalised, reorder, unfold
from derive.terms import Definition, Equation, Inequality, SumOver
from proofs.performance_difference_discounted import other_flow, other_occupancy


def size(difference):
    """|x|."""
    return Max(difference, -difference)


variation = Definition("TV", (s,), SumOver(size(other_policy(a, s) - policy(a, s)), a) / 2, "call")
shift = SumOver(size(other_occupancy(s) - occupancy(s)), s)
mean_variation = SumOver(occupancy(s) * variation(s), s)


@derivation(
    title="How far the occupancy moves",
    claim=Inequality((1 - gamma) * shift, 2 * gamma * mean_variation),
    assuming=[discount, flow, other_flow],
    source="Achiam, Held, Tamar & Abbeel 2017, ICML, lemma 3",
    falsehood=Falsehood(
        Inequality((1 - gamma) * shift, gamma * mean_variation), "the sum of |π' − π| is taken to be TV, not 2 TV"
    ),
    world="two_rooms",
    defining=[Equation(variation(s), variation.body)],
)
def occupancy_shift_le_mean_tv(start):
    moved, turned = other_occupancy(u) - occupancy(u), other_policy(a, u) - policy(a, u)

    def over(body, *order):
        for x in order:
            body = SumOver(body, x)
        return gamma * body

    def step(moved, turned):
        return over((moved * other_policy(a, u) + occupancy(u) * turned) * transition(s, u, a), a, u)

    def drift(sign):
        """±(d'(s) − d(s)) by one step back."""
        here = Start(
            Equation(sign * (other_occupancy(s) - occupancy(s)), step(sign * moved, sign * turned)), start.given
        )
        apart = here.eq(sign * (other_flow.rhs - flow.rhs), by=[flow, other_flow])
        return Lemma(apart.eq(here.claim.rhs, by=linearity).theorem, "flow", "equations of d and d'", once=True)

    kept = size(moved) * other_policy(a, u) * transition(s, u, a)
    left = occupancy(u) * size(turned) * transition(s, u, a)
    return (
        start
        .eq(shift - gamma * shift, by=arithmetic)
        .eq(SumOver(Max(step(moved, turned), step(-moved, -turned)), s) - gamma * shift, by=[drift(1), drift(-1)])
        .le(SumOver(Max(step(size(moved), turned), step(size(moved), -turned)), s) - gamma * shift,
            by=[below_larger(size(moved)), below_larger(size(moved))])
        .le(SumOver(step(size(moved), size(turned)), s) - gamma * shift,
            by=[below_larger(size(turned)), below_larger(size(turned))])
        .eq(over(kept, a, u, s) + over(left, a, u, s) - gamma * shift, by=linearity)
        .eq(over(kept, s, a, u) + over(left, s, a, u) - gamma * shift, by=[reorder, reorder, reorder, reorder])
        .eq(gamma * SumOver(occupancy(u) * SumOver(size(turned), a), u), by=[factor_out, normalised])
        .eq(2 * gamma * mean_variation, by=[unfold, linearity])
    )  # fmt: skip
