"""E_μ[Σ_t γ^t A_t] = J(μ) − J(π), A the advantage of π: the performance difference."""

from derive.catalogue import Falsehood, derivation
from derive.notation import (
    T,
    action_value,
    advantage,
    expect,
    gamma,
    given_action,
    other_policy,
    other_process,
    reward,
    state_value,
    t,
)
from derive.rules import empty, linearity, shift, split, tower, transport, unfold, write_out
from derive.terms import AtMost, Equation, Expectation, Given, TimeSum
from proofs.return_recursion import return_recursion


def under(body):
    return Expectation(body, other_process)


def steps(body, lower=0, upper=T - 1):
    return TimeSum(body, t, lower, upper)


def total(average):
    return average(steps(gamma**t * reward(t)))


backed_up = reward(t) + gamma * state_value(t + 1)
values = gamma**t * under(state_value(t))


@derivation(
    title="Performance difference",
    claim=Equation(under(steps(gamma**t * advantage(t))), total(under) - total(expect)),
    assuming=[AtMost(0, T)],
    source="Kakade & Langford 2002, ICML, lemma 6.1 (finite horizon)",
    falsehood=Falsehood(
        Equation(expect(steps(gamma**t * advantage(t))), total(under) - total(expect)),
        "the states of the old policy are taken",
    ),
    world="number_line",
    defining=[Equation(advantage(t), advantage.body)],
)
def performance_difference_finite(start):
    return (
        start
        .eq(steps(gamma**t * (under(action_value(t)) - under(state_value(t)))), by=[unfold(advantage), linearity])
        .eq(
            steps(gamma**t * (under(given_action(backed_up, t)) - under(state_value(t)))),
            by=[unfold(action_value, state_value), return_recursion, linearity, tower(2 * t + 2)],
        )
        .eq(
            steps(gamma**t * (under(Given(backed_up, 2 * t + 1, other_process)) - under(state_value(t)))),
            by=transport(other_policy),
        )
        .eq(steps(gamma**t * (under(backed_up) - under(state_value(t)))), by=tower(2 * t + 1))
        .eq(total(under) + steps(gamma ** (t + 1) * under(state_value(t + 1))) - steps(values), by=linearity)
        .eq(total(under) + steps(values, 1, T) - steps(values), by=shift(1))
        .eq(total(under) + steps(values, 0, T) - under(state_value(0)) - steps(values), by=[split(1), write_out])
        .eq(total(under) + gamma**T * under(state_value(T)) - under(state_value(0)), by=[split(T), write_out])
        .eq(total(under) - under(state_value(0)), by=[unfold, empty, linearity])
        .eq(total(under) - expect(state_value(0)), by=transport(other_policy))
        .eq(total(under) - total(expect), by=[unfold, tower(0)])
    )  # fmt: skip
