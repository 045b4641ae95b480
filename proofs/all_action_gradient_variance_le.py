"""Var[Σ_a ∇π(a|s_t) q(h_t,a)] ≤ Var[q(h_t,a_t) ∇log π(a_t|s_t)] for each t: a sum over actions is no worse than a draw.

For sums over t that does not follow, and is false.
"""

from derive.catalogue import Falsehood, derivation
from derive.notation import T, a, before, expect, given_history, grad, policy, score, t
from derive.rules import adding, draw_action, known, linearity, log_derivative, tower
from derive.terms import ACTIONS, HISTORIES, Action, AtMost, History, Inequality, Letter, Positive, State, SumOver

value = Letter("q", (HISTORIES, ACTIONS))
sampled = value(History(t), Action(t)) * score(t)
averaged = SumOver(grad(policy(a, State(t))) * value(History(t), a), a)


def variance(x):
    return expect(x**2) - expect(x) ** 2


@derivation(
    title="Variance of the all-action estimate",
    claim=Inequality(variance(averaged), variance(sampled)),
    assuming=[AtMost(0, t), before(t, T), Positive(policy)],
    source="Ciosek & Whiteson 2018, AAAI (expected policy gradients)",
    falsehood=Falsehood(
        Inequality(variance(sampled), variance(averaged)), "drawing the action is taken to add no variance"
    ),
    world="number_line",
)
def all_action_gradient_variance_le(start):
    apart = expect((sampled - averaged) ** 2)

    def beside(product):
        return expect(sampled**2) + 2 * expect(averaged**2) - 2 * expect(product) - expect(averaged) ** 2

    return (
        start
        .le(variance(averaged) + apart, by=adding(apart))
        .eq(expect(sampled**2) + 2 * expect(averaged**2) - 2 * expect(averaged * sampled) - expect(averaged) ** 2,
            by=linearity)
        .eq(beside(given_history(averaged * sampled, t)), by=tower(2 * t))
        .eq(beside(averaged * given_history(sampled, t)), by=known)
        .eq(beside(averaged**2), by=[draw_action, log_derivative])
        .eq(expect(sampled**2) - expect(given_history(sampled, t)) ** 2, by=[draw_action, log_derivative])
        .eq(variance(sampled), by=tower(2 * t))
    )  # fmt: skip
