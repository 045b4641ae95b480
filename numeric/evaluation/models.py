"""The plain model of a finite MDP and a policy that are given as arrays."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numeric.errors import UnevaluableError

__all__ = ["as_model"]


def as_model(
    initial: ArrayLike,
    transition: ArrayLike,
    reward: ArrayLike,
    discount: float,
    horizon: int,
    probabilities: ArrayLike,
    tangent: ArrayLike,
    terminal: ArrayLike | None = None,
) -> dict[str, Any]:
    """The model of ρ_0 [S], P [S, A, S], r [S, A, S], γ, T, π and π̇ [S, A], with letters rho_0, P, r, pi.

    A float is read as its shortest decimal, and the largest entry of each law (and of each row of π̇) takes up
    the rounding, so that laws sum to exactly one. Terminal states [S] absorb, without reward.
    """
    start, moves, pays = (_exactly(x, n) for x, n in ((initial, 1), (transition, 3), (reward, 3)))
    policy, slope = _exactly(probabilities, 2), _exactly(tangent, 2)
    n_states, n_actions = policy.shape
    steps = (n_states, n_actions, n_states)
    shapes = (start.shape, moves.shape, pays.shape, slope.shape)
    if shapes != ((n_states,), steps, steps, policy.shape):
        raise UnevaluableError(f"the shapes {shapes} do not fit probabilities [S, A] of shape {policy.shape}")
    for end in [] if terminal is None else np.flatnonzero(np.asarray(terminal)):
        moves[end], pays[end] = Fraction(0), Fraction(0)
        moves[end, :, end] = Fraction(1)
    for law, total in ((start, 1), (moves, 1), (policy, 1), (slope, 0)):
        for place in np.ndindex(law.shape[:-1]):
            _complete(law[place], total)
    letters = {
        "rho_0/1": {"table": _rows(start)},
        "P/3": {"table": _rows(np.moveaxis(moves, 2, 0))},  # [s, a, s'] -> [s', s, a]
        "r/3": {"table": _rows(pays)},
        "pi/2": {"table": _rows(policy.T), "tangent": _rows(slope.T)},
    }
    return {
        "horizon": int(horizon),
        "domains": {"S": list(range(n_states)), "A": list(range(n_actions))},
        "indices": {"T": int(horizon)},
        "elements": {},
        "reals": {"gamma": str(_rational(discount))},
        "letters": letters,
        "trajectory": None,
    }


def _rational(number: Any) -> Fraction:
    if isinstance(number, (Fraction, int, np.integer)):
        return Fraction(number) if isinstance(number, Fraction) else Fraction(int(number))
    if not np.isfinite(number):
        raise UnevaluableError(f"{number} is no number of a model")
    return Fraction(repr(float(number)))


def _exactly(array: ArrayLike, axes: int) -> NDArray[Any]:
    given = np.asarray(array)
    if given.ndim != axes:
        raise UnevaluableError(f"expected an array with {axes} axes, found the shape {given.shape}")
    exact = np.empty(given.shape, dtype=object)
    for place in np.ndindex(given.shape):
        exact[place] = _rational(given[place])
    return exact


def _complete(law: NDArray[Any], total: int) -> None:
    """Let the largest entry take up the rounding of a law; more than rounding is an error."""
    missing = total - sum(law)
    scale = max(abs(x) for x in law)
    if abs(missing) > (len(law) + 1) * np.finfo(np.float64).eps * max(1, scale):
        raise UnevaluableError(f"{[float(x) for x in law]} sums to {float(sum(law))}, not to {total}")
    law[int(np.argmax([abs(x) for x in law]))] += missing


def _rows(table: NDArray[Any]) -> list[list[Any]]:
    return [[list(place), str(table[place])] for place in np.ndindex(table.shape)]
