"""∇J = E_μ[Σ_t γ^t (∏_{i≤t} π(a_i|s_i)/μ(a_i|s_i)) r_t Σ_{k≤t} z_k]: the policy gradient from another policy's data."""

from derive.catalogue import Falsehood, derivation
from derive.notation import grad, k, objective, other_policy, pi, policy, score, t
from derive.rules import expectation, linearity, log_derivative, log_of_product
from derive.terms import Action, Equation, Log, Positive, State, TimeSum
from proofs.per_decision_is_unbiased import along, credited, mu, per_decision_is_unbiased

ratios = along(pi(k) / mu)
scores = TimeSum(score(k), k, 0, t)
here = pi(t) / other_policy(Action(t), State(t))


@derivation(
    title="Off-policy policy gradient",
    claim=Equation(grad(objective()), credited(ratios * scores)),
    assuming=[Positive(policy), Positive(other_policy)],
    source="Jie & Abbeel 2010, NeurIPS 23; Imani, Graves & White 2018, NeurIPS",
    falsehood=Falsehood(
        Equation(grad(objective()), credited(here * scores)),
        "only the ratio of the present action is kept: the shift of the states is ignored",
    ),
    world="number_line",
)
def off_policy_policy_gradient(start):
    return (
        start
        .eq(grad(credited(ratios)), by=per_decision_is_unbiased)
        .eq(credited(grad(ratios)), by=[expectation, linearity])
        .eq(credited(ratios * grad(Log(ratios))), by=log_derivative)
        .eq(credited(ratios * scores), by=[log_of_product, linearity])
    )  # fmt: skip
