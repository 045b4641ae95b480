"""The second evaluator: the value of any statement, given as plain nested tuples, on a finite MDP.

It shares no code with the first: all trajectories of the model stand in one array, gradients are forward-mode
pairs (value, tangent), and conditional expectations are sums over trajectories with equal prefixes. Values
are fractions; where logarithms, exponentials or roots make them irrational, a float64 carries a bound on its
own rounding error, so that "equal" and "different" are never a matter of a tolerance.

    wire   the tuples of numeric/evaluation/statements.py
    model  {"horizon", "domains", "indices", "elements", "reals", "letters", "trajectory"}, plain data
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numeric.errors import UnevaluableError
from numeric.evaluation import tables
from numeric.evaluation.interpretation import Interpretation, Scope
from numeric.evaluation.irrationals import Ball, Number, equal, to_ball
from numeric.evaluation.meanings import MEANINGS
from numeric.evaluation.models import as_model
from numeric.evaluation.paths import Paths, all_paths
from numeric.evaluation.statements import Node, Reader

__all__ = ["agrees", "as_model", "confirms", "value", "values"]

Model = Mapping[str, Any]
PRINTED = 1e-9  # relative: an interval's ends are printed in decimals, rounded outwards or not
BLURRED = 1e-6  # a ball wider than this, against 1 or its own size, decides nothing
_INTERVAL = re.compile(r"\[\s*([-+0-9.eE]{1,40})\s*,\s*([-+0-9.eE]{1,40})\s*\]")


def value(wire: Any, model: Model) -> Fraction | float:
    """A closed term, or a pointwise one at the model's trajectory: a fraction, or a float if irrational.

    Raises UnevaluableError where the term has no value on the model.
    """
    with _guarded():
        number = _at_trajectory([Reader().read(wire)], model)[0]
    return number if isinstance(number, Fraction) else float(number)


def values(wire: Any, model: Model, states: ArrayLike, actions: ArrayLike) -> NDArray[np.float64]:
    """The term at each trajectory, in float64 [N]: `states` [N, H+1] and `actions` [N, H] hold elements.

    Expectations inside the term are taken under the model, not over these rows.
    """
    with _guarded():
        node = Reader().read(wire)
        scope = Scope(Paths.of(states, actions))
        jet = Interpretation(model, MEANINGS, exact=False).number(node, scope)
        return np.array(np.broadcast_to(jet.value, scope.size), dtype=np.float64)


def agrees(lhs: Any, rhs: Any, model: Model) -> bool:
    """lhs = rhs on the model: exactly, or within the rounding errors that both sides carry.

    A pointwise statement is compared at the model's trajectory; where that is null, at every trajectory.
    """
    with _guarded():
        reader = Reader()
        sides = [reader.read(lhs), reader.read(rhs)]
        scope = _scope(sides, model)
        interpretation = Interpretation(model, MEANINGS, exact=True)
        left, right = (interpretation.number(side, scope).value for side in sides)
        return all(_equal(a, b) for a, b in np.broadcast(left, right))


def confirms(lhs: Any, rhs: Any, model: Model, lhs_text: str, rhs_text: str) -> bool:
    """Both sides have the values printed on the model, and differ.

    A text is a fraction, met exactly, or an interval "[0.1, 0.2]" that holds the value to a relative 1e-9.
    """
    with _guarded():
        reader = Reader()
        left, right = _at_trajectory([reader.read(lhs), reader.read(rhs)], model)
        return _printed(left, lhs_text) and _printed(right, rhs_text) and equal(left, right) is False


@contextmanager
def _guarded() -> Iterator[None]:
    """Arithmetic beyond float64, or a statement too deep for the interpreter, is unevaluable."""
    try:
        with np.errstate(over="raise", invalid="raise", divide="raise", under="ignore"):
            yield
    except (FloatingPointError, OverflowError) as cause:
        raise UnevaluableError(f"a value is beyond float64: {cause}") from cause
    except RecursionError as cause:
        raise UnevaluableError("the statement is nested too deeply to be evaluated") from cause


def _at_trajectory(nodes: list[Node], model: Model) -> list[Number]:
    trajectory = _given(model)
    interpretation = Interpretation(model, MEANINGS, exact=True)
    return [interpretation.number(node, Scope(trajectory)).value[0] for node in nodes]


def _given(model: Model) -> Paths | None:
    trajectory = model.get("trajectory") if isinstance(model, Mapping) else None
    if trajectory is None:
        return None
    if not isinstance(trajectory, (tuple, list)) or len(trajectory) != 2:
        raise UnevaluableError(f"the trajectory of a model is [states, actions], not {str(trajectory)[:120]}")
    states, actions = trajectory
    return Paths.of([states], [actions])


def _scope(nodes: list[Node], model: Model) -> Scope:
    """The model's trajectory, or all trajectories where a pointwise statement is given none."""
    trajectory = _given(model)
    if trajectory is not None or not any(node.random for node in nodes):
        return Scope(trajectory)
    horizon = tables.integer(model.get("horizon"), "the horizon of the model")
    interpretation = Interpretation(model, MEANINGS, exact=True)
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


def _equal(left: Number, right: Number) -> bool:
    verdict = equal(left, right)
    if verdict is None:
        for ball in (to_ball(left), to_ball(right)):
            if ball.radius > BLURRED * max(1.0, abs(ball.mid)):
                raise UnevaluableError(f"a value is {ball.mid} ± {ball.radius}: too much rounding to compare")
    return verdict is not False


def _printed(number: Number, text: str) -> bool:
    interval = _INTERVAL.fullmatch(text.strip())
    if interval is None:
        return equal(number, tables.fraction(text.strip(), "a printed value")) is not False
    try:
        low, high = (float(end) for end in interval.groups())
    except ValueError as cause:
        raise UnevaluableError(f"{text!r} is neither a fraction nor an interval") from cause
    slack = PRINTED * max(abs(low), abs(high))
    ball = number if isinstance(number, Ball) else to_ball(number)
    return low - slack <= ball.mid + ball.radius and ball.mid - ball.radius <= high + slack
