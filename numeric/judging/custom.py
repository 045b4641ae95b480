"""The gradient of an objective of one's own, by differences of high order: no more is asked than its value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.errors import EstimatorError
from numeric.judging.batch import Batch, Pool
from numeric.judging.calling import parameters
from numeric.judging.case import Case
from numeric.judging.rollouts import rollouts

__all__ = ["custom_gradient"]

Floats = NDArray[np.float64]

STEP = 0.03
# Central differences of order 8; what is left out is f⁽⁹⁾ h⁸ / 630, below 1e-14 of a smooth f.
WEIGHTS = {1: 4 / 5, 2: -1 / 5, 3: 4 / 105, 4: -1 / 280}


def custom_gradient(function: Callable[..., Any]) -> Callable[[Case], Floats]:
    """∂J/∂θ[s, a] for J = E[f(τ)], f(b) [N], or for J = f(mdp, θ); an array f(mdp, θ) is the gradient itself."""
    takes_mdp = len(parameters(function)) >= 2
    name = getattr(function, "__name__", "the objective")

    def value(case: Case) -> float:
        if takes_mdp:
            return float(function(case.mdp, case.theta))
        drawn = rollouts(case.on_policy())
        b = Batch(Pool(drawn, np.arange(len(drawn))[None]), 0)
        per_trajectory = np.asarray(function(b), dtype=np.float64)
        if per_trajectory.shape != (len(drawn),):
            raise EstimatorError(
                f"{name} returns shape {per_trajectory.shape}; an objective returns one number a trajectory, [N]"
            )
        return float(drawn.weights @ per_trajectory)

    def gradient(case: Case) -> Floats:
        if takes_mdp:
            given = np.asarray(function(case.mdp, case.theta), dtype=np.float64)
            if given.shape == case.theta.shape:
                return given
        found = np.zeros_like(case.theta)
        for index in np.ndindex(*case.theta.shape):
            if not case.mdp.terminal[index[0]]:
                found[index] = (
                    sum(
                        c * (value(_moved(case, index, i)) - value(_moved(case, index, -i))) for i, c in WEIGHTS.items()
                    )
                    / STEP
                )
        return found

    return gradient


def _moved(case: Case, index: tuple[int, ...], steps: int) -> Case:
    theta = case.theta.copy()
    theta[index] += steps * STEP
    return replace(case, theta=theta)
