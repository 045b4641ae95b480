"""Σ_s d(s) Σ_a π(a|s) A(s,a) = 0: the surrogate J + Σ_s d Σ_a π A / (1 − γ) of a policy at itself is its return J."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, bellman, occupancy, policy, s, stationary_q
from derive.rules import factor_out, linearity, normalised, unfold
from derive.terms import Equation, SumOver
from proofs.surrogate_first_order_match import advantage

value = SumOver(occupancy(s) * SumOver(policy(a, s) * advantage(s, a), a), s)


@derivation(
    title="The surrogate's value",
    claim=Equation(value, 0),
    assuming=[bellman],
    source="Schulman et al. 2015, ICML (TRPO), eq. (4)",
    falsehood=Falsehood(
        Equation(SumOver(occupancy(s) * SumOver(advantage(s, a), a), s), 0),
        "the advantages are summed without the policy's probabilities",
    ),
    world="two_rooms",
    defining=[Equation(advantage(s, a), advantage.body), Equation(stationary_q(s, a), stationary_q.body)],
)
def surrogate_value_match(start):
    return start.eq(0, by=[unfold(advantage), linearity, factor_out, normalised, bellman])
