"""What gradients, and parameters set to a value, mean on a finite model."""

from __future__ import annotations

from dataclasses import replace

from numeric.errors import UnevaluableError
from numeric.evaluation import jets
from numeric.evaluation.interpretation import Interpretation, Meaning
from numeric.evaluation.jets import Jet
from numeric.evaluation.scopes import Bound, Scope
from numeric.evaluation.statements import Node

__all__ = ["MEANINGS"]


def _gradient(i: Interpretation, node: Node, scope: Scope) -> Jet:
    """The derivative of the body; inside another gradient by the same parameter, with its own derivative."""
    body, parameter = node.args
    name = parameter.args[0]
    for free in set(body.free) & set(scope.bound) - {parameter.name}:
        if name in scope.bound[free].depends:
            raise UnevaluableError(f"{free[1]} depends on {name} and stands inside a gradient by it; unfold it")
    if parameter.name in scope.bound and scope.order and scope.bound[parameter.name].jet.tangent is None:
        scope = replace(scope, direction=None, order=0)  # a derivative at a place that stands still
    _check_order(parameter, scope)
    inner = replace(scope, direction=name, order=scope.order + 1)
    if parameter.name in scope.bound:
        value = scope.bound[parameter.name].jet.value
        inner = inner.bind(parameter.name, Bound(jets.parameter(value, inner.order)))
    slopes = i.number(body, inner).parts[1:]
    return Jet(*slopes) if slopes else i.constant(0)


def _check_order(parameter: Node, scope: Scope) -> None:
    """Second derivatives go along one direction of one parameter."""
    name = parameter.args[0]
    if scope.direction not in (None, name):
        raise UnevaluableError(f"a gradient by {name} inside a gradient by {scope.direction} is not supported")
    if scope.order == 2:
        raise UnevaluableError("three gradients inside one another: third derivatives are not supported")
    here = scope.bound.get(parameter.name)
    if scope.order and here is not None and (here.jet.tangent is None or (here.jet.tangent != 1).any()):
        raise UnevaluableError(f"a gradient at a value of {name} that moves with it, inside a gradient by {name}")


def _at(i: Interpretation, node: Node, scope: Scope) -> Jet:
    body, parameter, value = node.args
    if parameter.args[0] in body.depends:
        raise UnevaluableError(f"{parameter.args[0]} is replaced in a term whose letters depend on it")
    if parameter.name not in body.free:
        return i.jet(body, scope)
    there = Bound(i.number(value, scope), i.depends(value, scope))
    return i.jet(body, scope.bind(parameter.name, there))


MEANINGS: dict[str, Meaning] = {
    "Gradient": _gradient,
    "At": _at,
}
