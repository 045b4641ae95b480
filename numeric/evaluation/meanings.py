"""What every node of a statement means on a finite model: one function each, for all trajectories at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.errors import UnevaluableError
from numeric.evaluation import irrationals, jets, tables
from numeric.evaluation.interpretation import Bound, Interpretation, Meaning, Scope
from numeric.evaluation.jets import Jet
from numeric.evaluation.paths import Integers, Paths, all_paths, all_tuples, matched, prefix_starts
from numeric.evaluation.statements import Node, draws

__all__ = ["MEANINGS"]

MOST_TERMS = 10_000


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
    return _moving(i, value, scope.order) if name == scope.direction else Jet(value)


def _moving(i: Interpretation, value: NDArray[Any], order: int) -> Jet:
    """A parameter as a function of itself, with derivatives 1 and 0."""
    parts = (np.broadcast_to(i.constant(slope).value, len(value)) for slope in (1, 0)[:order])
    return Jet(value, *parts)


def _sum(i: Interpretation, node: Node, scope: Scope) -> Jet:
    return reduce(jets.plus, (i.number(a, scope) for a in node.args))


def _product(i: Interpretation, node: Node, scope: Scope) -> Jet:
    return reduce(jets.times, (i.number(a, scope) for a in node.args))


def _power(i: Interpretation, node: Node, scope: Scope) -> Jet:
    return jets.power(i.number(node.args[0], scope), i.number(node.args[1], scope))


def _extreme(i: Interpretation, node: Node, scope: Scope) -> Jet:
    sign = 1 if node.tag == "max" else -1
    return jets.extreme([i.number(a, scope) for a in node.args], sign)


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


def _step(i: Interpretation, node: Node, scope: Scope) -> Jet:
    """s_t or a_t."""
    name = node.tag[0].lower()
    time = i.integer(node.args[0], scope, f"the time of a {node.tag.lower()}")
    if scope.paths is None or scope.pathless:
        raise UnevaluableError(f"{name}_{time} outside any expectation; give the model a trajectory")
    if time < 0:
        raise UnevaluableError(f"{name}_{time} is outside the trajectory: times start at 0")
    column = scope.paths.column(2 * time + (node.tag == "Action"))
    strange = set(column.tolist()) - set(i.elements(node.args[1]).tolist())
    if strange:
        raise UnevaluableError(f"{name}_{time} is {min(strange)}, no element of {node.args[1].args[0]}")
    return Jet(column)


def _history(i: Interpretation, node: Node, scope: Scope) -> Jet:
    """h_t, by its number: only letters take it."""
    time = i.integer(node.args[0], scope, "the time of a history")
    if scope.paths is None or scope.pathless:
        raise UnevaluableError(f"h_{time} outside any expectation; give the model a trajectory")
    if time < 0:
        raise UnevaluableError(f"h_{time} is outside the trajectory: times start at 0")
    scope.paths.column(2 * time)
    return Jet(i.histories.numbers(scope.paths.steps[:, : 2 * time + 1]))


def _path_probability(i: Interpretation, node: Node, scope: Scope) -> Jet:
    initial, policy, transition, _, _, _ = node.args[0].args
    if scope.paths is None or scope.pathless:
        raise UnevaluableError("a probability of the trajectory outside any; give the model a trajectory")
    columns = [Jet(scope.paths.column(p)) for p in range(1 + 2 * i.horizon(node.args[0], scope))]
    factors = [i.call(initial, columns[:1], scope)]
    for s, a, after in zip(columns[:-2:2], columns[1::2], columns[2::2], strict=True):
        factors += [i.call(policy, [a, s], scope), i.call(transition, [after, s, a], scope)]
    return reduce(jets.times, (jets.numbers(f, i.exact) for f in factors))


def _path_sum(i: Interpretation, node: Node, scope: Scope) -> Jet:
    body, process = node.args

    def total(scope: Scope) -> Jet:
        states, actions, horizon = process.args[4], process.args[5], i.horizon(process, scope)
        key = ("all", states, actions, horizon)
        if key not in i.kept:
            i.kept[key] = all_paths(i.elements(states), i.elements(actions), horizon)
        paths: Paths = i.kept[key]
        return jets.total(i.number(body, scope.along(paths)), len(paths))

    return i.by_value(node, scope, total)


def _expectation(i: Interpretation, node: Node, scope: Scope) -> Jet:
    body, process = node.args

    def average(scope: Scope) -> Jet:
        paths, weight = i.support(process, scope)
        return jets.total(jets.times(weight, i.number(body, scope.along(paths))), len(paths))

    return i.by_value(node, scope, average)


def _given(i: Interpretation, node: Node, scope: Scope) -> Jet:
    def conditional(scope: Scope) -> Jet:
        if scope.paths is None or scope.pathless:
            raise UnevaluableError("a conditional expectation outside any; give the model a trajectory")
        position = i.integer(node.args[1], scope, "the position of a conditional expectation")
        if position < 0:
            raise UnevaluableError(f"a conditional expectation given position {position}: the first is 0")
        scope.paths.column(position)
        outside = scope.along(None)
        key = ("given", position, i.key(node.args[0], outside), i.key(node.args[2], outside))
        if key not in i.kept:
            i.kept[key] = _by_prefix(i, node, position, outside)
        found: tuple[Integers, Paths, Integers, Jet] = i.kept[key]
        prefixes, paths, group, values = found
        if scope.paths is not paths:
            group = matched(prefixes, scope.paths.steps[:, : position + 1])
        return values.rows(group)

    return i.by_value(node, scope, conditional)


def _by_prefix(i: Interpretation, node: Node, position: int, scope: Scope) -> tuple[Integers, Paths, Integers, Jet]:
    """The prefixes up to a position, all trajectories, the prefix of each, and E[body | prefix]."""
    paths, weight = i.support(node.args[2], scope)
    paths.column(position)
    prefix = paths.steps[:, : position + 1]
    first = prefix_starts(prefix)
    starts = np.flatnonzero(first)
    weighted = jets.times(weight, i.number(node.args[0], scope.along(paths)))
    joint, law = (jets.segment_sums(x.spread(len(paths)), starts) for x in (weighted, weight))
    values = jets.times(joint, jets.power(law, i.constant(-1)))
    return prefix[starts], paths, np.cumsum(first) - 1, values


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


def _everywhere(i: Interpretation, node: Node, scope: Scope) -> list[Jet]:
    """The body of an operator over a domain, at each element."""
    body, var = node.args
    return [i.number(body, scope.bind(var.name, Bound.to(x))) for x in i.elements(var.args[1]).tolist()]


def _sum_over(i: Interpretation, node: Node, scope: Scope) -> Jet:
    return reduce(jets.plus, _everywhere(i, node, scope))


def _maximum(i: Interpretation, node: Node, scope: Scope) -> Jet:
    return jets.extreme(_everywhere(i, node, scope), 1)


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
        inner = inner.bind(parameter.name, Bound(_moving(i, value, inner.order)))
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
    "State": _step,
    "Action": _step,
    "History": _history,
    "PathProbability": _path_probability,
    "PathSum": _path_sum,
    "Expectation": _expectation,
    "Given": _given,
    "Draw": _draw,
    "Samples": _samples,
    "Mean": _mean,
    "Variance": _variance,
    "SumOver": _sum_over,
    "Maximum": _maximum,
    "TimeSum": _time_range,
    "TimeProduct": _time_range,
    "Gradient": _gradient,
    "At": _at,
    "Cases": _cases,
}
