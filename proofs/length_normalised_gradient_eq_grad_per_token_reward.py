"""E[f(y)/|y| ∇ log π(y)] = ∇ E[f(y)/|y|]: dividing by the length changes the objective."""

from derive.catalogue import Falsehood, derivation
from derive.notation import OUTCOMES, density, grad, mean, payoff, x
from derive.rules import expectation, linearity, log_derivative
from derive.terms import Equation, Letter, Log, Positive

p, f, per_token = density(x), payoff(x), Letter("w", (OUTCOMES,))(x)
score = grad(Log(p))


@derivation(
    title="Length normalisation changes the objective",
    claim=Equation(mean(f * per_token * score, x, p), grad(mean(f * per_token, x, p))),
    assuming=[Positive(density)],
    source="Liu et al. 2025, Understanding R1-Zero-like training (Dr. GRPO), §3",
    falsehood=Falsehood(
        Equation(mean(f * per_token * score, x, p), grad(mean(f, x, p))), "the weight w = 1/|y| is taken to be harmless"
    ),
    world="quiz_bandit",
)
def length_normalised_gradient_eq_grad_per_token_reward(start):
    return start.eq(start.claim.rhs, by=[expectation, log_derivative, linearity])
