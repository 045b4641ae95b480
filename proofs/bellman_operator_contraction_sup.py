"""max_s |(T V)(s) − (T W)(s)| ≤ γ max_s |V(s) − W(s)|: the Bellman operator of a policy contracts."""

from sympy import Max

from derive.catalogue import Falsehood, derivation
from derive.notation import a, backed_up, discount, gamma, policy, s, s_next, transition
from derive.rules import below_larger, below_maximum, constant_maximum, factor_out, linearity, normalised, unfold
from derive.terms import STATES, Definition, Equation, Inequality, Letter, Maximum, SumOver

V, W = Letter("V", (STATES,)), Letter("W", (STATES,))


def backup(value):
    body = SumOver(policy(a, s) * backed_up(value)(s, a), a)
    return Definition(f"T{value.name}", (s,), body, "call")


def apart(first, second):
    """|x − y|."""
    return Max(first - second, second - first)


TV, TW = backup(V), backup(W)
farthest = Maximum(apart(V(s), W(s)), s)
gap = V(s_next) - W(s_next)


@derivation(
    title="The Bellman operator contracts",
    claim=Inequality(Maximum(apart(TV(s), TW(s)), s), gamma * farthest),
    assuming=[discount],
    source="Puterman 1994, Markov Decision Processes, proposition 6.2.4",
    falsehood=Falsehood(
        Inequality(SumOver((TV(s) - TW(s)) ** 2, s), gamma**2 * SumOver((V(s) - W(s)) ** 2, s)),
        "the Euclidean norm is taken to contract by the same factor",
    ),
    world="two_rooms",
    defining=[
        Equation(TV(s), TV.body),
        Equation(TW(s), TW.body),
        *(Equation(backed_up(v)(s, a), backed_up(v).body) for v in (V, W)),
    ],
)
def bellman_operator_contraction_sup(start):
    def averaged(body):
        return gamma * SumOver(policy(a, s) * SumOver(transition(s_next, s, a) * body, s_next), a)

    larger = apart(V(s_next), W(s_next))
    return (
        start
        .eq(Maximum(Max(averaged(gap), averaged(-gap)), s), by=[unfold, linearity, factor_out])
        .le(Maximum(averaged(larger), s), by=[below_larger(larger), below_larger(larger)])
        .le(Maximum(averaged(farthest), s), by=below_maximum(farthest, s_next))
        .eq(gamma * farthest, by=[factor_out, normalised, constant_maximum])
    )  # fmt: skip
