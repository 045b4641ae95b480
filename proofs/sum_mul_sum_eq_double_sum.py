"""(Σ_k x_k)(Σ_t y_t) = Σ_t Σ_k x_k y_t."""

from derive.catalogue import Falsehood, derivation
from derive.notation import T, k, t
from derive.rules import factor_out
from derive.terms import Equation, Letter, TimeSum

x, y = Letter("x", (None,)), Letter("y", (None,))
product = TimeSum(x(k), k, 0, T - 1) * TimeSum(y(t), t, 0, T - 1)


@derivation(
    title="A product of sums is a double sum",
    claim=Equation(product, TimeSum(TimeSum(x(k) * y(t), k, 0, T - 1), t, 0, T - 1)),
    source="Folklore (distributivity)",
    falsehood=Falsehood(Equation(product, TimeSum(x(t) * y(t), t, 0, T - 1)), "only the diagonal is kept"),
    world="number_line",
)
def sum_mul_sum_eq_double_sum(start):
    return start.eq(start.claim.rhs, by=factor_out)
