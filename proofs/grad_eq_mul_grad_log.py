"""∇p = p ∇ log p, wherever p is positive: the log trick."""

from derive.catalogue import Falsehood, derivation
from derive.notation import a, bandit_policy, grad
from derive.rules import log_derivative
from derive.terms import Equation, Log, Positive

p = bandit_policy(a)


@derivation(
    title="The log trick",
    claim=Equation(grad(p), p * grad(Log(p))),
    assuming=[Positive(bandit_policy)],
    source="Williams 1992, Machine Learning 8:229-256, §4",
    falsehood=Falsehood(Equation(grad(p), grad(Log(p))), "the factor p is forgotten"),
    world="quiz_bandit",
)
def grad_eq_mul_grad_log(start):
    return start.eq(p * grad(Log(p)), by=log_derivative)
