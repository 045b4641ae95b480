"""(1 − γ) |R(τ)| ≤ c (1 − γ^T) where |r| ≤ c everywhere: a return is at most a geometric sum."""

from dataclasses import replace

from sympy import Max

from derive.catalogue import Falsehood, derivation
from derive.kernel import cong
from derive.notation import T, a, discount, gamma, k, reward, reward_letter, s, s_next, total_return
from derive.rewriting import HOLE
from derive.rules import below_larger, below_maximum, linearity, unfold
from derive.terms import Action, AtMost, Definition, Equation, Inequality, Maximum, State, TimeSum, real_symbol
from proofs.geometric_sum import geometric_sum, series

ceiling = real_symbol("c")


def size(number):
    """|x|."""
    return Max(number, -number)


def discounted(body):
    return TimeSum(gamma**k * body, k, 0, T - 1)


over_next = Maximum(size(reward_letter(s, a, s_next)), s_next)
greatest = Maximum(Maximum(over_next, a), s)
bounded = Inequality(greatest, ceiling)
R = total_return()
loss = Definition("l", (s, a, s_next), -reward_letter(s, a, s_next), "call")


@derivation(
    title="A return is at most a geometric sum",
    claim=Inequality((1 - gamma) * size(R), ceiling * (1 - gamma**T)),
    assuming=[discount, Inequality(gamma, 1), bounded, AtMost(0, T)],
    source="Folklore; Puterman 1994, Markov Decision Processes, §6.1",
    falsehood=Falsehood(Inequality(size(R), ceiling), "a return is taken to be no larger than a reward can be"),
    world="number_line",
    defining=[Equation(R, total_return.body), Equation(loss(s, a, s_next), loss.body)],
)
def return_abs_le_geometric(start):
    acted = Maximum(size(reward_letter(State(k), Action(k), s_next)), s_next)
    chosen = Maximum(Maximum(size(reward_letter(State(k), a, s_next)), s_next), a)
    closed = cong(geometric_sum.theorem, ceiling * HOLE, HOLE)
    lost = loss(State(k), Action(k), State(k + 1))
    larger = Max(reward(k), lost)
    return (
        start
        .eq((1 - gamma) * Max(discounted(reward(k)), discounted(lost)), by=[unfold, linearity])
        .le((1 - gamma) * discounted(larger), by=[below_larger(larger)] * 2)
        .eq((1 - gamma) * discounted(size(reward(k))), by=unfold(loss))
        .le((1 - gamma) * discounted(acted), by=below_maximum(acted, State(k + 1)))
        .le((1 - gamma) * discounted(chosen), by=below_maximum(chosen, Action(k)))
        .le((1 - gamma) * discounted(greatest), by=below_maximum(greatest, State(k)))
        .le((1 - gamma) * discounted(ceiling), by=bounded)
        .eq(ceiling * (1 - gamma) * series(T), by=linearity)
        .eq(ceiling * (1 - gamma**T), by=replace(geometric_sum.lemma, theorem=closed))
    )  # fmt: skip
