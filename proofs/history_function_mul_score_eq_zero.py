"""E_τ[f(h_t) ∇ log π_θ(a_t|s_t)] = 0 for every function f of the history: an action cannot change what came before."""

from derive.catalogue import Falsehood, derivation
from derive.notation import T, before, expect, given_history, policy, score, t
from derive.rules import known, linearity, score_vanishes, tower
from derive.terms import ACTIONS, HISTORIES, Action, AtMost, Equation, History, Letter, Positive

past = Letter("f", (HISTORIES,))(History(t))
present = Letter("f", (HISTORIES, ACTIONS))(History(t), Action(t))


@derivation(
    title="Functions of the history cancel",
    claim=Equation(expect(past * score(t)), 0),
    assuming=[AtMost(0, t), before(t, T), Positive(policy)],
    source="Greensmith et al. 2004, JMLR 5:1471-1530; Peters & Schaal 2008, §3.2",
    falsehood=Falsehood(Equation(expect(present * score(t)), 0), "the function looks at the action too"),
    world="number_line",
)
def history_function_mul_score_eq_zero(start):
    return (
        start
        .eq(expect(given_history(past * score(t), t)), by=tower(2 * t))
        .eq(expect(past * given_history(score(t), t)), by=known)
        .eq(0, by=[score_vanishes, linearity])
    )  # fmt: skip
