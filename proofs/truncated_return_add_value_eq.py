"""E[Σ_{t<T} γ^t r(s_t,a_t) + γ^T V(s_T)] = J: a return cut at T, with the value of what follows, has the mean J."""

from derive.catalogue import Falsehood, derivation
from derive.notation import (
    T,
    a,
    bellman,
    expect,
    gamma,
    mean_reward,
    process,
    s,
    start_value,
    stationary_q,
    stationary_value,
    t,
)
from derive.rules import draw_action, draw_start, draw_state, empty, last_apart, linearity, marginal, tower, unfold
from derive.terms import Action, AtMost, Equation, Expectation, Given, State, TimeSum


def paid(time):
    return mean_reward(State(time), Action(time))


def truncated(value, steps):
    rewards = TimeSum(gamma**t * paid(t), t, 0, steps - 1)
    return Expectation(rewards + gamma**steps * value(State(steps)), process.until(steps))


@derivation(
    title="A truncated return with the value of the rest",
    claim=Equation(truncated(stationary_value, T), start_value()),
    assuming=[AtMost(0, T), bellman],
    source="Sutton & Barto 2018, §7.1",
    falsehood=Falsehood(
        Equation(truncated(stationary_value, T) - gamma**T * expect(stationary_value(State(T))), start_value()),
        "what follows after T is dropped",
    ),
    world="two_rooms",
    defining=[Equation(start_value(), start_value.body), Equation(stationary_q(s, a), stationary_q.body)],
)
def truncated_return_add_value_eq(start):
    def base(chain):
        return chain.eq(Expectation(stationary_value(State(0)), process.until(0)), by=empty).eq(
            start_value(), by=[draw_start, unfold]
        )

    def step(chain, hypothesis):
        longer = process.until(T + 1)
        rewards = TimeSum(gamma**t * paid(t), t, 0, T - 1)
        last = paid(T) + gamma * stationary_value(State(T + 1))
        valued = Expectation(Given(stationary_value(State(T + 1)), 2 * T + 1, longer), longer)
        here = stationary_q(State(T), Action(T))
        return (
            chain
            .eq(Expectation(rewards + gamma**T * last, longer), by=last_apart)
            .eq(Expectation(rewards, longer) + gamma**T * (Expectation(paid(T), longer) + gamma * valued),
                by=[linearity, tower(2 * T + 1)])
            .eq(Expectation(rewards, longer) + gamma**T * Expectation(here, longer),
                by=[draw_state, unfold(stationary_q), linearity])
            .eq(Expectation(rewards, longer) + gamma**T * Expectation(Given(here, 2 * T, longer), longer),
                by=tower(2 * T))
            .eq(Expectation(rewards, longer) + gamma**T * Expectation(stationary_value(State(T)), longer),
                by=[draw_action, bellman])
            .eq(Expectation(rewards + gamma**T * stationary_value(State(T)), longer), by=linearity)
            .eq(truncated(stationary_value, T), by=marginal(T))
            .eq(start_value(), by=hypothesis)
        )  # fmt: skip

    return start.induction(T, base=base, step=step)
