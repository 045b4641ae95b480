"""∇²J = E[Σ_t γ^t r_t (Z_t² + ∇Z_t)] along one direction, Z_t = Σ_{k≤t} z_k: the magic box, differentiated twice."""

from derive.catalogue import Falsehood, derivation
from derive.notation import T, expect, gamma, grad, objective, policy, reward, t, total_return
from derive.rules import linearity, unfold
from derive.terms import Equation, Positive, TimeSum
from proofs.reward_second_derivative_eq import bent, past, reward_second_derivative_eq


def steps(body):
    return TimeSum(gamma**t * body, t, 0, T - 1)


@derivation(
    title="DiCE: the second derivative is unbiased",
    claim=Equation(grad(grad(objective())), expect(steps(reward(t) * bent))),
    assuming=[Positive(policy)],
    source="Foerster et al. 2018, ICML (DiCE)",
    falsehood=Falsehood(
        Equation(grad(grad(objective())), expect(steps(reward(t) * grad(past)))),
        "the surrogate Σ_t γ^t r_t log π is differentiated twice",
    ),
    world="number_line",
    defining=[Equation(objective(), expect(total_return())), Equation(total_return(), total_return.body)],
)
def dice_second_derivative_unbiased(start):
    return (
        start
        .eq(steps(grad(grad(expect(reward(t))))), by=[unfold, linearity])
        .eq(steps(expect(reward(t) * bent)), by=reward_second_derivative_eq)
        .eq(expect(steps(reward(t) * bent)), by=linearity)
    )  # fmt: skip
