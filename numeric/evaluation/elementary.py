"""What numbers, names, arithmetic, letters, definitions and case distinctions mean on a finite model."""

from __future__ import annotations

from fractions import Fraction
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from numeric.errors import UnevaluableError
from numeric.evaluation import irrationals, jets, tables
from numeric.evaluation.extremes import extreme
from numeric.evaluation.interpretation import Interpretation, Meaning
from numeric.evaluation.jets import Jet
from numeric.evaluation.scopes import Bound, Scope
from numeric.evaluation.statements import Node

__all__ = ["MEANINGS"]


def _number(i: Interpretation, node: Node, scope: Scope) -> Jet:
    top, bottom = node.args
    if bottom == 1 and abs(top) <= jets.LARGEST_INTEGER:
        return Jet(np.array([top], dtype=np.int64))  # may be an element or a time
    return i.constant(Fraction(top, bottom))


def _symbol(i: Interpretation, node: Node, scope: Scope) -> Jet:
    """A time, a real or a variable: bound, or given by the model."""
    name = node.args[0]
    if node.name in scope.bound:
        return scope.bound[node.name].jet
    kind = {"time": "indices", "real": "reals", "var": "elements"}[node.tag]
    given = tables.part(i.model, kind)
    if name not in given:
        raise UnevaluableError(f"the model gives {name} no value; its {kind} are {sorted(given)}")
    if node.tag != "real":
        return Jet(np.array([tables.integer(given[name], name)], dtype=np.int64))
    value = i.constant(tables.real(given[name], name)).value
    return jets.parameter(value, scope.order) if name == scope.direction else Jet(value)


def _sum(i: Interpretation, node: Node, scope: Scope) -> Jet:
    return reduce(jets.plus, (i.number(a, scope) for a in node.args))


def _product(i: Interpretation, node: Node, scope: Scope) -> Jet:
    return reduce(jets.times, (i.number(a, scope) for a in node.args))


def _power(i: Interpretation, node: Node, scope: Scope) -> Jet:
    return jets.power(i.number(node.args[0], scope), i.number(node.args[1], scope))


def _extreme(i: Interpretation, node: Node, scope: Scope) -> Jet:
    sign = 1 if node.tag == "max" else -1
    return extreme([i.number(a, scope) for a in node.args], sign)


def _log(i: Interpretation, node: Node, scope: Scope) -> Jet:
    return jets.logarithm(i.number(node.args[0], scope))


def _exp(i: Interpretation, node: Node, scope: Scope) -> Jet:
    return jets.exponential(i.number(node.args[0], scope))


def _apply(i: Interpretation, node: Node, scope: Scope) -> Jet:
    return i.call(node.args[0], [i.jet(a, scope) for a in node.args[1:]], scope)


def _defined(i: Interpretation, node: Node, scope: Scope) -> Jet:
    """A definition is what its body is: an argument that the body does not mention needs no value."""
    definition, *arguments = node.args
    used = [param.name in definition.args[2].free for param in definition.args[1]]
    if len(used) != len(arguments):
        raise UnevaluableError(f"{definition.args[0]} takes {len(used)} arguments, not {len(arguments)}")
    values = [
        Bound(i.jet(a, scope), i.depends(a, scope)) if use else None for a, use in zip(arguments, used, strict=True)
    ]
    return i.unfold(definition, values, scope)


def _cases(i: Interpretation, node: Node, scope: Scope) -> Jet:
    if len(node.args) % 2:
        raise UnevaluableError(f"Cases has {len(node.args)} arguments; give a subject, pairs and a default")
    subject = i.number(node.args[0], scope)
    pieces, left = [], np.ones(scope.size, dtype=bool)
    for value, branch in zip(node.args[1:-1:2], node.args[2:-1:2], strict=True):
        if not left.any():
            break
        here = left & _same(subject, i.number(value, scope))
        if here.any():
            pieces.append((here, i.number(branch, i.restricted(scope, here))))
        left = left & ~here
    if left.any():
        pieces.append((left, i.number(node.args[-1], i.restricted(scope, left))))
    return pieces[0][1] if len(pieces) == 1 else jets.scatter(scope.size, pieces)


def _same(x: Jet, y: Jet) -> NDArray[np.bool_]:
    if x.value.dtype == np.float64:
        return np.asarray(x.value == y.value)
    verdicts = [irrationals.equal(a, b) for a, b in np.broadcast(x.value, y.value)]
    if None in verdicts:
        raise UnevaluableError("Cases compares two values that float64 cannot tell apart")
    return np.array(verdicts, dtype=bool)


MEANINGS: dict[str, Meaning] = {
    "num": _number,
    "time": _symbol,
    "real": _symbol,
    "var": _symbol,
    "add": _sum,
    "mul": _product,
    "pow": _power,
    "min": _extreme,
    "max": _extreme,
    "Log": _log,
    "Exp": _exp,
    "Apply": _apply,
    "Defined": _defined,
    "Cases": _cases,
}
