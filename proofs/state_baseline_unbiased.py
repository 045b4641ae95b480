"""∇J(θ) = E_τ[Σ_t γ^t (G_t − b(h_t)) ∇ log π_θ(a_t|s_t)], for any baseline that looks at the history only."""

from derive.catalogue import Falsehood, derivation
from derive.notation import T, expect, gamma, grad, objective, policy, return_to_go, score, t
from derive.rules import linearity
from derive.terms import ACTIONS, HISTORIES, STATES, Action, AtMost, Equation, History, Letter, Positive, State, TimeSum
from proofs.history_function_mul_score_eq_zero import history_function_mul_score_eq_zero
from proofs.reward_to_go_policy_gradient import reward_to_go_policy_gradient

b = Letter("b", (HISTORIES,))(History(t))
greedy = Letter("b", (STATES, ACTIONS))(State(t), Action(t))


def credited(baseline):
    return expect(TimeSum(gamma**t * (return_to_go(t) - baseline) * score(t), t, 0, T - 1))


@derivation(
    title="Policy gradient with a baseline",
    claim=Equation(grad(objective()), credited(b)),
    assuming=[Positive(policy), AtMost(0, T)],
    source="Sutton & Barto 2018, §13.4; Greensmith et al. 2004",
    falsehood=Falsehood(Equation(grad(objective()), credited(greedy)), "the baseline looks at the action too"),
    world="number_line",
)
def state_baseline_unbiased(start):
    return (
        start
        .eq(expect(TimeSum(gamma**t * return_to_go(t) * score(t), t, 0, T - 1)), by=reward_to_go_policy_gradient)
        .eq(credited(b), by=[linearity, history_function_mul_score_eq_zero, linearity])
    )  # fmt: skip
