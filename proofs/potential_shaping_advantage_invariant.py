"""A'(s,a) = A(s,a) for rewards r + γ Φ(s') − Φ(s) and the value V − Φ: potential shaping changes no advantage."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, mean_reward, s, s_next, stationary_q, stationary_value
from derive.rules import linearity, unfold
from derive.terms import Definition, Equation
from proofs.potential_shaping_value_eq import ahead, potential, q, value
from proofs.surrogate_first_order_match import advantage

shaped_advantage = Definition("A'", (s, a), q(s, a) - value(s), "call")
bonus = mean_reward(s, a) + ahead(potential(s_next))


@derivation(
    title="Potential shaping changes no advantage",
    claim=Equation(shaped_advantage(s, a), advantage(s, a)),
    source="Ng, Harada & Russell 1999, ICML, theorem 1",
    falsehood=Falsehood(
        Equation(bonus + ahead(stationary_value(s_next)) - stationary_value(s), advantage(s, a)),
        "the bonus Φ(s') is given without the difference",
    ),
    world="two_rooms",
    defining=[
        Equation(shaped_advantage(s, a), shaped_advantage.body),
        Equation(advantage(s, a), advantage.body),
        Equation(q(s, a), q.body),
        Equation(value(s), value.body),
        Equation(stationary_q(s, a), stationary_q.body),
    ],
)
def potential_shaping_advantage_invariant(start):
    return start.eq(start.claim.rhs, by=[unfold, linearity])
