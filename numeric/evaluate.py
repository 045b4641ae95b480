"""The second evaluator: the value of any statement, given as plain nested tuples, on a finite MDP.

It shares no code with the first: all trajectories of the model stand in one array, gradients are forward-mode
pairs (value, tangent), and conditional expectations are sums over trajectories with equal prefixes. Values
are fractions; where logarithms, exponentials or roots make them irrational, a float64 carries a bound on its
own rounding error, so that "equal" and "different" are never a matter of a tolerance.

    wire        the tuples of numeric/evaluation/statements.py
    statement   ("Equation", lhs, rhs) or ("Inequality", lesser, greater)
    hypothesis  the tuples of numeric/evaluation/hypotheses.py
    model       {"horizon", "domains", "indices", "elements", "reals", "letters", "trajectory", "samples"}, plain data
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numeric.errors import UnevaluableError
from numeric.evaluation import tables
from numeric.evaluation.hypotheses import is_true
from numeric.evaluation.interpretation import Interpretation
from numeric.evaluation.irrationals import Ball, Number, equal, to_ball
from numeric.evaluation.meanings import MEANINGS
from numeric.evaluation.models import as_model
from numeric.evaluation.paths import Paths
from numeric.evaluation.scopes import Scope
from numeric.evaluation.sides import Model, compared, given_trajectory, not_refuted, scope_of, sides_of
from numeric.evaluation.statements import Reader

__all__ = ["agrees", "as_model", "confirms", "holds", "judged", "number", "refutes", "satisfies", "value", "values"]

PRINTED = 1e-9  # relative: an interval's ends are printed in decimals, rounded outwards or not
_INTERVAL = re.compile(r"\[\s*([-+0-9.eE]{1,40})\s*,\s*([-+0-9.eE]{1,40})\s*\]")


def value(wire: Any, model: Model) -> Fraction | float:
    """A closed term, or a pointwise one at the model's trajectory: a fraction, or a float if irrational.

    Raises UnevaluableError where the term has no value on the model.
    """
    return _plain(number(wire, model))


def number(wire: Any, model: Model) -> Number:
    """The same, with the rounding error that it carries if irrational."""
    with _guarded():
        interpretation = Interpretation(model, MEANINGS, exact=True)
        found: Number = interpretation.number(Reader().read(wire), Scope(given_trajectory(model))).value[0]
    return found


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
    return holds(("Equation", lhs, rhs), model)


def confirms(lhs: Any, rhs: Any, model: Model, lhs_text: str, rhs_text: str) -> bool:
    """Both sides have the values printed on the model, and differ."""
    return refutes(("Equation", lhs, rhs), model, lhs_text, rhs_text)


def holds(statement: Any, model: Model) -> bool:
    """An equation or inequality is true on the model, or not to be told from true within rounding.

    A pointwise statement is compared at the model's trajectory; where that is null, at every trajectory.
    """
    with _guarded():
        sides = sides_of(statement, Reader())
        interpretation = Interpretation(model, MEANINGS, exact=True)
        scope = scope_of(sides.nodes, interpretation)
        return all(not_refuted(*found) for found in compared(sides, interpretation, scope))


def refutes(statement: Any, model: Model, left_text: str, right_text: str) -> bool:
    """Both sides of an equation or inequality have the values printed on the model, and it is certainly false.

    A text is a fraction, met exactly, or an interval "[0.1, 0.2]" that holds the value to a relative 1e-9.
    """
    with _guarded():
        left, right, verdict = _judged(statement, model)
        return verdict is False and _printed(left, left_text) and _printed(right, right_text)


def judged(statement: Any, model: Model) -> tuple[Fraction | float, Fraction | float, bool | None]:
    """Both values of a statement, at the model's trajectory if pointwise, and whether it is true there.

    None where float64 cannot tell.
    """
    with _guarded():
        left, right, verdict = _judged(statement, model)
    return _plain(left), _plain(right), verdict


def satisfies(model: Model, hypotheses: Iterable[Any]) -> bool:
    """Every hypothesis is true on the model: only then is it a model of the statement."""
    with _guarded():
        reader, interpretation = Reader(), Interpretation(model, MEANINGS, exact=True)
        return all(is_true(hypothesis, reader, interpretation) for hypothesis in hypotheses)


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


def _judged(statement: Any, model: Model) -> tuple[Number, Number, bool | None]:
    sides = sides_of(statement, Reader())
    interpretation = Interpretation(model, MEANINGS, exact=True)
    return next(compared(sides, interpretation, Scope(given_trajectory(model))))


def _plain(found: Number) -> Fraction | float:
    return found if isinstance(found, Fraction) else float(found)


def _printed(found: Number, text: str) -> bool:
    interval = _INTERVAL.fullmatch(text.strip())
    if interval is None:
        return equal(found, tables.fraction(text.strip(), "a printed value")) is not False
    try:
        low, high = (float(end) for end in interval.groups())
    except ValueError as cause:
        raise UnevaluableError(f"{text!r} is neither a fraction nor an interval") from cause
    slack = PRINTED * max(abs(low), abs(high))
    ball = found if isinstance(found, Ball) else to_ball(found)
    return low - slack <= ball.mid + ball.radius and ball.mid - ball.radius <= high + slack
