"""E_τ[V_t ∇ log π_θ(a_t|s_t)] = 0: the value is a baseline."""

from derive.catalogue import Falsehood, derivation
from derive.notation import T, action_value, before, expect, given_history, policy, score, state_value, t
from derive.rules import known, linearity, score_vanishes, tower, unfold
from derive.terms import AtMost, Equation, Positive


@derivation(
    title="The value has mean zero against the score",
    claim=Equation(expect(state_value(t) * score(t)), 0),
    assuming=[AtMost(0, t), before(t, T), Positive(policy)],
    source="Sutton & Barto 2018, §13.4",
    falsehood=Falsehood(Equation(expect(action_value(t) * score(t)), 0), "Q, which knows the action, is taken for V"),
    world="number_line",
)
def value_baseline_term_vanishes(start):
    return (
        start
        .eq(expect(given_history(state_value(t) * score(t), t)), by=tower(2 * t))
        .eq(expect(state_value(t) * given_history(score(t), t)), by=[unfold, known])
        .eq(0, by=[score_vanishes, linearity])
    )  # fmt: skip
