"""Σ_a π(a) − π(a*) = ε (n − 1)/n, n = |A|: how often ε-greedy takes another action than the greedy one."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a
from derive.rules import enumerate_cases, factor_out, linearity, unfold
from derive.terms import Equation, SumOver
from proofs.epsilon_greedy_prob_eq import count, drawn, epsilon, epsilon_greedy, epsilon_greedy_prob_eq, greedy

others = SumOver(epsilon_greedy(a, greedy), a) - epsilon_greedy(greedy, greedy)


@derivation(
    title="How often ε-greedy explores",
    claim=Equation(others, epsilon * (count - 1) / count),
    source="Sutton & Barto 2018, §5.4",
    falsehood=Falsehood(Equation(others, epsilon), "exploring is taken never to pick the greedy action"),
    world="quiz_bandit",
    defining=[Equation(epsilon_greedy(a, greedy), epsilon_greedy.body)],
)
def epsilon_greedy_exploration_eq(start):
    return (
        start
        .eq(SumOver(drawn, a) - (1 - epsilon + epsilon / count), by=[epsilon_greedy_prob_eq, unfold])
        .eq(start.claim.rhs, by=[linearity, factor_out, enumerate_cases])
    )  # fmt: skip
