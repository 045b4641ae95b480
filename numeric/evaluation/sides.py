"""The two sides of a statement on a model: where they are evaluated, and how they compare.

("Equation", lhs, rhs)    ("Inequality", lesser, greater)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from numeric.errors import UnevaluableError
from numeric.evaluation import tables
from numeric.evaluation.interpretation import Interpretation
from numeric.evaluation.irrationals import Number, equal, exceeds, to_ball
from numeric.evaluation.paths import Paths, all_paths
from numeric.evaluation.scopes import Scope
from numeric.evaluation.statements import Node, Reader

__all__ = ["Comparison", "Model", "Sides", "compared", "given_trajectory", "not_refuted", "scope_of", "sides_of"]

Model = Mapping[str, Any]
Comparison = Callable[[Number, Number], bool | None]
BLURRED = 1e-6  # a ball wider than this, against 1 or its own size, decides nothing


@dataclass(frozen=True)
class Sides:
    """Both sides of a statement, and what they are said to be: `compare` is None where float64 cannot tell."""

    left: Node
    right: Node
    compare: Comparison

    @property
    def nodes(self) -> list[Node]:
        """The sides in order."""
        return [self.left, self.right]


def at_most(left: Number, right: Number) -> bool | None:
    """left <= right, exactly where both are exact; balls where disjoint, otherwise None: undecided."""
    if exceeds(left, right):
        return False
    return True if equal(left, right) or exceeds(right, left) else None


_COMPARISONS: dict[str, Comparison] = {"Equation": equal, "Inequality": at_most}


def sides_of(statement: Any, reader: Reader) -> Sides:
    """The sides of a statement that is given as plain tuples."""
    if not isinstance(statement, (tuple, list)) or len(statement) != 3 or statement[0] not in _COMPARISONS:
        raise UnevaluableError(f"expected (Equation | Inequality, left, right), found {str(statement)[:80]!r}")
    tag, left, right = statement
    return Sides(reader.read(left), reader.read(right), _COMPARISONS[tag])


def compared(
    sides: Sides, interpretation: Interpretation, scope: Scope
) -> Iterator[tuple[Number, Number, bool | None]]:
    """Both values and the comparison, at each trajectory of the scope."""
    left, right = (interpretation.number(side, scope).value for side in sides.nodes)
    for a, b in np.broadcast(left, right):
        yield a, b, sides.compare(a, b)


def not_refuted(left: Number, right: Number, verdict: bool | None) -> bool:
    """Whether a comparison is true, or within the rounding of both sides.

    Raises UnevaluableError where the rounding is too wide to say anything.
    """
    if verdict is None:
        for ball in (to_ball(left), to_ball(right)):
            if ball.radius > BLURRED * max(1.0, abs(ball.mid)):
                raise UnevaluableError(f"a value is {ball.mid} ± {ball.radius}: too much rounding to compare")
    return verdict is not False


def given_trajectory(model: Model) -> Paths | None:
    """The trajectory of a pointwise statement."""
    trajectory = model.get("trajectory") if isinstance(model, Mapping) else None
    if trajectory is None:
        return None
    if not isinstance(trajectory, (tuple, list)) or len(trajectory) != 2:
        raise UnevaluableError(f"the trajectory of a model is [states, actions], not {str(trajectory)[:120]}")
    states, actions = trajectory
    return Paths.of([states], [actions])


def scope_of(nodes: list[Node], interpretation: Interpretation) -> Scope:
    """The model's trajectory, or all trajectories where a pointwise statement is given none."""
    model = interpretation.model
    trajectory = given_trajectory(model)
    if trajectory is not None or not any(node.random for node in nodes):
        return Scope(trajectory)
    horizon = tables.integer(model.get("horizon"), "the horizon of the model")
    sets = [interpretation.elements(_domain(nodes, kind)) for kind in ("State", "Action")]
    return Scope(all_paths(sets[0], sets[1], horizon))


def _domain(nodes: list[Node], kind: str) -> Node:
    """The domain of the states or actions that a statement speaks of."""
    found = {d for node in nodes for d in _domains(node, kind, set())}
    if len(found) > 1:
        raise UnevaluableError(f"a statement with two domains of {kind}s: {sorted(d.args[0] for d in found)}")
    return found.pop() if found else Node("domain", ("S" if kind == "State" else "A", None))


def _domains(node: Node, kind: str, seen: set[Node]) -> Iterator[Node]:
    if node in seen:
        return
    seen.add(node)
    if node.tag == kind:
        yield node.args[1]
    elif node.tag == "Process":
        yield node.args[4 if kind == "State" else 5]
    for arg in node.args:
        if isinstance(arg, Node):
            yield from _domains(arg, kind, seen)
