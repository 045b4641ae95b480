"""Σ_{n≤T} (1 − γ) γ^{n-1} Σ_{t<n} x_t = Σ_{t<T} γ^t x_t − γ^T Σ_{t<T} x_t: γ is the chance to go on at each step.

The left side and γ^T Σ_{t<T} x_t are the mean of Σ x_t up to that stop, or up to T where T comes first.
"""

from derive.catalogue import Falsehood, derivation
from derive.notation import T, gamma, n, t
from derive.rules import empty, last_apart
from derive.terms import AtMost, Equation, TimeSum
from proofs.sum_mul_sum_eq_double_sum import x


def total(steps):
    return TimeSum(x(t), t, 0, steps - 1)


def stopped(horizon):
    return TimeSum((1 - gamma) * gamma ** (n - 1) * total(n), n, 1, horizon)


def discounted(horizon):
    return TimeSum(gamma**t * x(t), t, 0, horizon - 1)


@derivation(
    title="A discount is a random horizon",
    claim=Equation(stopped(T), discounted(T) - gamma**T * total(T)),
    assuming=[AtMost(0, T)],
    source="Puterman 1994, Markov Decision Processes, §5.3",
    falsehood=Falsehood(
        Equation(gamma * stopped(T), discounted(T) - gamma**T * total(T)),
        "the stop is taken to come a step earlier",
        (AtMost(1, T),),
    ),
    world="number_line",
)
def discount_eq_geometric_horizon(start):
    def base(chain):
        return chain.eq(discounted(0) - total(0), by=empty)

    def step(chain, hypothesis):
        return (
            chain
            .eq(stopped(T) + (1 - gamma) * gamma**T * total(T + 1), by=last_apart)
            .eq(discounted(T) - gamma**T * total(T) + (1 - gamma) * gamma**T * total(T + 1), by=hypothesis)
            .eq(discounted(T) + gamma**T * x(T) - gamma ** (T + 1) * total(T + 1), by=last_apart)
            .eq(discounted(T + 1) - gamma ** (T + 1) * total(T + 1), by=last_apart)
        )  # fmt: skip

    return start.induction(T, base=base, step=step)
