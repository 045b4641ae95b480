"""E[r(a) ∇ log π_θ(a)] = σ(1−σ) on the two-armed bandit."""

from derive.catalogue import Falsehood, derivation
from derive.notation import grad, sigmoid, theta
from derive.rules import enumerate_cases, expectation, log_derivative, unfold
from derive.terms import Cases, Definition, Domain, Equation, Log, Mean, Var
from proofs.sigmoid_gradient import sigmoid_gradient

arm = Var("a", Domain("{0,1}", (0, 1)))
sigma = sigmoid(theta)
prefers = Definition("pi_theta", (arm,), Cases(arm, 1, sigma, 1 - sigma), "given")
pays = Definition("r", (arm,), Cases(arm, 1, 1, 0))
estimate = pays(arm) * grad(Log(prefers(arm)))


def spread(power):
    """Σ_a π(a) g(a)^power, written out."""
    return sum(prefers(i) * (pays(i) * grad(Log(prefers(i)))) ** power for i in (0, 1))


@derivation(
    title="Mean of the bandit's gradient estimate",
    claim=Equation(Mean(estimate, arm, prefers(arm)), sigma * (1 - sigma)),
    source="Direct computation; the two-armed bandit of Sutton & Barto 2018, §2.8, with rewards 0 and 1",
    falsehood=Falsehood(
        Equation(Mean(estimate, arm, prefers(arm)), 1 - sigma),
        "the score of the paying arm is taken for the mean",
    ),
    world="quiz_bandit",
    defining=[Equation(prefers(arm), prefers.body), Equation(pays(arm), pays.body)],
)
def bandit_mean(start):
    return (
        start
        .eq(spread(1), by=[expectation, enumerate_cases])
        .eq(sigma * grad(Log(sigma)), by=[unfold(prefers, pays), enumerate_cases])
        .eq(grad(sigma), by=log_derivative)
        .eq(sigma * (1 - sigma), by=sigmoid_gradient)
    )  # fmt: skip
