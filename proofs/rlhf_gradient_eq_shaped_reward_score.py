"""∇{E_π[r] − β KL(π‖ρ)} = E_π[(r − β log π/ρ) ∇ log π]: the KL penalty shapes the reward."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, bandit_policy, bandit_reward, grad, mean
from derive.rules import expectation, linearity, log_derivative, product_rule
from derive.terms import Equation, Positive, SumOver, real_symbol
from proofs.grad_k2_expectation_eq_reverse_kl_grad import gap, p, reference, score
from proofs.score_function_identity import score_function_identity

beta, r = real_symbol("beta"), bandit_reward(a)


@derivation(
    title="Gradient of the KL-regularised objective",
    claim=Equation(grad(mean(r - beta * gap, a, p)), mean((r - beta * gap) * score, a, p)),
    assuming=[Positive(bandit_policy), Positive(reference)],
    source="Ziegler et al. 2019, arXiv 1909.08593, §2",
    falsehood=Falsehood(
        Equation(grad(mean(r - beta * gap, a, p)), mean((r + beta * gap) * score, a, p)),
        "the penalty's sign is flipped",
    ),
    world="quiz_bandit",
)
def rlhf_gradient_eq_shaped_reward_score(start):
    return (
        start
        .eq(
            SumOver(grad(p) * (r - beta * gap) - beta * p * score, a),
            by=[expectation, linearity, product_rule, linearity],
        )
        .eq(SumOver(p * (r - beta * gap) * score - beta * p * score, a), by=log_derivative)
        .eq(mean((r - beta * gap) * score, a, p) - beta * mean(score, a, p), by=[expectation, linearity])
        .eq(mean((r - beta * gap) * score, a, p), by=score_function_identity)
    )  # fmt: skip
