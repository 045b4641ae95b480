"""(1 − γ) ∇J = Σ_s d(s) Σ_a π(a|s) f(s,a) ∇log π(a|s) for a critic f = w ∇log π + g whose expected update leaves w.

The update is by the error A − f, times ∇log π: where it leaves w, the squared error Σ d π (A − f)² is least in w. Here
∇ is any component of the gradient, w is its weight, and g is what the other components and their weights add to f: so
for the w* that is best in all components, F w* = (1 − γ) ∇J with the Fisher matrix F.
"""

from derive.catalogue import Falsehood, derivation
from derive.notation import (
    a,
    bellman,
    flow,
    gamma,
    grad,
    occupancy,
    policy,
    s,
    start_value,
    stationary_q,
    stationary_value,
    theta,
)
from derive.rules import constant, gradient_of_sum, linearity, log_derivative, normalised, unfold
from derive.terms import ACTIONS, STATES, Definition, Equation, Letter, Log, Positive, SumOver
from proofs.performance_difference_discounted import advantage
from proofs.policy_gradient_theorem_discounted import policy_gradient_theorem_discounted, theorem

score = grad(Log(policy(a, s)))
weight = Letter("w", ())()
others, feature = Letter("g", (STATES, ACTIONS), parameter=theta), Letter("phi", (STATES, ACTIONS))


def visited(body):
    return SumOver(occupancy(s) * SumOver(policy(a, s) * body, a), s)


def unmoved(critic, slope):
    update = Definition("w'", (), weight + visited((advantage(s, a) - critic) * slope), "bare")
    return Equation(weight, update())


compatible = weight * score + others(s, a)
settled = unmoved(compatible, score)


@derivation(
    title="A compatible critic gives the exact gradient",
    claim=Equation((1 - gamma) * grad(start_value()), visited(compatible * score)),
    assuming=[Positive(policy), bellman, flow, settled],
    source="Sutton, McAllester, Singh & Mansour 2000, NeurIPS 12, theorem 2; Peters & Schaal 2008",
    falsehood=Falsehood(
        Equation((1 - gamma) * grad(start_value()), visited(weight * feature(s, a) * score)),
        "any other feature is taken in place of ∇log π",
        (Positive(policy), bellman, flow, unmoved(weight * feature(s, a), feature(s, a))),
    ),
    world="two_rooms",
    defining=[
        Equation(settled.rhs, settled.rhs.definition.body),
        Equation(advantage(s, a), advantage.body),
        Equation(stationary_q(s, a), stationary_q.body),
        Equation(start_value(), start_value.body),
    ],
)
def compatible_critic_gradient_exact(start):
    fitted, update = visited(compatible * score), settled.rhs
    by_advantage = visited(advantage(s, a) * score)

    def by_value(body):
        return SumOver(occupancy(s) * stationary_value(s) * body, s)

    return (
        start
        .eq(theorem, by=policy_gradient_theorem_discounted)
        .eq(visited(stationary_q(s, a) * score), by=log_derivative)
        .eq(by_advantage + by_value(SumOver(policy(a, s) * score, a)), by=[unfold(advantage), linearity])
        .eq(by_advantage + by_value(grad(SumOver(policy(a, s), a))), by=[log_derivative, gradient_of_sum])
        .eq(by_advantage, by=[normalised, constant, linearity])
        .eq(fitted + update - weight, by=[unfold(update.definition), linearity])
        .eq(fitted, by=settled)
    )  # fmt: skip
