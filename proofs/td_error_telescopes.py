"""Σ_{k=t}^{T-1} γ^{k-t} δ_k = G_t + γ^{T-t} v_T(s_T) − v_t(s_t), for any critic v."""

from derive.catalogue import Falsehood, derivation
from derive.notation import T, critic, gamma, k, return_to_go, reward, t, td_error
from derive.rules import linearity, shift, split, unfold, write_out
from derive.terms import AtMost, Equation, State, TimeSum


def v(time):
    return critic(time, State(time))


def total(body, lower=t, upper=T - 1):
    return TimeSum(body, k, lower, upper)


now, rewards = gamma ** (k - t) * v(k), total(gamma ** (k - t) * reward(k))


@derivation(
    title="TD errors telescope",
    claim=Equation(total(gamma ** (k - t) * td_error(k)), return_to_go(t) + gamma ** (T - t) * v(T) - v(t)),
    assuming=[AtMost(t, T)],
    source="Schulman et al. 2016, ICLR, eq. (14)",
    falsehood=Falsehood(
        Equation(total(td_error(k)), return_to_go(t) + gamma ** (T - t) * v(T) - v(t)),
        "the TD errors are not discounted",
    ),
    world="number_line",
    defining=[Equation(td_error(t), td_error.body)],
)
def td_error_telescopes(start):
    return (
        start
        .eq(rewards + total(gamma ** (k - t + 1) * v(k + 1)) - total(now), by=[unfold, linearity])
        .eq(rewards + total(now, t + 1, T) - total(now), by=shift(1))
        .eq(rewards + total(now, t, T) - v(t) - total(now), by=[split(t + 1), write_out])
        .eq(rewards + gamma ** (T - t) * v(T) - v(t), by=[split(T), write_out])
        .eq(start.claim.rhs, by=unfold)
    )  # fmt: skip
