"""R(τ) ≤ c Σ_{k<T} γ^k where no reward is above c: with (1 − γ) Σ γ^k = 1 − γ^T, a return is at most geometric."""

from derive.catalogue import Falsehood, derivation
from derive.notation import T, a, discount, gamma, k, reward, reward_letter, s, s_next, total_return
from derive.rules import below_maximum, linearity, unfold
from derive.terms import Action, AtMost, Equation, Inequality, Maximum, State, TimeSum, real_symbol

ceiling = real_symbol("c")
over_next = Maximum(reward_letter(s, a, s_next), s_next)
over_actions = Maximum(over_next, a)
greatest = Maximum(over_actions, s)


def discounted(body):
    return TimeSum(gamma**k * body, k, 0, T - 1)


@derivation(
    title="A return is at most a geometric sum",
    claim=Inequality(total_return(), ceiling * discounted(1)),
    assuming=[discount, Inequality(greatest, ceiling)],
    source="Folklore; Puterman 1994, Markov Decision Processes, §6.1",
    falsehood=Falsehood(
        Inequality(total_return(), ceiling * discounted(1) - ceiling * gamma ** (T - 1)),
        "the last reward is not counted",
        (AtMost(1, T), discount, Inequality(greatest, ceiling)),
    ),
    world="number_line",
    defining=[Equation(total_return(), total_return.body)],
)
def return_abs_le_geometric(start):
    acted = Maximum(reward_letter(State(k), Action(k), s_next), s_next)
    chosen = Maximum(Maximum(reward_letter(State(k), a, s_next), s_next), a)
    return (
        start
        .eq(discounted(reward(k)), by=unfold)
        .le(discounted(acted), by=below_maximum(acted, State(k + 1)))
        .le(discounted(chosen), by=below_maximum(chosen, Action(k)))
        .le(discounted(greatest), by=below_maximum(greatest, State(k)))
        .le(discounted(ceiling), by=Inequality(greatest, ceiling))
        .eq(ceiling * discounted(1), by=linearity)
    )  # fmt: skip
