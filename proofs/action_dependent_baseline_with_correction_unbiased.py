"""E_τ[b(s_t,a_t) ∇ log π_θ(a_t|s_t)] = E_τ[Σ_a b(s_t,a) ∇π_θ(a|s_t)]: what such a baseline must add back."""

from derive.catalogue import Falsehood, derivation
from derive.notation import T, a, before, expect, given_history, grad, policy, score, t
from derive.rules import draw_action, log_derivative, tower
from derive.terms import ACTIONS, STATES, Action, AtMost, Equation, Letter, Positive, State, SumOver

b = Letter("b", (STATES, ACTIONS))
taken, here = b(State(t), Action(t)), State(t)


@derivation(
    title="Correction of an action-dependent baseline",
    claim=Equation(expect(taken * score(t)), expect(SumOver(b(here, a) * grad(policy(a, here)), a))),
    assuming=[AtMost(0, t), before(t, T), Positive(policy)],
    source="Gu et al. 2017, ICLR (Q-Prop); Tucker et al. 2018, ICML",
    falsehood=Falsehood(Equation(expect(taken * score(t)), 0), "the correction is omitted"),
    world="number_line",
)
def action_dependent_baseline_with_correction_unbiased(start):
    return (
        start
        .eq(expect(given_history(taken * score(t), t)), by=tower(2 * t))
        .eq(start.claim.rhs, by=[draw_action, log_derivative])
    )  # fmt: skip
