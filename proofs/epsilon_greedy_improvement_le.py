"""Σ_a π Q ≤ (ε/n) Σ_a Q(s,a) + (1 − ε) max_b Q(s,b), π = ε/n + (1 − ε) σ: of ε-soft policies ε-greedy is the best."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, b, other_policy, s
from derive.rules import below_maximum, factor_out, linearity, normalised
from derive.terms import Inequality, Maximum, SumOver
from proofs.epsilon_greedy_prob_eq import count, epsilon
from proofs.q_learning_operator_contraction_sup import Q

soft = epsilon / count + (1 - epsilon) * other_policy(a, s)
average, best = SumOver(Q(s, a), a) / count, Maximum(Q(s, b), b)
value = SumOver(soft * Q(s, a), a)


@derivation(
    title="The best of the ε-soft policies",
    claim=Inequality(value, epsilon * average + (1 - epsilon) * best),
    assuming=[Inequality(epsilon, 1)],
    source="Sutton & Barto 2018, §5.4",
    falsehood=Falsehood(
        Inequality(best, value), "an ε-soft policy is taken to reach the maximum", (Inequality(epsilon, 1),)
    ),
    world="two_rooms",
)
def epsilon_greedy_improvement_le(start):
    return (
        start
        .eq(epsilon * average + (1 - epsilon) * SumOver(other_policy(a, s) * Q(s, a), a), by=[linearity, factor_out])
        .le(epsilon * average + (1 - epsilon) * SumOver(other_policy(a, s) * best, a), by=below_maximum(best, a))
        .eq(epsilon * average + (1 - epsilon) * best, by=[factor_out, normalised])
    )  # fmt: skip
