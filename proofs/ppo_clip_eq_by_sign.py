"""min(ρ A, clip(ρ, 1−ε, 1+ε) A) is A min(ρ, 1+ε) for A ≥ 0 and A max(ρ, 1−ε) for A ≤ 0: where the clip works."""

from sympy import Max, Min

from derive.catalogue import Falsehood, derivation
from derive.rules import by_order, factor_of_extreme
from derive.terms import Equation, Inequality
from proofs.ppo_clip_le_unclipped import advantage, clipped, epsilon, ratio

clip = Min(ratio * advantage, clipped)
high, low = Min(ratio, 1 + epsilon), Max(ratio, 1 - epsilon)


@derivation(
    title="The clipped objective by the sign of the advantage",
    claim=Equation(clip, Max(advantage, 0) * high - Max(-advantage, 0) * low),
    assuming=[Inequality(0, epsilon)],
    source="Schulman et al. 2017, arXiv 1707.06347, §3 and figure 1",
    falsehood=Falsehood(
        Equation(clip, clipped), "the objective is taken to be clipped on both sides, whatever the sign"
    ),
    world="quiz_bandit",
)
def ppo_clip_eq_by_sign(start):
    return start.either(
        Inequality(0, advantage),
        first=lambda case: case.eq(advantage * high, by=factor_of_extreme(advantage)).eq(case.claim.rhs, by=by_order),
        second=lambda case: (
            case.eq(advantage * Max(ratio, Min(low, 1 + epsilon)), by=factor_of_extreme(advantage))
            .eq(advantage * low, by=by_order)
            .eq(case.claim.rhs, by=by_order)
        ),
    )
