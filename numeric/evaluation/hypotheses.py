"""Whether a hypothesis is true on a model. Nothing is solved: the tables of a model have to satisfy it as they are.

("Equation", lhs, rhs) ("Inequality", lesser, greater) ("AtMost", lesser, greater)    at the model's names;
                                                   a variable that the model does not give is any element
("Positive", letter) ("Coincide", letter, letter)  of the values of tables
("Possible", process)                              of the model's trajectory, where it has one
("Always", lhs, rhs)                               at every element of each variable, with the derivatives
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

import numpy as np

from numeric.errors import UnevaluableError
from numeric.evaluation import jets, tables
from numeric.evaluation.interpretation import Interpretation
from numeric.evaluation.irrationals import equal, exceeds
from numeric.evaluation.scopes import Bound, Scope
from numeric.evaluation.sides import compared, given_trajectory, not_refuted, scope_of, sides_of
from numeric.evaluation.statements import Node, Reader

__all__ = ["is_true"]

MOST_CASES = 10_000


def is_true(hypothesis: Any, reader: Reader, interpretation: Interpretation) -> bool:
    """Whether the model of an interpretation satisfies a hypothesis, exactly or within rounding."""
    if not isinstance(hypothesis, (tuple, list)) or not hypothesis or hypothesis[0] not in _MEANINGS:
        raise UnevaluableError(f"{str(hypothesis)[:80]} is no hypothesis; those are {', '.join(_MEANINGS)}")
    tag, *parts = hypothesis
    if len(parts) != _ARITY.get(tag, 2):
        raise UnevaluableError(f"{tag} has {len(parts)} parts: {str(hypothesis)[:80]}")
    return _MEANINGS[tag](hypothesis, reader, interpretation)


def _compares(hypothesis: Any, reader: Reader, i: Interpretation) -> bool:
    sides = sides_of(hypothesis, reader)
    given = tables.part(i.model, "elements")
    free = [var for var in _variables(sides.nodes) if var.args[0] not in given]
    base = scope_of(sides.nodes, i)
    return all(not_refuted(*found) for scope in _cases(free, i, base) for found in compared(sides, i, scope))


def _at_most(hypothesis: Any, reader: Reader, i: Interpretation) -> bool:
    lesser, greater = (
        i.integer(reader.read(side), Scope(), "a side of an inequality of times") for side in hypothesis[1:]
    )
    return lesser <= greater


def _positive(hypothesis: Any, reader: Reader, i: Interpretation) -> bool:
    """A letter that the model does not name is not in the statement."""
    letter = _read(hypothesis[1], reader, "letter")
    if _key(letter) not in tables.part(i.model, "letters"):
        return True
    return all(exceeds(value, Fraction(0)) for value in i.table(letter).entries.values())


def _coincide(hypothesis: Any, reader: Reader, i: Interpretation) -> bool:
    one, other = (i.table(_read(letter, reader, "letter")).entries for letter in hypothesis[1:])
    return one == other


def _possible(hypothesis: Any, reader: Reader, i: Interpretation) -> bool:
    """Of as much of the process as the trajectory shows."""
    trajectory = given_trajectory(i.model)
    if trajectory is None:
        return True
    process = _read(hypothesis[1], reader, "Process")
    horizon = i.integer(process.args[3], Scope(), "the horizon of a process")
    shown = ("num", min(horizon, trajectory.steps.shape[1] // 2), 1)
    initial, policy, transition, _, states, actions = hypothesis[1][1:]
    path = reader.read(("PathProbability", ("Process", initial, policy, transition, shown, states, actions)))
    chance = i.number(path, Scope(trajectory)).value[0]
    return equal(chance, Fraction(0)) is False


def _always(hypothesis: Any, reader: Reader, i: Interpretation) -> bool:
    sides = sides_of(("Equation", *hypothesis[1:]), reader)
    base = scope_of(sides.nodes, i)
    parameters = sorted(sides.left.depends | sides.right.depends)
    along = [Scope(base.paths, direction=name, order=_order(name, sides.nodes, i)) for name in parameters] or [base]
    variables = _variables(sides.nodes)
    return all(_solved(sides.nodes, i, scope) for start in along for scope in _cases(variables, i, start))


def _solved(nodes: list[Node], i: Interpretation, scope: Scope) -> bool:
    """Both sides have one value and equal derivatives."""
    left, right = jets.padded([i.number(node, scope) for node in nodes])
    return all(
        not_refuted(a, b, equal(a, b))
        for parts in zip(left.parts, right.parts, strict=True)
        for a, b in np.broadcast(*parts)
    )


def _order(parameter: str, nodes: list[Node], i: Interpretation) -> int:
    """2 where the model gives second derivatives of some letter of the equation by this parameter, otherwise 1."""
    letters = {n for node in nodes for n in _within(node, "letter") if parameter in n.depends}
    return 2 if any(len(i.table(letter).parts) == 3 for letter in letters) else 1


def _cases(variables: list[Node], i: Interpretation, base: Scope) -> Iterator[Scope]:
    """The scope with every choice of elements for some variables."""
    sets = [i.elements(var.args[1]).tolist() for var in variables]
    if prod(map(len, sets)) > MOST_CASES:
        raise UnevaluableError(f"a hypothesis speaks of {prod(map(len, sets))} cases, more than {MOST_CASES}")
    for choice in product(*sets):
        scope = base
        for var, element in zip(variables, choice, strict=True):
            scope = scope.bind(var.name, Bound.to(element))
        yield scope


def _variables(nodes: list[Node]) -> list[Node]:
    """The variables that are free in some nodes, each once."""
    free = {name for node in nodes for name in node.free}
    found = {var.name: var for node in nodes for var in _within(node, "var") if var.name in free}
    return [found[name] for name in sorted(found)]


def _within(node: Node, tag: str) -> Iterator[Node]:
    if node.tag == tag:
        yield node
    for arg in node.args:
        for part in arg if isinstance(arg, tuple) else (arg,):
            if isinstance(part, Node):
                yield from _within(part, tag)


def _read(wire: Any, reader: Reader, tag: str) -> Node:
    node = reader.read(wire)
    if node.tag != tag:
        raise UnevaluableError(f"expected a {tag}, found {str(wire)[:80]}")
    return node


def _key(letter: Node) -> str:
    return f"{letter.args[0]}/{len(letter.args[1])}"


_ARITY = {"Positive": 1, "Possible": 1}
_MEANINGS: dict[str, Callable[[Any, Reader, Interpretation], bool]] = {
    "Equation": _compares,
    "Inequality": _compares,
    "AtMost": _at_most,
    "Positive": _positive,
    "Possible": _possible,
    "Coincide": _coincide,
    "Always": _always,
}
