"""What the laws ask of their terms. TRUSTED."""

from __future__ import annotations

from sympy import Basic, Expr

from derive.binding import bound_name, drawn, free, fresh, substitute
from derive.context import Context
from derive.errors import Refused
from derive.terms import (
    Apply,
    Expectation,
    Given,
    Gradient,
    Letter,
    Mean,
    PathSum,
    Samples,
    SumOver,
    Term,
    TimeSum,
    Var,
)

LINEAR = (SumOver, TimeSum, PathSum, Mean, Samples, Expectation, Given, Gradient)
AVERAGES = (Mean, Samples, Expectation, Given)


def need(condition: bool, message: str, *parts: object) -> None:
    """A side condition: refuse where it does not hold. `parts` fill the message only when it is read."""
    if not condition:
        raise Refused(message, *parts)


def with_body(node: Term, body: Expr) -> Expr:
    """The same operator on another body."""
    return node.func(body, *node.args[1:])


def is_constant_for(context: Context, operator: Term, factor: Expr) -> bool:
    """Whether a factor of the body may stand outside the operator."""
    if isinstance(operator, Gradient):
        return operator.parameter not in free(factor)  # "constant" is constant in θ
    if isinstance(operator, (Expectation, PathSum)):
        return context.knows(factor, None)
    if isinstance(operator, Given):
        return context.knows(factor, operator.position)
    if isinstance(operator, Samples):
        return operator.var.domain not in drawn(factor)  # its variable is bound in the weight alone
    return bound_name(operator) not in free(factor)


def draws_from_laws(term: Term) -> None:
    """What the process draws from sums to one: then what comes later does not weigh what came before."""
    parts = (term.process.initial, term.process.policy, term.process.transition)
    need(all(isinstance(p, Letter) and p.pmf for p in parts), "{} are not all distributions by declaration", parts)


def sums_to_one(weight: Expr, var: Var) -> bool:
    """Whether a weight is a probability mass function of the variable, by declaration."""
    if not (isinstance(weight, Apply) and weight.letter.pmf):
        return False
    return weight.args[1] == var and all(var not in free(a) for a in weight.args[2:])


def apart(term: Expr, taken: frozenset[Basic]) -> Expr:
    """The term, its bound name none of those that are taken."""
    name = bound_name(term)
    if name is None or name not in taken:
        return term
    place, scopes = term.binds
    new = fresh(name, taken | free(term))
    inside = (substitute(a, {name: new}) if i in scopes else a for i, a in enumerate(term.args))
    return term.func(*(new if i == place else a for i, a in enumerate(inside)))
