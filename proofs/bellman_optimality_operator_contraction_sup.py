"""max_s |(T V)(s) − (T W)(s)| ≤ γ max_s |V(s) − W(s)|, (T v)(s) = max_a Q_v(s,a): the optimality operator contracts."""

from sympy import Max

from derive.catalogue import Falsehood, derivation
from derive.notation import a, backed_up, discount, gamma, s, s_next, transition
from derive.rules import below_larger, below_maximum, constant_maximum, factor_out, linearity, normalised, unfold
from derive.terms import Definition, Equation, Inequality, Maximum, SumOver
from proofs.bellman_operator_contraction_sup import V, W, apart, farthest


def backup(value):
    return Definition(f"T{value.name}", (s,), Maximum(backed_up(value)(s, a), a), "call")


TV, TW = backup(V), backup(W)


@derivation(
    title="The optimality operator contracts",
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
def bellman_optimality_operator_contraction_sup(start):
    q_v, q_w = backed_up(V)(s, a), backed_up(W)(s, a)

    def ahead(body):
        return gamma * SumOver(transition(s_next, s, a) * body, s_next)

    def raised(more, fewer):
        return Maximum(Max(Maximum(q_w + more, a) - Maximum(q_w, a), Maximum(q_v + fewer, a) - Maximum(q_v, a)), s)

    gap, larger = V(s_next) - W(s_next), apart(V(s_next), W(s_next))
    return (
        start
        .eq(raised(ahead(gap), ahead(-gap)), by=[unfold, linearity, factor_out])
        .le(raised(ahead(larger), ahead(larger)), by=[below_larger(larger), below_larger(larger)])
        .le(raised(ahead(farthest), ahead(farthest)), by=[below_maximum(farthest, s_next)] * 2)
        .eq(gamma * farthest, by=[factor_out, normalised, constant_maximum])
    )  # fmt: skip
