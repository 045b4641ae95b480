"""E_π[(∇ log π)²] = Var_π(∇h) for the softmax π of logits h: its Fisher matrix is diag(π) − π πᵀ."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, grad, mean
from derive.rules import expectation, factor_out, linearity, unfold, variance
from derive.terms import Equation, Log, SumOver, Variance
from proofs.softmax_score import average, h, softmax, softmax_score

p, slope = softmax(a), grad(h(a))


@derivation(
    title="The Fisher information of a softmax",
    claim=Equation(mean(grad(Log(p)) ** 2, a, p), Variance(slope, a, p)),
    source="Amari 1998, Neural Computation 10:251-276; Kakade 2001, NeurIPS",
    falsehood=Falsehood(
        Equation(mean(grad(Log(p)) ** 2, a, p), mean(slope**2, a, p)), "only the diagonal of the matrix is kept"
    ),
    world="quiz_bandit",
    defining=[Equation(p, softmax.body)],
)
def softmax_fisher_eq_variance(start):
    first = mean(slope, a, p)
    return (
        start
        .eq(mean((slope - average) ** 2, a, p), by=softmax_score)
        .eq(mean(slope**2, a, p) - 2 * first**2 + first**2 * SumOver(p, a), by=[expectation, linearity, factor_out])
        .eq(mean(slope**2, a, p) - first**2, by=[unfold, factor_out])
        .eq(Variance(slope, a, p), by=variance)
    )  # fmt: skip
