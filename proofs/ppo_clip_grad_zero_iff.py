"""|m| L'(ρ) = max(m, 0) A, where m = max((1+ε−ρ) A, (1−ε−ρ) A): L' is A where m > 0, and 0 where m < 0.

L(ρ) = min(ρ A, clip(ρ, 1−ε, 1+ε) A), and m < 0 says that A > 0 and ρ > 1+ε, or A < 0 and ρ < 1−ε: there, and where A is
0, the gradient is zero, and elsewhere it is A. At m = 0 ≠ A there is a kink and no gradient.
"""

from sympy import Max, Min

from derive.calc import Lemma, Start
from derive.catalogue import Falsehood, derivation
from derive.rules import (
    by_order,
    chain_rule,
    factor_of_extreme,
    gradient_of_extreme,
    linearity,
    unfold,
)
from derive.terms import Definition, Equation, Gradient, Inequality
from proofs.ppo_clip_le_unclipped import advantage, clipped, epsilon, ratio

low, high = 1 - epsilon, 1 + epsilon
margin = Definition("m", (), Max((high - ratio) * advantage, (low - ratio) * advantage), "bare")
surrogate = Definition("L", (ratio,), Min(ratio * advantage, clipped), "call")
slope = Gradient(surrogate(ratio), ratio)
narrow = Inequality(0, epsilon)


@derivation(
    title="Where the clipped objective has no gradient",
    claim=Equation(Max(margin(), -margin()) * slope, Max(margin(), 0) * advantage),
    assuming=[narrow],
    source="Schulman et al. 2017, arXiv 1707.06347, §3 and figure 1",
    falsehood=Falsehood(
        Equation(Max(ratio - high, low - ratio, 0) * slope, 0), "clipped is taken to be whatever lies outside 1 ± ε"
    ),
    world="quiz_bandit",
    defining=[Equation(margin(), margin.body), Equation(surrogate(ratio), surrogate.body)],
)
def ppo_clip_grad_zero_iff(start):
    def case(size, room, extreme, *reasons):
        def lines(start):
            kink = Start(Equation(margin(), size * room), start.given)
            shown = kink.eq(size * room, by=[unfold, factor_of_extreme(advantage), by_order])
            to_kink = Lemma(shown.theorem, "margin", "the larger of the two margins")
            distance = size * Max(room, -room)
            return (
                start.eq(Max(size * room, -size * room) * slope, by=to_kink)
                .eq(distance * slope, by=factor_of_extreme(size))
                .eq(
                    distance * Gradient(advantage * extreme, ratio), by=[unfold, factor_of_extreme(advantage), *reasons]
                )
                .eq(size * Max(room, 0) * advantage, by=[linearity, gradient_of_extreme, chain_rule])
                .eq(Max(size * room, 0) * advantage, by=factor_of_extreme(size))
                .eq(start.claim.rhs, by=to_kink)
            )

        return lines

    return start.either(
        Inequality(0, advantage),
        first=case(advantage, high - ratio, Min(ratio, high)),
        second=case(-advantage, ratio - low, Max(ratio, low), by_order),
    )
