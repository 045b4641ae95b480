"""min(ρ A, clip(ρ, 1−ε, 1+ε) A) ≤ ρ A: the clipped objective is never above the unclipped one."""

from sympy import Max, Min

from derive.catalogue import Falsehood, derivation
from derive.rules import smaller_below
from derive.terms import Inequality, real_symbol

ratio, advantage, epsilon = real_symbol("rho"), real_symbol("A"), real_symbol("epsilon")
clipped = Min(Max(ratio, 1 - epsilon), 1 + epsilon) * advantage


@derivation(
    title="The clipped objective is a lower bound",
    claim=Inequality(Min(ratio * advantage, clipped), ratio * advantage),
    source="Schulman et al. 2017, arXiv 1707.06347, §3",
    falsehood=Falsehood(
        Inequality(clipped, ratio * advantage), "clipping alone, without the minimum, is taken to be a bound"
    ),
    world="quiz_bandit",
)
def ppo_clip_le_unclipped(start):
    return start.le(ratio * advantage, by=smaller_below(ratio * advantage))
