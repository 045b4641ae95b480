"""E_τ[r_k ∇ log π_θ(a_t|s_t)] = 0 for every k < t: an action cannot change the past."""

from derive.catalogue import Falsehood, derivation
from derive.notation import T, before, expect, given_history, k, policy, reward, score, t
from derive.rules import known, linearity, score_vanishes, tower
from derive.terms import AtMost, Equation, Positive

inside = (AtMost(0, k), before(t, T), Positive(policy))


@derivation(
    title="Past rewards cancel",
    claim=Equation(expect(reward(k) * score(t)), 0),
    assuming=[before(k, t), *inside],
    source="Williams 1992; Baxter & Bartlett 2001, JAIR 15:319-350, §3; Peters & Schaal 2008, §3.2",
    falsehood=Falsehood(
        Equation(expect(reward(k) * score(t)), 0),
        "the present reward, k = t, is cancelled too",
        (AtMost(k, t), *inside),
    ),
    world="number_line",
)
def past_reward_cancellation(start):
    return (
        start
        .eq(expect(given_history(reward(k) * score(t), t)), by=tower(2 * t))
        .eq(expect(reward(k) * given_history(score(t), t)), by=known)
        .eq(0, by=[score_vanishes, linearity])
    )  # fmt: skip
