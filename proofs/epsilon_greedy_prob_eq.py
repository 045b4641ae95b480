"""π(a*) = 1 − ε + ε/n, n = |A|: with probability ε an action is drawn from all of them, the greedy one too."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a
from derive.rules import enumerate_cases, unfold
from derive.terms import ACTIONS, Cases, Definition, Equation, SumOver, Var, real_symbol

epsilon, greedy = real_symbol("epsilon"), Var("a^*", ACTIONS)
count = SumOver(1, Var("b", ACTIONS))
drawn = epsilon / count + (1 - epsilon) * Cases(a, greedy, 1, 0)
epsilon_greedy = Definition("pi_epsilon", (a, greedy), drawn, "given")


@derivation(
    title="How often ε-greedy takes the greedy action",
    claim=Equation(epsilon_greedy(greedy, greedy), 1 - epsilon + epsilon / count),
    source="Sutton & Barto 2018, §5.4",
    falsehood=Falsehood(
        Equation(epsilon_greedy(greedy, greedy), 1 - epsilon), "exploring is taken never to pick the greedy action"
    ),
    world="quiz_bandit",
    defining=[Equation(epsilon_greedy(a, greedy), epsilon_greedy.body)],
)
def epsilon_greedy_prob_eq(start):
    return start.eq(1 - epsilon + epsilon / count, by=[unfold, enumerate_cases])
