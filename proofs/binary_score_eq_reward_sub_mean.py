"""∇ log π_θ(a) = r(a) − σ(θ), for two answers of which the right one, a = 1, is given with probability σ(θ)."""

from derive.catalogue import Falsehood, derivation
from derive.notation import grad, sigmoid, theta
from derive.rules import distinguish, log_derivative, unfold
from derive.terms import Cases, Definition, Domain, Equation, Log, Var
from proofs.bandit_log_gradients import bandit_log_gradients
from proofs.sigmoid_gradient import sigmoid_gradient

ANSWERS = Domain("A", (0, 1))
answer, sigma = Var("a", ANSWERS), sigmoid(theta)
gives = Definition("pi_theta", (answer,), Cases(answer, 1, sigma, 1 - sigma), "given")
earns = Definition("r", (answer,), Cases(answer, 1, 1, 0))


@derivation(
    title="The score of a binary answer",
    claim=Equation(grad(Log(gives(answer))), earns(answer) - sigma),
    source="Direct computation; Davis & Recht 2025, arXiv 2510.13651",
    falsehood=Falsehood(
        Equation(grad(Log(gives(answer))), earns(answer) * (1 - sigma)), "a wrong answer is taken to have no score"
    ),
    world="quiz_bandit",
    defining=[Equation(gives(answer), gives.body), Equation(earns(answer), earns.body)],
)
def binary_score_eq_reward_sub_mean(start):
    return (
        start
        .eq(Cases(answer, 1, grad(Log(sigma)), grad(Log(1 - sigma))), by=[unfold(gives), distinguish(answer, 1)])
        .eq(Cases(answer, 1, 1 - sigma, -sigma), by=[bandit_log_gradients, log_derivative, sigmoid_gradient])
        .eq(earns(answer) - sigma, by=[unfold(earns), distinguish(answer, 1)])
    )  # fmt: skip
