"""∇ s = (1/T) Σ_t z_t where π_θ = μ, for the geometric mean s = e^{(1/T) Σ_t log ρ_t} of the ratios ρ_t = π_θ/μ."""

from derive.catalogue import Falsehood, derivation
from derive.notation import T, grad, other_policy, pi, policy, score, t
from derive.rules import at_old, chain_rule, exp_of_sum, linearity, log_of_product
from derive.terms import Action, AtMost, Coincide, Equation, Exp, Log, Positive, State, TimeSum

ratio = pi(t) / other_policy(Action(t), State(t))
geometric = Exp(TimeSum(Log(ratio), t, 0, T - 1) / T)
scores = TimeSum(score(t), t, 0, T - 1)


@derivation(
    title="Gradient of the geometric mean of the ratios at the old policy",
    claim=Equation(grad(geometric), scores / T),
    assuming=[AtMost(1, T), Positive(policy), Positive(other_policy), Coincide(policy, other_policy)],
    source="Zheng et al. 2025, Group sequence policy optimisation, arXiv 2507.18071, §4",
    falsehood=Falsehood(Equation(grad(geometric), scores), "it is taken for the score of the whole sequence"),
    world="number_line",
)
def geometric_mean_ratio_grad_at_one(start):
    logs = TimeSum(Log(pi(t)) - Log(other_policy(Action(t), State(t))), t, 0, T - 1)
    return (
        start
        .eq(grad(Exp(logs / T)), by=log_of_product)
        .eq(Exp(logs / T) * scores / T, by=[chain_rule, linearity])
        .eq(scores / T, by=[at_old, linearity, exp_of_sum])
    )  # fmt: skip
