"""∇π(a) = π(a) (∇h(a) − E_{b ∼ π}[∇h(b)]), for the softmax of any logits h."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, grad
from derive.rules import log_derivative
from derive.terms import Equation, Log
from proofs.softmax_score import average, h, softmax, softmax_score


@derivation(
    title="Jacobian of a softmax",
    claim=Equation(grad(softmax(a)), softmax(a) * (grad(h(a)) - average)),
    source="Folklore; Sutton & Barto 2018, §2.8",
    falsehood=Falsehood(
        Equation(grad(softmax(a)), softmax(a) * grad(h(a))), "only the diagonal is kept: the normaliser moves too"
    ),
    world="quiz_bandit",
    defining=[Equation(softmax(a), softmax.body)],
)
def softmax_jacobian_eq_diag_sub_outer(start):
    return (
        start
        .eq(softmax(a) * grad(Log(softmax(a))), by=log_derivative)
        .eq(softmax(a) * (grad(h(a)) - average), by=softmax_score)
    )  # fmt: skip
