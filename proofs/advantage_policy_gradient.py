"""∇J(θ) = E_τ[Σ_t γ^t A_t ∇ log π_θ(a_t|s_t)]."""

from derive.catalogue import Falsehood, derivation
from derive.notation import T, action_value, advantage, expect, gamma, grad, objective, policy, score, t
from derive.rules import linearity, unfold
from derive.terms import AtMost, Equation, Positive, TimeSum
from proofs.q_policy_gradient import q_policy_gradient
from proofs.value_baseline_term_vanishes import value_baseline_term_vanishes


def credited(weight):
    return expect(TimeSum(weight * score(t), t, 0, T - 1))


@derivation(
    title="Policy gradient of the advantage",
    claim=Equation(grad(objective()), credited(gamma**t * advantage(t))),
    assuming=[Positive(policy), AtMost(0, T)],
    source="Sutton & Barto 2018, §13.4; Schulman et al. 2016, ICLR, eq. (2)",
    falsehood=Falsehood(
        Equation(grad(objective()), credited(advantage(t))), "γ^t is left out, which is right only for γ = 1"
    ),
    world="number_line",
    defining=[Equation(advantage(t), advantage.body)],
)
def advantage_policy_gradient(start):
    return (
        start
        .eq(credited(gamma**t * action_value(t)), by=q_policy_gradient)
        .eq(
            credited(gamma**t * advantage(t)),
            by=[unfold(advantage), linearity, value_baseline_term_vanishes, linearity],
        )
    )  # fmt: skip
