"""What the laws ask of their terms. TRUSTED."""

from __future__ import annotations

from sympy import Expr

from derive.binding import bound_name, free
from derive.context import Context
from derive.errors import Refused
from derive.terms import (
    Expectation,
    Given,
    Gradient,
    Letter,
    Mean,
    PathSum,
    SumOver,
    Term,
    TimeSum,
)

LINEAR = (SumOver, TimeSum, PathSum, Mean, Expectation, Given, Gradient)
AVERAGES = (Mean, Expectation, Given)


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
    return bound_name(operator) not in free(factor)


def draws_from_laws(term: Term) -> None:
    """What the process draws from sums to one: then what comes later does not weigh what came before."""
    parts = (term.process.initial, term.process.policy, term.process.transition)
    need(all(isinstance(p, Letter) and p.pmf for p in parts), "{} are not all distributions by declaration", parts)
