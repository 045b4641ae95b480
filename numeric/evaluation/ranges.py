"""What sums, products and maxima over finite sets and times mean on a finite model."""

from __future__ import annotations

from functools import reduce

from numeric.errors import UnevaluableError
from numeric.evaluation import jets
from numeric.evaluation.extremes import extreme
from numeric.evaluation.interpretation import Interpretation, Meaning
from numeric.evaluation.jets import Jet
from numeric.evaluation.scopes import Bound, Scope
from numeric.evaluation.statements import Node

__all__ = ["MEANINGS"]


MOST_TERMS = 10_000


def _everywhere(i: Interpretation, node: Node, scope: Scope) -> list[Jet]:
    """The body of an operator over a domain, at each element."""
    body, var = node.args
    return [i.number(body, scope.bind(var.name, Bound.to(x))) for x in i.elements(var.args[1]).tolist()]


def _sum_over(i: Interpretation, node: Node, scope: Scope) -> Jet:
    return reduce(jets.plus, _everywhere(i, node, scope))


def _maximum(i: Interpretation, node: Node, scope: Scope) -> Jet:
    return extreme(_everywhere(i, node, scope), 1)


def _time_range(i: Interpretation, node: Node, scope: Scope) -> Jet:
    """Σ or ∏ over lower … upper, both included."""
    body, index, lower, upper = node.args
    name = index.args[0]
    first = i.integer(lower, scope, f"the lower bound of {name}")
    last = i.integer(upper, scope, f"the upper bound of {name}")
    if last - first >= MOST_TERMS:
        raise UnevaluableError(f"{name} runs from {first} to {last}, over more than {MOST_TERMS} terms")
    scopes = (scope.bind(index.name, Bound.to(k)) for k in range(first, last + 1))
    terms = (i.number(body, inner) for inner in scopes)
    if node.tag == "TimeSum":
        return reduce(jets.plus, terms, i.constant(0))
    return reduce(jets.times, terms, i.constant(1))


MEANINGS: dict[str, Meaning] = {
    "SumOver": _sum_over,
    "Maximum": _maximum,
    "TimeSum": _time_range,
    "TimeProduct": _time_range,
}
