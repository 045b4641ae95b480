"""∇E_τ[Σ_t γ^t (r_t + c)] = ∇E_τ[Σ_t γ^t r_t], for episodes of one fixed length."""

from derive.catalogue import Falsehood, derivation
from derive.notation import T, expect, gamma, grad, reward, t
from derive.rules import linearity
from derive.terms import Equation, TimeSum, real_symbol

c = real_symbol("c")


def earned(each):
    return grad(expect(TimeSum(gamma**t * each, t, 0, T - 1)))


@derivation(
    title="A constant added to every reward changes no gradient",
    claim=Equation(earned(reward(t) + c), earned(reward(t))),
    source="Folklore; compare Ng, Harada & Russell 1999, ICML, for what else leaves policies alone",
    falsehood=Falsehood(
        Equation(earned(c * reward(t)), earned(reward(t))), "a factor is taken to be as harmless as a shift"
    ),
    world="number_line",
)
def reward_constant_shift_gradient_invariant_fixed_horizon(start):
    return start.eq(earned(reward(t)), by=linearity)
