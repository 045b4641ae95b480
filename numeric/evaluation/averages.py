"""What averages over a variable and over independent samples mean on a finite model."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

import numpy as np

from numeric.errors import UnevaluableError
from numeric.evaluation import jets, tables
from numeric.evaluation.interpretation import Interpretation, Meaning
from numeric.evaluation.jets import Jet
from numeric.evaluation.paths import Integers, all_tuples
from numeric.evaluation.scopes import Bound, Scope
from numeric.evaluation.statements import Node, draws

__all__ = ["MEANINGS"]


def _average(i: Interpretation, node: Node, scope: Scope, square: bool) -> Jet:
    """Σ_x weight·body (or body²), without the entries whose weight, and its tangent, is zero."""
    body, var, weight = node.args
    total = i.constant(0)
    for element in i.elements(var.args[1]).tolist():
        inner = scope.bind(var.name, Bound.to(element))
        law = i.number(weight, inner)
        live = law.live()
        if not live.any():
            continue
        x = i.number(body, i.restricted(inner, live) if len(live) > 1 else inner)
        term = jets.times(law.rows(live), jets.times(x, x) if square else x)
        total = jets.plus(total, term if live.all() else jets.scatter(scope.size, [(live, term)]))
    return total


def _mean(i: Interpretation, node: Node, scope: Scope) -> Jet:
    return _average(i, node, scope, square=False)


def _variance(i: Interpretation, node: Node, scope: Scope) -> Jet:
    mean = _average(i, node, scope, square=False)
    negative = jets.times(i.constant(-1), jets.times(mean, mean))
    return jets.plus(_average(i, node, scope, square=True), negative)


def _draw(i: Interpretation, node: Node, scope: Scope) -> Jet:
    """x_i, i = 1 … N: of the samples around it, or of those that the model gives."""
    index, domain = node.args
    at, name = i.integer(index, scope, "the index of a sample"), draws(domain)
    if name in scope.bound and (found := scope.bound[name]).tuples is not None:
        samples = found.tuples[found.jet.value]
    else:
        samples = _given_samples(i, domain)
    if not 1 <= at <= samples.shape[1]:
        raise UnevaluableError(f"sample {at} of {domain.args[0]} is outside x_1 … x_{samples.shape[1]}")
    return Jet(samples[:, at - 1])


def _given_samples(i: Interpretation, domain: Node) -> Integers:
    """The samples of a pointwise statement, as one row."""
    name, given = domain.args[0], i.model.get("samples")
    if not isinstance(given, Mapping) or name not in given:
        raise UnevaluableError(f"a sample of {name} outside any average over samples; give the model samples")
    elements = set(i.elements(domain).tolist())
    row = [tables.integer(x, f"a sample of {name}") for x in tables.part(given, name, (tuple, list))]
    if strange := [x for x in row if x not in elements]:
        raise UnevaluableError(f"the samples of {name} hold {strange[0]}, which is no element of it")
    return np.array([row], dtype=np.int64).reshape(1, len(row))


def _samples(i: Interpretation, node: Node, scope: Scope) -> Jet:
    """Σ body ∏ weight(x_i) over the tuples x_1 … x_N, without those whose weight, and its derivatives, is zero."""
    body, var, weight, count = node.args
    if not node.random and not any(n in scope.bound and scope.bound[n].varies for n in node.free):
        scope = scope.along(None)
    number, elements = i.integer(count, scope, "the number of samples"), i.elements(var.args[1])
    if number < 0:
        raise UnevaluableError(f"the number of samples is {number}; it is at least 0")
    laws = [i.number(weight, scope.bind(var.name, Bound.to(x))).spread(scope.size) for x in elements.tolist()]
    places = all_tuples(len(elements), number, scope.size)
    parents = np.repeat(np.arange(scope.size), len(places))
    codes = np.tile(np.arange(len(places)), scope.size)
    factors = (jets.interleaved(laws).rows(parents * len(elements) + column) for column in places[codes].T)
    law = reduce(jets.times, factors, i.constant(1)).spread(len(codes))
    live = law.live()
    if not live.any():
        return i.constant(0)
    rows = parents[live]
    inner = i.sampled(scope, draws(var.args[1]), elements[places], rows, codes[live])
    return jets.sums_by_row(jets.times(law.rows(live), i.number(body, inner)), rows, scope.size)


MEANINGS: dict[str, Meaning] = {
    "Draw": _draw,
    "Samples": _samples,
    "Mean": _mean,
    "Variance": _variance,
}
