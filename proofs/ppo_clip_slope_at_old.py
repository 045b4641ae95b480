"""∇ min(π A, clip(π, (1−ε) μ, (1+ε) μ) A) = A ∇π where π_θ = μ and ε > 0: action by action, at the old policy."""

from sympy import Max, Min

from derive.catalogue import Falsehood, derivation
from derive.notation import bandit_policy, grad
from derive.rules import at_old, by_order, chain_rule, factor_of_extreme, gradient_of_extreme, linearity
from derive.terms import Coincide, Equation, Inequality, Positive
from proofs.grpo_group_advantage_sum_eq_zero import epsilon
from proofs.ppo_surrogate_grad_at_one_eq_pg import advantage, old, p, q

e = epsilon()
high, low = Min(p, (1 + e) * q), Max(p, (1 - e) * q)
clipped = Min(p * advantage, Min(low, (1 + e) * q) * advantage)


@derivation(
    title="The clip is at rest at the old policy",
    claim=Equation(grad(clipped), advantage * grad(p)),
    assuming=[Positive(old), Coincide(bandit_policy, old), Positive(epsilon)],
    source="Schulman et al. 2017, arXiv 1707.06347, §3",
    falsehood=Falsehood(
        Equation(grad(clipped), advantage * grad(p)),
        "the gradient is taken not to be clipped at any other policy either",
        (Positive(old), Positive(epsilon)),
    ),
    world="quiz_bandit",
)
def ppo_clip_slope_at_old(start):
    def case(extreme, room, *reasons):
        distance, scale = Max(room, -room), advantage / (e * q)
        return lambda start: (
            start.eq(grad(advantage * extreme), by=[factor_of_extreme(advantage), *reasons])
            .eq(advantage * grad(extreme), by=linearity)
            .eq(scale * Max(e * q, -e * q) * grad(extreme), by=by_order)
            .eq(scale * distance * grad(extreme), by=at_old)
            .eq(scale * Max(room, 0) * grad(p), by=[gradient_of_extreme, chain_rule])
            .eq(scale * Max(e * q, 0) * grad(p), by=at_old)
            .eq(advantage * grad(p), by=by_order)
        )

    return start.either(
        Inequality(0, advantage), first=case(high, (1 + e) * q - p), second=case(low, p - (1 - e) * q, by_order)
    )
