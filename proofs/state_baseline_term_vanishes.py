"""E_τ[b(s_t) ∇ log π_θ(a_t|s_t)] = 0: a baseline of the state does not change the mean."""

from derive.catalogue import Falsehood, derivation
from derive.notation import T, baseline, before, expect, given_history, policy, score, t
from derive.rules import known, linearity, score_vanishes, tower
from derive.terms import ACTIONS, STATES, Action, AtMost, Equation, Letter, Positive, State

b = baseline(State(t))
greedy = Letter("b", (STATES, ACTIONS))(State(t), Action(t))
inside = (AtMost(0, t), before(t, T), Positive(policy))


@derivation(
    title="A state baseline has mean zero",
    claim=Equation(expect(b * score(t)), 0),
    assuming=inside,
    source="Williams 1992, §3; Greensmith et al. 2004, JMLR 5:1471-1530, lemma 3",
    falsehood=Falsehood(Equation(expect(greedy * score(t)), 0), "the baseline looks at the action too"),
    world="number_line",
)
def state_baseline_term_vanishes(start):
    return (
        start
        .eq(expect(given_history(b * score(t), t)), by=tower(2 * t))
        .eq(expect(b * given_history(score(t), t)), by=known)
        .eq(0, by=[score_vanishes, linearity])
    )  # fmt: skip
