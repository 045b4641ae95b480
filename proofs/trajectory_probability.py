"""P_θ(τ) = ρ_0(s_0) ∏_{t<T} π_θ(a_t|s_t) P(s_{t+1}|s_t, a_t), for every horizon."""

from derive.catalogue import Falsehood, derivation
from derive.notation import T, dynamics, initial, path, pi, process, t
from derive.rules import empty, last_apart, path_probability
from derive.terms import AtMost, Equation, State, TimeProduct


def product(steps):
    return initial(State(0)) * TimeProduct(pi(t) * dynamics(t), t, 0, steps - 1)


def probability(steps):
    return path.func(process.until(steps))


@derivation(
    title="Probability of a trajectory",
    claim=Equation(path, product(T)),
    assuming=[AtMost(0, T)],
    source="Sutton & Barto 2018, Reinforcement Learning, §5.5, before eq. (5.3)",
    falsehood=Falsehood(
        Equation(path, initial(State(0)) * TimeProduct(pi(t), t, 0, T - 1)),
        "the dynamics are left out, which is right only where they are deterministic",
    ),
    world="number_line",
)
def trajectory_probability(start):
    return start.induction(
        T,
        base=lambda chain: chain.eq(product(0), by=[path_probability, empty]),
        step=lambda chain, hypothesis: (
            chain
            .eq(probability(T) * pi(T) * dynamics(T), by=path_probability)
            .eq(product(T) * pi(T) * dynamics(T), by=hypothesis)
            .eq(product(T + 1), by=last_apart)
        ),
    )  # fmt: skip
