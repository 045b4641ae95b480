"""G_t = r_t + γ G_{t+1}, for 0 ≤ t < T.

Conversely, td_error_telescopes with v for G: what obeys the recursion and is zero at T is the return.
"""

from derive.catalogue import Falsehood, derivation
from derive.notation import T, before, gamma, k, return_to_go, reward, t
from derive.rules import linearity, split, unfold, write_out
from derive.terms import AtMost, Equation, TimeSum


@derivation(
    title="Return recursion",
    claim=Equation(return_to_go(t), reward(t) + gamma * return_to_go(t + 1)),
    assuming=[before(t, T)],
    source="Sutton & Barto 2018, eq. (3.9)",
    falsehood=Falsehood(
        Equation(return_to_go(t), reward(t) + return_to_go(t + 1)),
        "the discount of the rest is forgotten",
        (AtMost(0, t), before(t, T)),
    ),
    world="number_line",
    defining=[Equation(return_to_go(t), return_to_go.body)],
)
def return_recursion(start):
    term = gamma ** (k - t) * reward(k)
    return (
        start
        .eq(TimeSum(term, k, t, T - 1), by=unfold)
        .eq(TimeSum(term, k, t, t) + TimeSum(term, k, t + 1, T - 1), by=split(t + 1))
        .eq(reward(t) + TimeSum(term, k, t + 1, T - 1), by=write_out)
        .eq(reward(t) + gamma * return_to_go(t + 1), by=[unfold, linearity])
    )  # fmt: skip
