"""What the functions of a trajectory and the averages over trajectories mean on a finite model."""

from __future__ import annotations

from functools import reduce

import numpy as np

from numeric.errors import UnevaluableError
from numeric.evaluation import jets
from numeric.evaluation.interpretation import Interpretation, Meaning
from numeric.evaluation.jets import Jet
from numeric.evaluation.paths import Integers, Paths, all_paths, matched, prefix_starts
from numeric.evaluation.scopes import Scope
from numeric.evaluation.statements import Node

__all__ = ["MEANINGS"]


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


MEANINGS: dict[str, Meaning] = {
    "State": _step,
    "Action": _step,
    "History": _history,
    "PathProbability": _path_probability,
    "PathSum": _path_sum,
    "Expectation": _expectation,
    "Given": _given,
}
