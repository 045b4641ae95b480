"""∇E_μ[R Σ_t ρ_t] = ∇E_μ[R ∏_t ρ_t] where π_θ = μ, ρ_t = π_θ/μ: token and sequence ratios agree at the old policy."""

from derive.catalogue import Falsehood, derivation
from derive.notation import T, grad, other_policy, other_process, pi, policy, score, t, total_return
from derive.rules import at_old, count, expectation, linearity, log_derivative, log_of_product
from derive.terms import Action, Coincide, Equation, Expectation, Log, Positive, State, TimeProduct, TimeSum


def under(body):
    return Expectation(body, other_process)


R = total_return()
ratio = pi(t) / other_policy(Action(t), State(t))
tokens, sequence = TimeSum(ratio, t, 0, T - 1), TimeProduct(ratio, t, 0, T - 1)
scores = TimeSum(score(t), t, 0, T - 1)


@derivation(
    title="Token and sequence surrogates agree at the old policy",
    claim=Equation(grad(under(R * tokens)), grad(under(R * sequence))),
    assuming=[Positive(policy), Positive(other_policy), Coincide(policy, other_policy)],
    source="Zheng et al. 2025, Group sequence policy optimisation, arXiv 2507.18071, §4",
    falsehood=Falsehood(
        Equation(grad(under(R * tokens)), grad(under(R * sequence))),
        "the two gradients are taken to agree away from the old policy too",
        (Positive(policy), Positive(other_policy)),
    ),
    world="number_line",
    defining=[Equation(R, total_return.body)],
)
def token_surrogate_grad_eq_sequence_grad_at_old(start):
    return (
        start
        .eq(under(R * TimeSum(grad(ratio), t, 0, T - 1)), by=[expectation, linearity])
        .eq(under(R * TimeSum(ratio * score(t), t, 0, T - 1)), by=[linearity, log_derivative])
        .eq(under(R * scores), by=at_old)
        .eq(under(R * sequence * scores), by=[at_old, count])
        .eq(under(R * sequence * grad(Log(sequence))), by=[log_of_product, linearity])
        .eq(grad(under(R * sequence)), by=[log_derivative, expectation, linearity])
    )  # fmt: skip
