"""Bounds on the rounding of sums of products, so that no tolerance is chosen by eye."""

import numpy as np

EPS = float(np.finfo(np.float64).eps)


def rounding(mdp, terms: int, *, scores: int = 0, magnitude: float | None = None) -> float:
    """eps times the operations on one path to the result, times the largest magnitude of a term.

    A sum of `terms` weighted terms: `terms` additions, 2T + 2 factors in a weight, 2T + 2 operations in a
    return, 4 A in each softmax, and as much for the dynamic programme. A term is at most T max |r|, times T
    for a sum of T scores, each at most 1.
    """
    steps = mdp.horizon
    operations = terms + 2 * (4 * steps + 4 + 4 * mdp.n_actions + mdp.n_states)
    term = steps * float(np.abs(mdp.reward).max()) if magnitude is None else magnitude
    return EPS * operations * term * max(1, steps if scores else 1)
